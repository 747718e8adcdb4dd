// The metrics: each made of a log record, so that logs and metrics cannot tell two stories. Alarms and dashboard use the names.
import type { DecidingReason } from '../core/errors.ts';
import type { LogFields } from '../core/ports.ts';
import { problemTypes } from './problems.ts';

/** What is counted, or measured in the unit that the name ends in. */
export const metricNames = [
  'Requests',
  'ColdStarts',
  'Exchanges',
  'ExchangeMilliseconds',
  'ExchangesRefused',
  'ExchangesFailed',
  'RequestsFailedByBridge',
  'RequestsFailedByStytch',
  'RequestsFailedByUnit',
  'RequestsFailedByAws',
  'StepUpsAsked',
  'StepUps',
  'RateLimited',
  'RequestsPastProxy',
  'SendsSwallowed',
  'StytchCalls',
  'StytchFailures',
  'StytchMilliseconds',
  'UnitCalls',
  'UnitFailures',
  'UnitMilliseconds',
  'UnitRateLimited',
  'WebhookDeliveries',
  'WebhookAgeSeconds',
  'WebhookEventsFailed',
  'WebhookEventsForeign',
  'WebhookSignaturesRefused',
  'EventsBackfilled',
  'ApplicationsUnlinked',
  'WebhookUnhealthy',
  'ReconcileRuns',
  'ReconcileFailures',
  'ApplicationsDue',
  'OldestUnsettledSeconds',
  'EventCursorLagSeconds',
  'CustomersParked',
  'SecondOpenApplications',
] as const;
export type MetricName = (typeof metricNames)[number];

export type Measurement = readonly [name: MetricName, value: number];

/** The namespace of a stage's metrics. */
export const metricNamespace = (stage: string): string => `StytchUnitBridge/${stage}`;

const EXCHANGE = 'POST /v1/token';

const numberOf = (field: LogFields[string] | undefined): number | null =>
  typeof field === 'number' ? field : null;

/** The measurements that a log record stands for. */
export function metricsOf(code: string, fields: LogFields): readonly Measurement[] {
  switch (code) {
    case 'request.completed':
      return [['Requests', 1], ...ofExchange(fields)];
    case 'request.refused':
      return ofRefusal(fields);
    case 'vendor.called':
      return fields['provider'] === 'stytch' ? ofStytch(fields) : ofUnit(fields);
    case 'step_up.completed':
      return [['StepUps', 1]];
    case 'reconcile.step_failed':
      return [['ReconcileFailures', 1]];
    case 'sign_up.sent':
      return fields['note'] === 'sent' ? [] : [['SendsSwallowed', 1]];
    case 'unit_webhook.received':
      return ofDelivery(fields);
    case 'unit_webhook.applied':
      return ofEvent(String(fields['outcome']));
    case 'unit_webhook.unhealthy':
      return [['WebhookUnhealthy', 1]];
    case 'reconcile.completed':
      return ofReconcile(fields);
    case 'customer.parked':
      return [['CustomersParked', 1]];
    case 'application.second_open':
      return [['SecondOpenApplications', 1]];
    default:
      return [];
  }
}

function ofExchange({ route, status, durationMs }: LogFields): readonly Measurement[] {
  if (route !== EXCHANGE) return [];
  const took = numberOf(durationMs);
  return [
    ...(status === 201 ? ([['Exchanges', 1]] as const) : []),
    ...(took === null ? [] : ([['ExchangeMilliseconds', took]] as const)),
  ];
}

const failedBy = {
  stytch: 'RequestsFailedByStytch',
  unit: 'RequestsFailedByUnit',
  aws: 'RequestsFailedByAws',
} as const satisfies Record<string, MetricName>;

/** A refusal is the caller's to mend, a failure is ours or a provider's: the two never share a metric. */
const pastProxy = [
  'origin_secret_missing',
  'origin_secret_wrong',
] as const satisfies readonly DecidingReason[];

function ofRefusal({ route, errorCode, reason, provider }: LogFields): readonly Measurement[] {
  const isExchange = route === EXCHANGE;
  const isFailure = Object.entries(problemTypes).some(
    ([code, { status }]) => code === errorCode && status >= 500,
  );
  if (!isFailure) {
    return [
      ...(errorCode === 'insufficient_user_authentication' ? ([['StepUpsAsked', 1]] as const) : []),
      ...(errorCode === 'rate_limited' ? ([['RateLimited', 1]] as const) : []),
      ...(isExchange ? ([['ExchangesRefused', 1]] as const) : []),
      ...(pastProxy.some((one) => one === reason) ? ([['RequestsPastProxy', 1]] as const) : []),
      // Without any it is a stranger; with a wrong one it may be Unit, and every event is lost.
      ...(errorCode === 'invalid_signature' && reason === ('wrong' satisfies DecidingReason)
        ? ([['WebhookSignaturesRefused', 1]] as const)
        : []),
    ];
  }
  // An empty secret is ours to fill, whoever told us that it is empty.
  const isOurs = errorCode === 'server_error' || errorCode === 'not_configured';
  const isTheirs = provider === 'stytch' || provider === 'unit' || provider === 'aws';
  return [
    [isTheirs && !isOurs ? failedBy[provider] : 'RequestsFailedByBridge', 1],
    ...(isExchange ? ([['ExchangesFailed', 1]] as const) : []),
  ];
}

function ofStytch(fields: LogFields): readonly Measurement[] {
  return [
    ['StytchCalls', 1],
    ['StytchMilliseconds', numberOf(fields['durationMs']) ?? 0],
    ...(isFailed(fields) ? ([['StytchFailures', 1]] as const) : []),
  ];
}

function ofUnit(fields: LogFields): readonly Measurement[] {
  return [
    ['UnitCalls', 1],
    ['UnitMilliseconds', numberOf(fields['durationMs']) ?? 0],
    ...(isFailed(fields) ? ([['UnitFailures', 1]] as const) : []),
    ...(fields['vendorStatus'] === 429 ? ([['UnitRateLimited', 1]] as const) : []),
  ];
}

/** No answer, or one that blames itself or our credentials. */
function isFailed({ vendorStatus }: LogFields): boolean {
  const status = numberOf(vendorStatus);
  return status === null || status >= 500 || status === 401 || status === 403 || status === 429;
}

/** A delivery that does not tell when its events came about is counted and not measured. */
function ofDelivery({ ageSeconds }: LogFields): readonly Measurement[] {
  const age = numberOf(ageSeconds);
  return [['WebhookDeliveries', 1], ...(age === null ? [] : ([['WebhookAgeSeconds', age]] as const))];
}

function ofEvent(outcome: string): readonly Measurement[] {
  if (outcome.startsWith('failed')) return [['WebhookEventsFailed', 1]];
  if (outcome === 'unlinked') return [['ApplicationsUnlinked', 1]];
  return outcome === 'foreign' ? [['WebhookEventsForeign', 1]] : [];
}

function ofReconcile(fields: LogFields): readonly Measurement[] {
  const oldest = numberOf(fields['oldestDueSeconds']);
  const lag = numberOf(fields['cursorLagSeconds']);
  const due = numberOf(fields['due']);
  const backfilled = numberOf(fields['eventsApplied']);
  return [
    ['ReconcileRuns', 1],
    ['ReconcileFailures', numberOf(fields['failed']) ?? 0],
    ...(backfilled === null ? [] : ([['EventsBackfilled', backfilled]] as const)),
    ...(due === null ? [] : ([['ApplicationsDue', due]] as const)),
    ...(oldest === null ? [] : ([['OldestUnsettledSeconds', oldest]] as const)),
    ...(lag === null ? [] : ([['EventCursorLagSeconds', lag]] as const)),
  ];
}

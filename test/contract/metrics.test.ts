import { describe, expect, it } from '@jest/globals';
import { metricNames, metricsOf } from '../../functions/contract/metrics.ts';
import type { LogFields } from '../../functions/core/ports.ts';

const exchange = 'POST /v1/token';
const refused = (errorCode: string, provider: string | null = null, route = exchange) => ({
  route,
  errorCode,
  provider,
});
const called = (provider: string, vendorStatus: number | null) => ({
  provider,
  operation: 'x',
  vendorStatus,
  isTimedOut: false,
  durationMs: 12,
});

describe('S7 the metrics that a log record stands for', () => {
  it.each([
    [
      'a good exchange',
      'request.completed',
      { route: exchange, status: 201, durationMs: 80 },
      { Requests: 1, Exchanges: 1, ExchangeMilliseconds: 80 },
    ],
    [
      'a refused one',
      'request.completed',
      { route: exchange, status: 403, durationMs: 9 },
      { Requests: 1, ExchangeMilliseconds: 9 },
    ],
    [
      'another route',
      'request.completed',
      { route: 'GET /v1/me', status: 200, durationMs: 9 },
      { Requests: 1 },
    ],
    [
      'a step-up asked for',
      'request.refused',
      refused('insufficient_user_authentication'),
      { StepUpsAsked: 1, ExchangesRefused: 1 },
    ],
    [
      'one asked for elsewhere',
      'request.refused',
      refused('insufficient_user_authentication', null, 'POST /v1/applications'),
      { StepUpsAsked: 1 },
    ],
    ['a limit', 'request.refused', refused('rate_limited'), { RateLimited: 1, ExchangesRefused: 1 }],
    ['no customer yet', 'request.refused', refused('no_customer'), { ExchangesRefused: 1 }],
    [
      "Stytch's fault",
      'request.refused',
      refused('upstream_timeout', 'stytch'),
      { RequestsFailedByStytch: 1, ExchangesFailed: 1 },
    ],
    [
      "Unit's fault",
      'request.refused',
      refused('upstream_unavailable', 'unit'),
      { RequestsFailedByUnit: 1, ExchangesFailed: 1 },
    ],
    [
      "the store's fault",
      'request.refused',
      refused('temporarily_unavailable', 'aws'),
      { RequestsFailedByAws: 1, ExchangesFailed: 1 },
    ],
    [
      'our fault',
      'request.refused',
      refused('server_error'),
      { RequestsFailedByBridge: 1, ExchangesFailed: 1 },
    ],
    [
      'an empty secret',
      'request.refused',
      refused('not_configured'),
      { RequestsFailedByBridge: 1, ExchangesFailed: 1 },
    ],
    [
      'a failure elsewhere',
      'request.refused',
      refused('server_error', null, 'GET /v1/me'),
      { RequestsFailedByBridge: 1 },
    ],
    [
      'an outage of sign-in',
      'request.refused',
      refused('upstream_unavailable', 'stytch', 'POST /v1/signup'),
      { RequestsFailedByStytch: 1 },
    ],
    [
      'an empty secret, whoever told so',
      'request.refused',
      refused('not_configured', 'aws'),
      { RequestsFailedByBridge: 1, ExchangesFailed: 1 },
    ],
    [
      'an application made past us',
      'unit_webhook.applied',
      { outcome: 'unlinked' },
      { ApplicationsUnlinked: 1 },
    ],
    [
      'a step of the reconcile that failed',
      'reconcile.step_failed',
      { step: 'sweep_archived' },
      { ReconcileFailures: 1 },
    ],
    [
      'an answer of Stytch',
      'vendor.called',
      called('stytch', 200),
      { StytchCalls: 1, StytchMilliseconds: 12 },
    ],
    [
      'no answer of Stytch',
      'vendor.called',
      called('stytch', null),
      { StytchCalls: 1, StytchMilliseconds: 12, StytchFailures: 1 },
    ],
    ['a wrong passcode', 'vendor.called', called('stytch', 404), { StytchCalls: 1, StytchMilliseconds: 12 }],
    ['an answer of Unit', 'vendor.called', called('unit', 201), { UnitCalls: 1, UnitMilliseconds: 12 }],
    [
      'a refusal of our token',
      'vendor.called',
      called('unit', 401),
      { UnitCalls: 1, UnitMilliseconds: 12, UnitFailures: 1 },
    ],
    [
      "Unit's limit",
      'vendor.called',
      called('unit', 429),
      { UnitCalls: 1, UnitMilliseconds: 12, UnitFailures: 1, UnitRateLimited: 1 },
    ],
    ['a step-up', 'step_up.completed', {}, { StepUps: 1 }],
    ['a message sent', 'sign_up.sent', { note: 'sent' }, {}],
    [
      'a message that was swallowed',
      'sign_up.sent',
      { note: 'user_lock_limit_reached' },
      { SendsSwallowed: 1 },
    ],
    [
      'a delivery',
      'unit_webhook.received',
      { events: 3, unreadable: 0, ageSeconds: 4 },
      { WebhookDeliveries: 1, WebhookAgeSeconds: 4 },
    ],
    [
      'a delivery of events of this very second',
      'unit_webhook.received',
      { events: 1, unreadable: 0, ageSeconds: 0 },
      { WebhookDeliveries: 1, WebhookAgeSeconds: 0 },
    ],
    [
      'a delivery that does not tell how old it is',
      'unit_webhook.received',
      { events: 3, unreadable: 0, ageSeconds: null },
      { WebhookDeliveries: 1 },
    ],
    [
      'a delivery that is signed wrongly, which loses its events',
      'request.refused',
      { ...refused('invalid_signature', null, 'POST /webhooks/unit'), reason: 'wrong' },
      { WebhookSignaturesRefused: 1 },
    ],
    [
      'a stranger at the webhook, who brings no signature',
      'request.refused',
      { ...refused('invalid_signature', null, 'POST /webhooks/unit'), reason: 'missing' },
      {},
    ],
    ...['origin_secret_missing', 'origin_secret_wrong'].map((reason): [string, string, LogFields, object] => [
      `a request past CloudFront: ${reason}`,
      'request.refused',
      { ...refused('not_found', null, 'POST /v1/signup'), reason },
      { RequestsPastProxy: 1 },
    ]),
    ['an event applied', 'unit_webhook.applied', { outcome: 'settled' }, {}],
    [
      'an event that failed',
      'unit_webhook.applied',
      { outcome: 'failed: unreadable_answer' },
      { WebhookEventsFailed: 1 },
    ],
    [
      'an event about nobody of ours',
      'unit_webhook.applied',
      { outcome: 'foreign' },
      { WebhookEventsForeign: 1 },
    ],
    ['a disabled webhook', 'unit_webhook.unhealthy', { finding: 'disabled' }, { WebhookUnhealthy: 1 }],
    [
      'a reconcile',
      'reconcile.completed',
      { due: 4, failed: 2, oldestDueSeconds: 30, cursorLagSeconds: 60, eventsApplied: 7 },
      {
        ReconcileRuns: 1,
        ReconcileFailures: 2,
        EventsBackfilled: 7,
        ApplicationsDue: 4,
        OldestUnsettledSeconds: 30,
        EventCursorLagSeconds: 60,
      },
    ],
    ['a reconcile that got nowhere', 'reconcile.completed', {}, { ReconcileRuns: 1, ReconcileFailures: 0 }],
    ['a parked customer', 'customer.parked', {}, { CustomersParked: 1 }],
    ['two open applications', 'application.second_open', {}, { SecondOpenApplications: 1 }],
    ['everything else', 'sign_in.completed', {}, {}],
  ])('%s', (_, code, fields, expected) => {
    expect(Object.fromEntries(metricsOf(code, fields))).toEqual(expected);
  });

  it('have no name twice', () => {
    expect(new Set(metricNames).size).toBe(metricNames.length);
  });
});

// What wakes somebody, and which section of the runbook to read then: the section's name is the alarm's.
import type { MetricName } from '../functions/contract/metrics.ts';

interface AlarmRule {
  readonly description: string;
  readonly metric: MetricName;
  readonly statistic: 'Sum' | 'Maximum' | 'p99';
  /** Alarms at this value. */
  readonly threshold: number;
  /** The threshold stands for the 1,000 calls a minute of everybody, and goes with those of the stage. @default false */
  readonly ofUnitLimit?: boolean;
  /** Periods of five minutes to look at. @default 1 */
  readonly periods?: number;
  /** How many of them must be at the threshold. @default all */
  readonly datapoints?: number;
  /** Alarms below the threshold, and where nothing is measured at all. @default false */
  readonly below?: boolean;
}

/** Alarms on what the functions themselves measure. Ids are CDK ids: frozen. */
export const alarmRules = {
  RequestsFailedByBridge: {
    description: 'Requests fail for a fault of ours: a bug, a setting, an empty secret',
    metric: 'RequestsFailedByBridge',
    statistic: 'Sum',
    threshold: 1,
  },
  RequestsFailedByStytch: {
    description: 'Requests fail because Stytch is down, slow, or refuses our secret',
    metric: 'RequestsFailedByStytch',
    statistic: 'Sum',
    threshold: 5,
  },
  RequestsFailedByUnit: {
    description: 'Requests fail because Unit is down, slow, or refuses our token or the JWT',
    metric: 'RequestsFailedByUnit',
    statistic: 'Sum',
    threshold: 5,
  },
  RequestsFailedByAws: {
    description: 'Requests fail because the table or Secrets Manager cannot be reached',
    metric: 'RequestsFailedByAws',
    statistic: 'Sum',
    threshold: 5,
  },
  ExchangeSlow: {
    description: 'One exchange in a hundred takes over 4 s: a vendor is slow, or functions start too often',
    metric: 'ExchangeMilliseconds',
    statistic: 'p99',
    threshold: 4000,
    periods: 3,
  },
  RequestsPastProxy: {
    description: 'Requests come without the origin secret: past CloudFront, or from one with another value',
    metric: 'RequestsPastProxy',
    statistic: 'Sum',
    threshold: 25,
    periods: 2,
  },
  UnitRateShare: {
    // Unit allows 1,000 calls a minute and address: 70 % over five minutes.
    description: 'Calls to Unit are at 70 % of what it allows one address',
    metric: 'UnitCalls',
    statistic: 'Sum',
    threshold: 3500,
    ofUnitLimit: true,
  },
  UnitRateLimited: {
    description: 'Unit refuses calls for their number',
    metric: 'UnitRateLimited',
    statistic: 'Sum',
    threshold: 1,
  },
  SendsSwallowed: {
    description: 'Stytch refuses many sign-in messages that users were told are on their way',
    metric: 'SendsSwallowed',
    statistic: 'Sum',
    threshold: 25,
  },
  WebhookUnhealthy: {
    description: "Unit's webhook is missing, disabled or wrongly set: events come late, by the reconcile",
    metric: 'WebhookUnhealthy',
    statistic: 'Sum',
    threshold: 1,
    // It is looked at every 15 minutes: one look of the last four periods.
    periods: 4,
    datapoints: 1,
  },
  WebhookSignaturesRefused: {
    description: 'Deliveries come with a wrong signature: a stranger tries, or Unit signs with another token',
    metric: 'WebhookSignaturesRefused',
    statistic: 'Sum',
    threshold: 1,
    // Unit sends again for hours; a stranger's few tries in a row are one period.
    periods: 12,
    datapoints: 3,
  },
  WebhookLate: {
    description: "Unit's events reach the webhook over 15 minutes after they came about",
    metric: 'WebhookAgeSeconds',
    statistic: 'Maximum',
    threshold: 900,
  },
  WebhookEventsFailed: {
    description: 'An event of Unit could not be applied for its own reasons and was put aside',
    metric: 'WebhookEventsFailed',
    statistic: 'Sum',
    threshold: 1,
  },
  ReconcileFailing: {
    description: 'The reconcile fails on something again and again',
    metric: 'ReconcileFailures',
    statistic: 'Sum',
    threshold: 1,
    periods: 3,
  },
  ReconcileBehind: {
    description: 'An application has waited over 15 minutes for its next look',
    metric: 'OldestUnsettledSeconds',
    statistic: 'Maximum',
    threshold: 900,
    periods: 2,
  },
  EventsBehind: {
    description: "The event backfill is over an hour behind Unit's events",
    metric: 'EventCursorLagSeconds',
    statistic: 'Maximum',
    threshold: 3600,
    periods: 2,
  },
  ReconcileStopped: {
    description: 'The reconcile has not finished a run for 15 minutes: nothing that was lost is repaired',
    metric: 'ReconcileRuns',
    statistic: 'Sum',
    threshold: 1,
    periods: 3,
    below: true,
  },
  ApplicationsUnlinked: {
    description:
      'Unit holds an application for a user of ours that was not made here: only an operator can bind it',
    metric: 'ApplicationsUnlinked',
    statistic: 'Sum',
    threshold: 1,
  },
  CustomersParked: {
    description: 'A customer is held for review: its user gets no tokens until an operator decides',
    metric: 'CustomersParked',
    statistic: 'Sum',
    threshold: 1,
  },
  SecondOpenApplications: {
    description: 'Unit holds a second open application of one user',
    metric: 'SecondOpenApplications',
    statistic: 'Sum',
    threshold: 1,
  },
} as const satisfies Record<string, AlarmRule>;

export type AlarmRuleName = keyof typeof alarmRules;

/** Alarms that compare metrics, or read what AWS tells of the API; see alarm-metrics.ts. */
export const comparedAlarms = {
  WebhookSilent: {
    description: "Events came about that only the reconcile found: Unit's webhook brings none",
    threshold: 1,
    // Of hours. One alone may be an event that the reconcile read a moment before it was delivered.
    periods: 24,
    datapoints: 2,
  },
  GatewayFailures: {
    description: 'The gateway answers 5xx: a function failed, or was not reached at all',
    threshold: 5,
    periods: 1,
    datapoints: 1,
  },
  GatewayThrottled: {
    description: 'The gateway refuses requests for their number, before any function sees them',
    threshold: 25,
    periods: 2,
    datapoints: 2,
  },
} as const;

/** Alarms on what AWS measures of each function. */
export const functionAlarms = {
  Errors: 'threw or timed out: a fault of ours, as vendors’ faults are answers',
  Throttles: 'was refused concurrency: raise the account’s limit or its reservation',
} as const;

/** The reconcile throws on purpose when a step of its fails, at a vendor too: once says nothing. */
export const reconcileErrors = { description: 'fails again and again; see ReconcileFailing', periods: 3 };

export const alarmRuleOf = (name: AlarmRuleName): AlarmRule => alarmRules[name];

export const alarmRuleNames = Object.keys(alarmRules).filter(
  (name): name is AlarmRuleName => name in alarmRules,
);

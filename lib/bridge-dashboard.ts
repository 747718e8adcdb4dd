// One page, top to bottom: can users get customer tokens; if not, whose fault is it; is anything left behind?
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import {
  Dashboard,
  GraphWidget,
  type IMetric,
  LogQueryVisualizationType,
  LogQueryWidget,
  MathExpression,
  type Metric,
  Stats,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { FunctionName } from '../functions/contract/routes.ts';
import type { BridgeFunction } from './bridge-function.ts';
import { ownMetric, period } from './own-metric.ts';
import { type Stage, unitCallsPerMinuteOf } from './stages.ts';

export interface BridgeDashboardProps {
  readonly stage: Stage;
  readonly functions: Readonly<Record<FunctionName, BridgeFunction>>;
  readonly api: HttpApi;
  /** What the gateway refused for its number. */
  readonly throttled: Metric;
}

export class BridgeDashboard extends Construct {
  constructor(scope: Construct, id: string, { stage, functions, api, throttled }: BridgeDashboardProps) {
    super(scope, id);
    const each = (metric: (it: BridgeFunction) => Metric) => Object.values(functions).map(metric);
    const p99 = Stats.percentile(99);
    new Dashboard(this, 'Page', {
      widgets: [
        [heading('Can users get customer tokens?')],
        [
          graph('Exchanges', [
            ownMetric(stage, 'Exchanges', 'Sum', 'tokens given'),
            ownMetric(stage, 'ExchangesRefused', 'Sum', 'refused, for the caller to mend'),
            ownMetric(stage, 'ExchangesFailed', 'Sum', 'failed, ours or a provider’s to mend'),
            ownMetric(stage, 'StepUpsAsked', 'Sum', 'step-ups asked for'),
            ownMetric(stage, 'StepUps', 'Sum', 'step-ups done'),
          ]),
          graph('How long an exchange takes', [
            ownMetric(stage, 'ExchangeMilliseconds', 'p50', 'p50 ms'),
            ownMetric(stage, 'ExchangeMilliseconds', p99, 'p99 ms'),
          ]),
        ],
        [
          refusalsByReason(functions),
          graph('Step-ups done for a hundred asked for', [
            percent('100 * done / asked', {
              done: ownMetric(stage, 'StepUps'),
              asked: ownMetric(stage, 'StepUpsAsked'),
            }),
          ]),
        ],
        [heading('If not: is it us, Stytch, Unit or AWS?')],
        [
          graph('Requests that failed, by whose fault', [
            ownMetric(stage, 'RequestsFailedByBridge', 'Sum', 'us'),
            ownMetric(stage, 'RequestsFailedByStytch', 'Sum', 'Stytch'),
            ownMetric(stage, 'RequestsFailedByUnit', 'Sum', 'Unit'),
            ownMetric(stage, 'RequestsFailedByAws', 'Sum', 'AWS'),
          ]),
          graph('Vendor latency, p99', [
            ownMetric(stage, 'StytchMilliseconds', p99, 'Stytch ms'),
            ownMetric(stage, 'UnitMilliseconds', p99, 'Unit ms'),
          ]),
        ],
        [
          graph('Vendor failures', [
            ownMetric(stage, 'StytchFailures', 'Sum', 'Stytch'),
            ownMetric(stage, 'UnitFailures', 'Sum', 'Unit'),
            ownMetric(stage, 'SendsSwallowed', 'Sum', 'messages swallowed'),
          ]),
          graph(`Share of Unit's rate limit (${unitCallsPerMinuteOf(stage)} calls a minute and address)`, [
            percent(`100 * calls / ${5 * unitCallsPerMinuteOf(stage)}`, {
              calls: ownMetric(stage, 'UnitCalls'),
            }),
            ownMetric(stage, 'UnitRateLimited', 'Sum', 'refused for their number'),
          ]),
        ],
        [
          graph(
            'Errors by function',
            each((it) => it.lambda.metricErrors({ period, label: it.name })),
          ),
          graph(
            'Throttles by function',
            each((it) => it.lambda.metricThrottles({ period, label: it.name })),
          ),
        ],
        [heading('Is anything left behind?')],
        [
          graph('How late: applications that wait for a look, events of the webhook, their backfill', [
            ownMetric(stage, 'OldestUnsettledSeconds', Stats.MAXIMUM, 'oldest unsettled, seconds'),
            ownMetric(stage, 'WebhookAgeSeconds', Stats.MAXIMUM, 'oldest event of a delivery, seconds'),
            ownMetric(stage, 'EventCursorLagSeconds', Stats.MAXIMUM, 'event backfill, seconds'),
          ]),
          graph("Unit's webhook", [
            ownMetric(stage, 'WebhookDeliveries', 'Sum', 'deliveries'),
            ownMetric(stage, 'WebhookEventsFailed', 'Sum', 'events put aside'),
            ownMetric(stage, 'WebhookEventsForeign', 'Sum', 'events about nobody of ours'),
            ownMetric(stage, 'WebhookSignaturesRefused', 'Sum', 'deliveries signed wrongly'),
            ownMetric(stage, 'WebhookUnhealthy', 'Sum', 'found missing, disabled or wrongly set'),
          ]),
        ],
        [
          graph('The reconcile', [
            ownMetric(stage, 'ReconcileRuns', 'Sum', 'reconciles'),
            ownMetric(stage, 'ApplicationsDue', Stats.MAXIMUM, 'unsettled applications due at once'),
            ownMetric(stage, 'ReconcileFailures', 'Sum', 'what it failed on'),
            ownMetric(stage, 'EventsBackfilled', 'Sum', 'events that it found first'),
          ]),
          graph('For an operator to decide', [
            ownMetric(stage, 'ApplicationsUnlinked', 'Sum', 'applications made past us'),
            ownMetric(stage, 'CustomersParked', 'Sum', 'customers held for review'),
            ownMetric(stage, 'SecondOpenApplications', 'Sum', 'second open applications of one user'),
          ]),
        ],
        [heading('The API and the functions')],
        [
          graph('Requests and refusals', [
            api.metricCount({ period }),
            api.metricClientError({ period }),
            api.metricServerError({ period }),
            ownMetric(stage, 'RateLimited', 'Sum', 'refused by a limit'),
            throttled.with({ label: 'refused by the throttles' }),
            ownMetric(stage, 'RequestsPastProxy', 'Sum', 'refused without the origin secret'),
          ]),
          graph('Latency of the API, p99; cold starts', [
            api.metricLatency({ period, statistic: p99 }),
            api.metricIntegrationLatency({ period, statistic: p99 }),
            ownMetric(stage, 'ColdStarts', 'Sum', 'cold starts'),
          ]),
        ],
      ],
    });
  }
}

const heading = (text: string): TextWidget =>
  new TextWidget({ markdown: `## ${text}`, width: 24, height: 1 });

const graph = (title: string, left: IMetric[]): GraphWidget => new GraphWidget({ title, left, width: 12 });

const percent = (expression: string, usingMetrics: Record<string, IMetric>): MathExpression =>
  new MathExpression({ expression, usingMetrics, period, label: '%' });

/** Of every function, from its log: a metric for each code would cost more than it tells. */
const refusalsByReason = (functions: BridgeDashboardProps['functions']): LogQueryWidget =>
  new LogQueryWidget({
    title: 'Refusals and failures by code',
    view: LogQueryVisualizationType.TABLE,
    width: 12,
    logGroupNames: Object.values(functions).map(({ logGroup }) => logGroup.logGroupName),
    queryLines: [
      "filter code = 'request.refused'",
      'stats count(*) as requests by errorCode, route',
      'sort requests desc',
      'limit 20',
    ],
  });

// What the alarms look at that no function measures: the gateway's own refusals, and what is missing.
import { Duration } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { type IMetric, MathExpression, type Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { FilterPattern, type ILogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { metricNamespace } from '../functions/contract/metrics.ts';
import type { comparedAlarms } from './alarm-rules.ts';
import { ownMetric, period } from './own-metric.ts';
import type { Stage } from './stages.ts';

export interface ComparedProps {
  readonly stage: Stage;
  readonly api: HttpApi;
  readonly throttled: IMetric;
}

interface ComparedMetric {
  readonly name: keyof typeof comparedAlarms;
  readonly metric: IMetric;
}

/** The metric of each alarm. */
export const comparedMetrics = ({ stage, api, throttled }: ComparedProps): readonly ComparedMetric[] => [
  // By the hour, as an org may have few events.
  {
    name: 'WebhookSilent',
    metric: new MathExpression({
      expression: 'IF(FILL(backfilled, 0) >= 1 AND FILL(deliveries, 0) < 1, 1, 0)',
      usingMetrics: {
        backfilled: ownMetric(stage, 'EventsBackfilled'),
        deliveries: ownMetric(stage, 'WebhookDeliveries'),
      },
      period: Duration.hours(1),
      label: 'only the reconcile found events',
    }),
  },
  { name: 'GatewayFailures', metric: api.metricServerError({ period, statistic: 'Sum' }) },
  { name: 'GatewayThrottled', metric: throttled },
];

/** Makes a filter of the access log, which is free until it counts something. */
export function throttledMetric(scope: Construct, stage: Stage, logGroup: ILogGroup): Metric {
  const filter = new MetricFilter(scope, 'GatewayThrottledFilter', {
    logGroup,
    // A limit of ours answers 429 too, but by a function: the gateway then has the status of an integration.
    filterPattern: FilterPattern.all(
      FilterPattern.stringValue('$.status', '=', '429'),
      FilterPattern.stringValue('$.integrationStatus', '=', '-'),
    ),
    metricNamespace: metricNamespace(stage.name),
    metricName: 'GatewayThrottled',
    metricValue: '1',
  });
  return filter.metric({ period, statistic: 'Sum' });
}

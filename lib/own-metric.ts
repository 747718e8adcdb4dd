// The functions' own metrics, as alarms and dashboard read them.
import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { type MetricName, metricNamespace } from '../functions/contract/metrics.ts';
import type { Stage } from './stages.ts';

export const period = Duration.minutes(5);

/** One of our own metrics over five minutes. */
export const ownMetric = (stage: Stage, metricName: MetricName, statistic = 'Sum', label?: string): Metric =>
  new Metric({
    namespace: metricNamespace(stage.name),
    metricName,
    dimensionsMap: { service: 'stytch-unit-bridge' },
    statistic,
    period,
    ...(label === undefined ? {} : { label }),
  });

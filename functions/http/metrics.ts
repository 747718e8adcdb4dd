// Metrics in CloudWatch's embedded metric format: one line for each invocation, made of what was logged meanwhile.
import { Metrics } from '@aws-lambda-powertools/metrics';
import { metricNamespace, metricsOf } from '../contract/metrics.ts';
import type { Log } from '../core/ports.ts';

export interface Meter {
  /** A log that also measures. */
  readonly log: Log;
  /** Writes the line; once at the end of each invocation. */
  publish(): void;
}

/** The meter of one container. A stage's metrics have a namespace of their own and no dimension but the service. */
export function createMeter(log: Log, stage: () => string): Meter {
  let metrics: Metrics | undefined;
  const started = (): Metrics => {
    if (metrics === undefined) {
      metrics = new Metrics({ namespace: metricNamespace(stage()), serviceName: 'stytch-unit-bridge' });
      metrics.addMetric('ColdStarts', 'Count', 1);
    }
    return metrics;
  };
  return {
    log: {
      record(code, fields) {
        log.record(code, fields);
        for (const [name, value] of metricsOf(code, fields)) started().addMetric(name, unitOf(name), value);
      },
    },
    publish() {
      const open = started();
      if (open.hasStoredMetrics()) open.publishStoredMetrics();
    },
  };
}

function unitOf(name: string): 'Milliseconds' | 'Seconds' | 'Count' {
  if (name.endsWith('Milliseconds')) return 'Milliseconds';
  return name.endsWith('Seconds') ? 'Seconds' : 'Count';
}

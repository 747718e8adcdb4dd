// What wakes somebody, and the page they look at then: can users get tokens, and if not, whose fault is it?
import { Duration, Stack } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import {
  Alarm,
  ComparisonOperator,
  Dashboard,
  GraphWidget,
  type IMetric,
  type Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { FunctionName } from '../functions/contract/routes.ts';
import type { BridgeFunction } from './bridge-function.ts';

export interface ObservabilityProps {
  readonly functions: Readonly<Record<FunctionName, BridgeFunction>>;
  readonly api: HttpApi;
  /** @default - alarms change state and tell nobody */
  readonly alarmEmail?: string | undefined;
}

interface AlarmRule {
  readonly metric: IMetric;
  readonly description: string;
  /** Alarms at this value. @default 1 */
  readonly threshold?: number;
  /** Periods in a row. @default 1 */
  readonly periods?: number;
  /** Alarms below the threshold, and where nothing is measured at all. @default false */
  readonly below?: boolean;
}

const period = Duration.minutes(5);

export class Observability extends Construct {
  private readonly action: SnsAction | undefined;

  constructor(scope: Construct, id: string, { functions, api, alarmEmail }: ObservabilityProps) {
    super(scope, id);
    this.action = alarmEmail === undefined ? undefined : new SnsAction(this.topic(alarmEmail));
    for (const { node, name, lambda } of Object.values(functions)) {
      this.alarm(`${node.id}Errors`, {
        metric: lambda.metricErrors({ period }),
        description: `${name} threw or timed out: a fault of ours, as vendors' faults are answers`,
      });
      this.alarm(`${node.id}Throttles`, {
        metric: lambda.metricThrottles({ period }),
        description: `${name} was refused concurrency: raise the account's limit or its reservation`,
      });
    }
    this.alarm('ReconcileMissing', {
      metric: functions.reconcile.lambda.metricInvocations({ period }),
      description: 'The reconcile has not run for 15 minutes: lost answers and webhooks stay unrepaired',
      periods: 3,
      below: true,
    });
    this.alarm('TokenSlow', {
      metric: functions.token.lambda.metricDuration({ period, statistic: Stats.percentile(99) }),
      description:
        'An exchange in a hundred takes over 4 s: a vendor is slow, or the functions start too often',
      threshold: 4000,
      periods: 3,
    });
    this.alarm('ServerErrors', {
      metric: api.metricServerError({ period }),
      description: 'The API answered 5xx, for a fault of ours or of a vendor',
      threshold: 5,
    });
    this.dashboard(functions, api);
  }

  private alarm(id: string, rule: AlarmRule): void {
    const alarm = new Alarm(this, id, {
      metric: rule.metric,
      alarmDescription: rule.description,
      threshold: rule.threshold ?? 1,
      evaluationPeriods: rule.periods ?? 1,
      comparisonOperator: rule.below
        ? ComparisonOperator.LESS_THAN_THRESHOLD
        : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: rule.below ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
    if (this.action) alarm.addAlarmAction(this.action);
  }

  private topic(email: string): Topic {
    const topic = new Topic(this, 'Alarms', { enforceSSL: true });
    // A topic with a policy of its own loses the default one, which lets the account's alarms publish.
    topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    topic.addSubscription(new EmailSubscription(email));
    return topic;
  }

  private dashboard(functions: ObservabilityProps['functions'], api: HttpApi): void {
    const each = (metric: (it: BridgeFunction) => Metric) => Object.values(functions).map(metric);
    const graph = (title: string, left: IMetric[]) => new GraphWidget({ title, left, width: 12 });
    new Dashboard(this, 'Dashboard', {
      widgets: [
        [
          graph('Requests and refusals', [
            api.metricCount({ period }),
            api.metricClientError({ period }),
            api.metricServerError({ period }),
          ]),
          graph('Latency of the API, p99', [
            api.metricLatency({ period, statistic: Stats.percentile(99) }),
            api.metricIntegrationLatency({ period, statistic: Stats.percentile(99) }),
          ]),
        ],
        [
          graph(
            'Errors by function',
            each((it) => it.lambda.metricErrors({ period, label: it.name })),
          ),
          graph(
            'Duration by function, p99',
            each((it) =>
              it.lambda.metricDuration({ period, label: it.name, statistic: Stats.percentile(99) }),
            ),
          ),
        ],
      ],
    });
  }
}

// The alarms, and the page to look at then: can users get customer tokens, and if not, is it us, Stytch, Unit or AWS?
import { Stack } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { FunctionName } from '../functions/contract/routes.ts';
import { comparedMetrics, throttledMetric } from './alarm-metrics.ts';
import {
  alarmRuleNames,
  alarmRuleOf,
  comparedAlarms,
  functionAlarms,
  reconcileErrors,
} from './alarm-rules.ts';
import { BridgeDashboard } from './bridge-dashboard.ts';
import type { BridgeFunction } from './bridge-function.ts';
import { ownMetric, period } from './own-metric.ts';
import { type Stage, unitCallsPerMinuteOf } from './stages.ts';

export interface ObservabilityProps {
  readonly stage: Stage;
  readonly functions: Readonly<Record<FunctionName, BridgeFunction>>;
  readonly api: HttpApi;
  readonly accessLogs: ILogGroup;
}

interface AlarmProps {
  readonly metric: IMetric;
  readonly description: string;
  readonly threshold: number;
  readonly periods: number;
  readonly datapoints: number;
  readonly isBelow: boolean;
  /** The section of docs/runbook.md. */
  readonly section: string;
}

export class Observability extends Construct {
  private readonly action: SnsAction | undefined;

  constructor(scope: Construct, id: string, { stage, functions, api, accessLogs }: ObservabilityProps) {
    super(scope, id);
    this.action = stage.alarmEmail === undefined ? undefined : new SnsAction(this.topic(stage.alarmEmail));
    for (const { node, name, lambda } of Object.values(functions)) {
      const once = { threshold: 1, periods: 1, datapoints: 1, isBelow: false };
      const { description, periods } =
        name === 'reconcile' ? reconcileErrors : { description: functionAlarms.Errors, periods: 1 };
      this.alarm(`${node.id}Errors`, {
        ...once,
        metric: lambda.metricErrors({ period }),
        description: `${name} ${description}`,
        periods,
        datapoints: periods,
        section: 'Errors',
      });
      this.alarm(`${node.id}Throttles`, {
        ...once,
        metric: lambda.metricThrottles({ period }),
        description: `${name} ${functionAlarms.Throttles}`,
        section: 'Throttles',
      });
    }
    for (const name of alarmRuleNames) {
      const {
        metric,
        statistic,
        description,
        threshold,
        periods = 1,
        datapoints = periods,
        below = false,
        ofUnitLimit = false,
      } = alarmRuleOf(name);
      this.alarm(name, {
        metric: ownMetric(stage, metric, statistic),
        description,
        threshold: ofUnitLimit ? (threshold * unitCallsPerMinuteOf(stage)) / 1000 : threshold,
        periods,
        datapoints,
        isBelow: below,
        section: name,
      });
    }
    const throttled = throttledMetric(this, stage, accessLogs);
    for (const { name, metric } of comparedMetrics({ stage, api, throttled }))
      this.alarm(name, { ...comparedAlarms[name], metric, isBelow: false, section: name });
    new BridgeDashboard(this, 'Dashboard', { stage, functions, api, throttled });
  }

  private alarm(
    id: string,
    { metric, description, threshold, periods, datapoints, isBelow, section }: AlarmProps,
  ): void {
    const alarm = new Alarm(this, id, {
      metric,
      alarmDescription: `${description}. See docs/runbook.md, ${section}.`,
      threshold,
      evaluationPeriods: periods,
      datapointsToAlarm: datapoints,
      comparisonOperator: isBelow
        ? ComparisonOperator.LESS_THAN_THRESHOLD
        : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: isBelow ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
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
}

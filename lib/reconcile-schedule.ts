// Starts the reconcile every minute.
import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { EventInvokeConfig } from 'aws-cdk-lib/aws-lambda';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import type { BridgeFunction } from './bridge-function.ts';

export interface ReconcileScheduleProps {
  readonly reconcile: BridgeFunction;
}

/** Tries once: a run that fails or comes late is dropped, as the next minute brings another. */
export class ReconcileSchedule extends Construct {
  constructor(scope: Construct, id: string, { reconcile }: ReconcileScheduleProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const group = stack.formatArn({
      service: 'scheduler',
      resource: 'schedule-group',
      resourceName: 'default',
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });
    const role = new Role(this, 'Role', {
      // Only for schedules of this account: a confused scheduler must not lend the role to another.
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': stack.account, 'aws:SourceArn': group } },
      }),
      inlinePolicies: {
        Invoke: new PolicyDocument({
          statements: [
            new PolicyStatement({
              actions: ['lambda:InvokeFunction'],
              resources: [reconcile.lambda.functionArn],
            }),
          ],
        }),
      },
    });
    new EventInvokeConfig(this, 'NoRetry', {
      function: reconcile.lambda,
      retryAttempts: 0,
      maxEventAge: Duration.minutes(1),
    });
    new CfnSchedule(this, 'EveryMinute', {
      description: 'Repairs what lost answers and webhooks left unsettled',
      scheduleExpression: 'rate(1 minute)',
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: reconcile.lambda.functionArn,
        roleArn: role.roleArn,
        retryPolicy: { maximumRetryAttempts: 0, maximumEventAgeInSeconds: 60 },
      },
    });
  }
}

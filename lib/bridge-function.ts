// One Lambda function with all that is its own: role, logs, settings. Nothing is granted but by the statements here.
import path from 'node:path';
import { Duration, Validations } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { FunctionName } from '../functions/contract/routes.ts';
import { type FunctionEnvironmentProps, functionEnvironment } from './function-environment.ts';
import { type FunctionProfile, functionProfiles } from './function-profiles.ts';
import { logRemovalOf } from './log-removal.ts';

export interface BridgeFunctionProps extends FunctionEnvironmentProps {
  readonly name: FunctionName;
  /** A folder with one folder per function, each with its `index.mjs`. */
  readonly bundles: string;
}

export class BridgeFunction extends Construct {
  readonly name: FunctionName;
  readonly lambda: LambdaFunction;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, props: BridgeFunctionProps) {
    super(scope, id);
    const { name, stage } = props;
    const profile: FunctionProfile = functionProfiles[name];
    const environment = functionEnvironment(name, props);
    const reserved = stage.reservedConcurrency?.[name];
    const logGroup = new LogGroup(this, 'Logs', {
      retention: stage.logRetentionDays,
      removalPolicy: logRemovalOf(stage),
    });
    const isTraced = stage.tracing === 'sampled';
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: {
        Logs: allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn]),
        Table: tablePolicy(profile, props),
        Secrets: allow(['secretsmanager:GetSecretValue'], environment.secretArns),
        ...(isTraced && { Traces: allow(['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], ['*']) }),
      },
    });
    if (isTraced)
      Validations.of(role).acknowledge({
        id: 'AwsSolutions-IAM5[Resource::*]',
        reason:
          'X-Ray knows no resource that a trace could be limited to, so AWS accepts nothing but * here.',
      });
    this.name = name;
    this.logGroup = logGroup;
    this.lambda = new LambdaFunction(this, 'Function', {
      description: profile.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(path.join(props.bundles, name)),
      handler: 'index.handler',
      // Immutable: what a construct of the library would add to the role by itself is not added.
      role: role.withoutPolicyUpdates(),
      environment: { ...environment.variables },
      memorySize: 512,
      timeout: Duration.seconds(profile.timeoutSeconds),
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      tracing: isTraced ? Tracing.ACTIVE : Tracing.DISABLED,
      ...(reserved !== undefined && { reservedConcurrentExecutions: reserved }),
    });
  }
}

function tablePolicy(profile: FunctionProfile, { table }: BridgeFunctionProps): PolicyDocument {
  const actions = profile.tableActions.map((action) => `dynamodb:${action}`);
  const document = allow(actions, [table.arn]);
  if (profile.readsUnsettled)
    document.addStatements(statement(['dynamodb:Query'], [table.unsettledIndexArn]));
  return document;
}

function allow(actions: readonly string[], resources: readonly string[]): PolicyDocument {
  return new PolicyDocument({ statements: [statement(actions, resources)] });
}

function statement(actions: readonly string[], resources: readonly string[]): PolicyStatement {
  return new PolicyStatement({ actions: [...actions], resources: [...resources] });
}

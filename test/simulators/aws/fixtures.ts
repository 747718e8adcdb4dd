// A hand-made template and small handlers for the tests of the simulated AWS.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FunctionHost } from '../../../simulators/aws/function-host.ts';
import type { FunctionPiece } from '../../../simulators/aws/template.ts';
import { tableKeys } from '../../support/table-keys.ts';

const code = { S3Bucket: 'assets', S3Key: 'hash.zip' };

/** One function behind two routes, a table, three secrets and a schedule: each a copy that a test may change. */
export const sampleTemplate = () => ({
  Parameters: { BootstrapVersion: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/cdk/version' } },
  Resources: {
    TokenFunction5E0D: {
      Type: 'AWS::Lambda::Function',
      Metadata: { 'aws:cdk:path': 'Sample/Token/Function/Resource' },
      Properties: {
        Code: code,
        Handler: 'index.handler',
        Role: { 'Fn::GetAtt': ['RoleF1', 'Arn'] },
        Timeout: 10,
        MemorySize: 512,
        Environment: {
          Variables: {
            STAGE: 'dev',
            TABLE: { Ref: 'TableA1' },
            SECRET_ARN: { Ref: 'StytchSecretB2' },
            JOINED: {
              'Fn::Join': ['', ['https://', { Ref: 'AWS::Region' }, '.', { Ref: 'AWS::URLSuffix' }]],
            },
            // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own syntax
            SUBBED: { 'Fn::Sub': 'arn:${AWS::Partition}:x:${AWS::AccountId}:${TableA1.Arn}:${!Literal}' },
            PICKED: { 'Fn::Select': [1, { 'Fn::Split': [',', 'a,b,c'] }] },
            LIMIT: 5,
          },
        },
      },
    },
    StepUpFunction77: {
      Type: 'AWS::Lambda::Function',
      Properties: { Code: code, Handler: 'index.handler' },
    },
    RoleF1: {
      Type: 'AWS::IAM::Role',
      Properties: {
        Policies: [
          {
            PolicyName: 'Table',
            PolicyDocument: {
              Statement: [
                {
                  Effect: 'Allow',
                  Action: ['dynamodb:Query', 'dynamodb:GetItem'],
                  Resource: { 'Fn::GetAtt': ['TableA1', 'Arn'] },
                },
                {
                  Effect: 'Allow',
                  Action: 'secretsmanager:GetSecretValue',
                  Resource: [{ Ref: 'StytchSecretB2' }],
                },
              ],
            },
          },
        ],
      },
    },
    TableA1: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        ...tableKeys,
      },
    },
    StytchSecretB2: { Type: 'AWS::SecretsManager::Secret', Properties: { Description: 'x' } },
    HashKeyC3: {
      Type: 'AWS::SecretsManager::Secret',
      Properties: {
        GenerateSecretString: { SecretStringTemplate: '{}', GenerateStringKey: 'value', PasswordLength: 64 },
      },
    },
    HttpApiD4: {
      Type: 'AWS::ApiGatewayV2::Api',
      Properties: {
        Name: 'Sample',
        ProtocolType: 'HTTP',
        CorsConfiguration: {
          AllowOrigins: ['http://localhost:4400'],
          AllowMethods: ['GET', 'POST'],
          AllowHeaders: ['authorization', 'content-type'],
          ExposeHeaders: ['www-authenticate', 'x-request-id'],
          MaxAge: 7200,
        },
      },
    },
    DefaultStageE5: {
      Type: 'AWS::ApiGatewayV2::Stage',
      Properties: { ApiId: { Ref: 'HttpApiD4' }, StageName: '$default', AutoDeploy: true },
    },
    TokenIntegrationG6: {
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: {
        ApiId: { Ref: 'HttpApiD4' },
        IntegrationType: 'AWS_PROXY',
        IntegrationUri: { 'Fn::GetAtt': ['TokenFunction5E0D', 'Arn'] },
        PayloadFormatVersion: '2.0',
        TimeoutInMillis: 30_000,
      },
    },
    TokenRouteH7: {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: {
        ApiId: { Ref: 'HttpApiD4' },
        RouteKey: 'POST /v1/token',
        Target: { 'Fn::Join': ['', ['integrations/', { Ref: 'TokenIntegrationG6' }]] },
      },
    },
    ReadRouteI8: {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: {
        ApiId: { Ref: 'HttpApiD4' },
        RouteKey: 'GET /v1/things/{thingId}',
        Target: { 'Fn::Join': ['', ['integrations/', { Ref: 'TokenIntegrationG6' }]] },
      },
    },
    EveryMinuteJ9: {
      Type: 'AWS::Scheduler::Schedule',
      Properties: {
        ScheduleExpression: 'rate(1 minute)',
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: {
          Arn: { 'Fn::GetAtt': ['TokenFunction5E0D', 'Arn'] },
          RoleArn: { 'Fn::GetAtt': ['RoleF1', 'Arn'] },
        },
      },
    },
  },
});

export const readOptions = {
  stackName: 'Sample-dev',
  functionNames: ['signup', 'step-up', 'token'],
  apiUrl: 'http://127.0.0.1:4400',
};

export interface Bundle {
  readonly folder: string;
  remove(): void;
}

/** A folder with an `index.mjs` of this source. */
export function bundleOf(source: string): Bundle {
  const folder = mkdtempSync(path.join(tmpdir(), 'bundle-'));
  writeFileSync(path.join(folder, 'index.mjs'), source);
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** The least environment that a container starts with. */
export const bareEnvironment = { PATH: process.env['PATH'] ?? '', AWS_LAMBDA_FUNCTION_NAME: 'sample' };

const piece: FunctionPiece = {
  name: 'token',
  logicalId: 'Token',
  functionName: 'Sample-dev-Token',
  arn: 'arn:aws:lambda:us-east-1:000000000000:function:sample',
  handler: 'index.handler',
  environment: {},
  timeoutSeconds: 10,
  memoryMb: 512,
  statements: [],
};

export interface HostUnderTest {
  readonly host: FunctionHost;
  readonly lines: string[];
  readonly bundle: Bundle;
  end(): Promise<void>;
}

/** Runs the source as a function; `lines` fills with what it prints. */
export function hostOf(
  source: string,
  options: {
    timeoutSeconds?: number;
    concurrency?: number;
    environment?: Record<string, string>;
    isFrozenWhenIdle?: boolean;
  } = {},
): HostUnderTest {
  const bundle = bundleOf(source);
  const lines: string[] = [];
  const host = new FunctionHost({
    piece: { ...piece, timeoutSeconds: options.timeoutSeconds ?? 10 },
    bundle: bundle.folder,
    environment: { ...bareEnvironment, ...options.environment },
    ...(options.concurrency === undefined ? {} : { concurrency: options.concurrency }),
    isFrozenWhenIdle: options.isFrozenWhenIdle,
    onLine: (line) => lines.push(line),
  });
  return {
    host,
    lines,
    bundle,
    end: async () => {
      await host.close();
      bundle.remove();
    },
  };
}

/** Whether a process of this id lives. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

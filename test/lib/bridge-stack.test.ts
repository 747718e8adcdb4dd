import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, Stack, Validations } from 'aws-cdk-lib';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { MetricName } from '../../functions/contract/metrics.ts';
import { type FunctionName, functionNames, type Route, routes } from '../../functions/contract/routes.ts';
import { functionSettings } from '../../functions/contract/settings.ts';
import { MOST_UNIT_CALLS } from '../../functions/core/reconcile/budget.ts';
import { alarmRuleNames, alarmRuleOf } from '../../lib/alarm-rules.ts';
import { BridgeStack } from '../../lib/bridge-stack.ts';
import { type FunctionProfile, functionProfiles } from '../../lib/function-profiles.ts';
import { type Stage, stages } from '../../lib/stages.ts';
import { tableKeys } from '../support/table-keys.ts';

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}
interface Properties extends Readonly<Record<string, unknown>> {
  readonly Environment?: { readonly Variables: Readonly<Record<string, unknown>> };
  readonly LoggingConfig?: { readonly LogGroup: { readonly Ref: string } };
  readonly Role?: { readonly 'Fn::GetAtt': readonly [string, string] };
  readonly Policies?: readonly { readonly PolicyDocument: { readonly Statement: readonly Statement[] } }[];
  readonly AlarmActions?: readonly unknown[];
  readonly AccessLogSettings?: { readonly Format: string };
  readonly Target?: { readonly 'Fn::Join': readonly [string, readonly [string, { readonly Ref: string }]] };
}
interface Resource {
  readonly Type: string;
  readonly Properties: Properties;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly DependsOn?: string | readonly string[];
}
interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs: Readonly<Record<string, { readonly Value: unknown }>>;
}
interface ValidationReport {
  readonly pluginReports: readonly unknown[];
}

const bundles = mkdtempSync(path.join(os.tmpdir(), 'bundles-'));
const parsed: { readonly context: Record<string, unknown> } = JSON.parse(readFileSync('cdk.json', 'utf8'));

let dev: Template;
let prod: Template;
let full: Template;
let proxied: Template;

/** Prod with every option that is off by default, and without those that are on. */
const fullStage: Stage = {
  ...stages.prod,
  name: 'full',
  alarmEmail: 'on-call@bank.example',
  reservedConcurrency: { token: 50 },
  throttles: { rate: 10, burst: 50, routes: { exchangeToken: { rate: 2, burst: 3 } } },
  tracing: 'off',
  sessionTransport: 'cookie',
  customDomain: {
    name: 'api.bank.example',
    certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/6f2c1d4e-9b7a-4c55-8f3e-1a2b3c4d5e6f',
  },
  closeAwsEndpoint: true,
};

/** As full, with CloudFront in front of it. */
const proxiedStage: Stage = {
  ...fullStage,
  name: 'proxied',
  trustedProxy: 'cloudfront',
  cloudFrontDomain: 'front.bank.example',
};

function synthesize(stage: Stage): Template {
  const app = new App({ context: parsed.context, builtinCloudFormationValidation: false });
  new BridgeStack(app, `StytchUnitBridge-${stage.name}`, { stage, bundles });
  return app.synth().getStackByName(`StytchUnitBridge-${stage.name}`).template;
}

beforeAll(() => {
  for (const name of functionNames) {
    mkdirSync(path.join(bundles, name));
    writeFileSync(path.join(bundles, name, 'index.mjs'), `export const handler = () => '${name}';\n`);
  }
  dev = synthesize(stages.dev);
  prod = synthesize(stages.prod);
  full = synthesize(fullStage);
  proxied = synthesize(proxiedStage);
});
afterAll(() => rmSync(bundles, { recursive: true }));

function ofType(template: Template, type: string): [id: string, resource: Resource][] {
  return Object.entries(template.Resources).filter(([, { Type }]) => Type === type);
}

function only(template: Template, type: string): Resource {
  const [found, ...others] = ofType(template, type);
  if (!found || others.length > 0) throw new Error(`Not exactly one ${type}`);
  return found[1];
}

function functionOf(template: Template, name: FunctionName): [id: string, properties: Properties] {
  const prefix = `${functionProfiles[name].id}Function`;
  const found = ofType(template, 'AWS::Lambda::Function').find(([id]) => id.startsWith(prefix));
  if (!found) throw new Error(`No function ${name}`);
  return [found[0], found[1].Properties];
}

function roleOf(template: Template, name: FunctionName): Properties {
  const id = functionOf(template, name)[1].Role?.['Fn::GetAtt'][0] ?? '';
  const role = template.Resources[id];
  if (!role) throw new Error(`No role of ${name}`);
  return role.Properties;
}

function statementsOf(template: Template, name: FunctionName): Statement[] {
  return (roleOf(template, name).Policies ?? []).flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
}

function variablesOf(template: Template, name: FunctionName): Readonly<Record<string, unknown>> {
  return functionOf(template, name)[1].Environment?.Variables ?? {};
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);
const everyRoute = Object.values<Route>(routes);
const httpFunctions = functionNames.filter((name) => everyRoute.some((route) => route.function === name));

const table = 'IdMappingTable8DD38823';
const tableArn = { 'Fn::GetAtt': [table, 'Arn'] };

describe('the HTTP API', () => {
  it('O9 has each route of the contract and no other', () => {
    const keys = ofType(dev, 'AWS::ApiGatewayV2::Route').map(([, it]) => String(it.Properties.RouteKey));
    expect(keys.sort()).toEqual(everyRoute.map(({ method, path }) => `${method} ${path}`).sort());
  });

  it.each(everyRoute)('leads $method $path to its own function', (route) => {
    const found = ofType(dev, 'AWS::ApiGatewayV2::Route').find(
      ([, { Properties }]) => Properties.RouteKey === `${route.method} ${route.path}`,
    );
    const integration = dev.Resources[found?.[1].Properties.Target?.['Fn::Join'][1][1].Ref ?? ''];
    expect(integration?.Properties).toMatchObject({
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: { 'Fn::GetAtt': [functionOf(dev, route.function)[0], 'Arn'] },
      PayloadFormatVersion: '2.0',
    });
  });

  it('has one integration per function that serves a route', () => {
    expect(ofType(dev, 'AWS::ApiGatewayV2::Integration')).toHaveLength(httpFunctions.length);
  });

  it('S1, K6 names an authorization type on each route and has no authorizer', () => {
    for (const [, { Properties }] of ofType(dev, 'AWS::ApiGatewayV2::Route'))
      expect(Properties.AuthorizationType).toBe('NONE');
    expect(ofType(dev, 'AWS::ApiGatewayV2::Authorizer')).toEqual([]);
  });

  it('S1 logs each access as JSON, without path, query, header or body', () => {
    const format = only(dev, 'AWS::ApiGatewayV2::Stage').Properties.AccessLogSettings?.Format ?? '';
    expect(JSON.parse(format)).toMatchObject({
      requestId: '$context.requestId',
      routeKey: '$context.routeKey',
      status: '$context.status',
    });
    expect(format).not.toMatch(/\$context\.(path|authorizer|identity\.(?!sourceIp))|\$request|header|body/i);
  });

  it('O4 has one stage, throttled as the stage says', () => {
    expect(only(prod, 'AWS::ApiGatewayV2::Stage').Properties).toMatchObject({
      StageName: '$default',
      AutoDeploy: true,
      DefaultRouteSettings: {
        ThrottlingRateLimit: stages.prod.throttles.rate,
        ThrottlingBurstLimit: stages.prod.throttles.burst,
      },
    });
  });

  it('O4 throttles sign-up, its second step and the webhook each by itself, and measures none by itself', () => {
    const settings = (rate: number, burst: number) => ({
      ThrottlingRateLimit: rate,
      ThrottlingBurstLimit: burst,
      DetailedMetricsEnabled: false,
    });
    expect(only(prod, 'AWS::ApiGatewayV2::Stage').Properties).toMatchObject({
      DefaultRouteSettings: { DetailedMetricsEnabled: false },
    });
    expect(only(prod, 'AWS::ApiGatewayV2::Stage').Properties['RouteSettings']).toEqual({
      'POST /v1/signup': settings(5, 20),
      'POST /v1/signup/authenticate': settings(5, 20),
      'POST /webhooks/unit': settings(5, 25),
    });
    expect(only(full, 'AWS::ApiGatewayV2::Stage').Properties['RouteSettings']).toEqual({
      'POST /v1/token': settings(2, 3),
    });
  });

  it.each<[string, () => Template]>([
    ['prod', () => prod],
    ['full', () => full],
  ])('makes a route before its throttle in %s, which AWS refuses otherwise', (_, template) => {
    const { DependsOn, Properties } = only(template(), 'AWS::ApiGatewayV2::Stage');
    const keys = listOf(DependsOn).map((id) => template().Resources[String(id)]?.Properties.RouteKey);
    expect(new Set(keys)).toEqual(new Set(Object.keys({ ...Object(Properties['RouteSettings']) })));
    expect(keys.length).toBeGreaterThan(0);
  });

  it('D6 calls Unit less than it allows one address, though each request were one call beside the reconcile', () => {
    const { rate, routes: own } = stages.prod.throttles;
    const callsUnit = Object.entries<Route>(routes).filter(
      ([name, route]) => name in own && route.function !== 'signup',
    );
    expect(callsUnit.map(([name]) => name)).toEqual(['unitWebhook']);
    expect((rate + own.unitWebhook.rate) * 60 + MOST_UNIT_CALLS).toBeLessThan(1000);
  });

  it('O8 allows exactly the origins, methods and headers that the design names', () => {
    expect(only(prod, 'AWS::ApiGatewayV2::Api').Properties.CorsConfiguration).toEqual({
      AllowOrigins: ['https://app.bank.example'],
      AllowMethods: [...new Set(everyRoute.map(({ method }) => method))],
      AllowHeaders: ['authorization', 'content-type', 'idempotency-key'],
      ExposeHeaders: [
        'www-authenticate',
        'x-amzn-remapped-www-authenticate',
        'location',
        'retry-after',
        'x-request-id',
      ],
      MaxAge: 7200,
    });
  });

  it('O8, A3.4.2 allows credentials where a cookie brings the session, and nowhere else; and never a wildcard', () => {
    const corsOf = (template: Template) =>
      only(template, 'AWS::ApiGatewayV2::Api').Properties['CorsConfiguration'] as object;
    expect(corsOf(full)).toEqual({ ...corsOf(prod), AllowCredentials: true });
    expect(corsOf(prod)).not.toHaveProperty('AllowCredentials');
    expect(JSON.stringify(corsOf(full))).not.toContain('*');
    expect(variablesOf(full, 'signup')).toMatchObject({ SESSION_TRANSPORT: 'cookie' });
  });
});

describe('each function', () => {
  it('is one of the contract, and there is no other', () => {
    expect(ofType(dev, 'AWS::Lambda::Function')).toHaveLength(functionNames.length);
  });

  it.each(functionNames)('S3 %s runs Node 24 on arm64 for as long as its profile says', (name) => {
    const [, properties] = functionOf(dev, name);
    expect(properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      MemorySize: 512,
      Timeout: functionProfiles[name].timeoutSeconds,
      TracingConfig: { Mode: 'Active' },
    });
    expect(properties).not.toHaveProperty('ReservedConcurrentExecutions');
  });

  it.each(functionNames)('S6, S7 %s writes JSON to its own log group, kept for the stage time', (name) => {
    const [, { LoggingConfig }] = functionOf(prod, name);
    expect(LoggingConfig).toMatchObject({ LogFormat: 'JSON' });
    const logGroup = LoggingConfig?.LogGroup.Ref ?? '';
    expect(logGroup).toMatch(new RegExp(`^${functionProfiles[name].id}Logs`));
    expect(prod.Resources[logGroup]).toMatchObject({
      DeletionPolicy: 'Retain',
      Properties: { RetentionInDays: 400 },
    });
  });

  it('W9 tells the reconcile which webhook is its own, once Unit can call no other address', () => {
    const hostOf = (template: Template) => variablesOf(template, 'reconcile')['UNIT_WEBHOOK_HOST'];
    expect(hostOf(dev)).toBe('any');
    expect(hostOf(synthesize({ ...fullStage, closeAwsEndpoint: false }))).toBe('any');
    expect(hostOf(full)).toBe('api.bank.example');
  });

  it('S6 leaves every log of a live stage behind when the stack goes, and none of a test stage, protected or not', () => {
    const policies = (stage: Template) => [
      ...new Set(ofType(stage, 'AWS::Logs::LogGroup').map(([, { DeletionPolicy }]) => DeletionPolicy)),
    ];
    expect(ofType(prod, 'AWS::Logs::LogGroup')).toHaveLength(functionNames.length + 1);
    expect(policies(prod)).toEqual(['Retain']);
    expect(policies(synthesize(stages.staging))).toEqual(['Delete']);
    expect(policies(dev)).toEqual(['Delete']);
  });

  it.each(functionNames)('has exactly the settings that %s reads', (name) => {
    const variables = variablesOf(dev, name);
    expect(Object.keys(variables).sort()).toEqual([...functionSettings[name].settings].sort());
    // Lambda's own limit for all variables of a function.
    expect(JSON.stringify(variables).length).toBeLessThan(4096);
  });

  it('gives the settings the values of the stage', () => {
    expect(variablesOf(prod, 'signup')).toEqual({
      STAGE: 'prod',
      VENDOR_ENVIRONMENT: 'live',
      PROBLEM_TYPE_BASE_URL: 'https://app.bank.example/docs/problems/',
      ID_MAPPING_TABLE_NAME: { Ref: table },
      STYTCH_PROJECT_ID: stages.prod.stytchProjectId,
      STYTCH_BASE_URL: 'https://api.stytch.com',
      STYTCH_ISSUERS: JSON.stringify([`stytch.com/${stages.prod.stytchProjectId}`]),
      STYTCH_SECRET_ARN: { Ref: secretIds.Stytch },
      HASH_KEY_SECRET_ARN: { Ref: secretIds.HashKey },
      TRUSTED_PROXY: 'none',
      ORIGIN_SECRET_ARN: 'none',
      LIMITS: JSON.stringify(stages.prod.limits),
      SESSION_TRANSPORT: 'body',
      ALLOWED_ORIGINS: '["https://app.bank.example"]',
      REDIRECT_URLS: '["https://app.bank.example/callback"]',
      SESSION_IDLE_SECONDS: '3600',
      SESSION_MAX_SECONDS: '43200',
    });
  });

  it('S3 can be invoked by this gateway alone', () => {
    const api = ofType(dev, 'AWS::ApiGatewayV2::Api')[0]?.[0];
    const permissions = ofType(dev, 'AWS::Lambda::Permission').map(([, { Properties }]) => Properties);
    expect(permissions).toHaveLength(httpFunctions.length);
    for (const permission of permissions) {
      expect(permission).toMatchObject({
        Action: 'lambda:InvokeFunction',
        Principal: 'apigateway.amazonaws.com',
      });
      expect(JSON.stringify(permission.SourceArn)).toContain(`{"Ref":"${api}"}`);
    }
  });
});

describe("each function's role", () => {
  it.each(functionNames)('S6 of %s is its own, with no managed policy and none beside it', (name) => {
    expect(roleOf(dev, name)).not.toHaveProperty('ManagedPolicyArns');
    expect(new Set(functionNames.map((it) => roleOf(dev, it))).size).toBe(functionNames.length);
    for (const type of ['Policy', 'ManagedPolicy', 'RolePolicy'])
      expect(ofType(dev, `AWS::IAM::${type}`)).toEqual([]);
  });

  it.each(
    functionNames.flatMap((name): [FunctionName, string, () => Template][] => [
      [name, 'dev', () => dev],
      [name, 'proxied', () => proxied],
    ]),
  )('S6 of %s in %s allows exactly what its profile and its settings name', (name, stage, template) => {
    const profile: FunctionProfile = functionProfiles[name];
    const logGroup = functionOf(template(), name)[1].LoggingConfig?.LogGroup.Ref;
    const secrets = Object.entries(variablesOf(template(), name)).filter(
      ([key, value]) => key.endsWith('_SECRET_ARN') && value !== 'none',
    );
    const expected: [string, unknown][] = [
      ['logs:CreateLogStream', { 'Fn::GetAtt': [logGroup, 'Arn'] }],
      ['logs:PutLogEvents', { 'Fn::GetAtt': [logGroup, 'Arn'] }],
      ...profile.tableActions.map((action): [string, unknown] => [`dynamodb:${action}`, tableArn]),
      ...secrets.map(([, arn]): [string, unknown] => ['secretsmanager:GetSecretValue', arn]),
      ...(stage === 'dev' ? ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'] : []).map(
        (action): [string, unknown] => [action, '*'],
      ),
    ];
    if (profile.readsUnsettled)
      expected.push(['dynamodb:Query', { 'Fn::Join': ['', [tableArn, '/index/unsettled']] }]);
    const allowed = statementsOf(template(), name).flatMap(({ Effect, Action, Resource }) => {
      expect(Effect).toBe('Allow');
      return listOf(Action).flatMap((action) => listOf(Resource).map((it) => JSON.stringify([action, it])));
    });
    expect(allowed.sort()).toEqual(expected.map((it) => JSON.stringify(it)).sort());
  });

  it('lets each function that writes read what its writes may have to recognise', () => {
    const actionsOf = (name: FunctionName): FunctionProfile['tableActions'] =>
      functionProfiles[name].tableActions;
    const writing = functionNames.filter((name) =>
      actionsOf(name).some((action) => action === 'PutItem' || action === 'UpdateItem'),
    );
    expect(writing.length).toBeGreaterThan(0);
    expect(writing.filter((name) => !actionsOf(name).includes('GetItem'))).toEqual([]);
  });

  it('S6 has no wildcard but for traces, and none at all without them', () => {
    for (const name of functionNames) {
      const untraced = statementsOf(dev, name).filter(
        ({ Action }) => !JSON.stringify(Action).includes('xray'),
      );
      expect(JSON.stringify([untraced, statementsOf(full, name)])).not.toContain('*');
    }
  });
});

const secretIds = {
  Stytch: 'SecretsStytchBB379B87',
  UnitExchange: 'SecretsUnitExchange8D6C1CA4',
  UnitOnboarding: 'SecretsUnitOnboardingC30FAE3F',
  UnitEvents: 'SecretsUnitEvents0FA59126',
  contact: 'SecretsUnitContact7EA426D3',
  UnitWebhook: 'SecretsUnitWebhook29298734',
  HashKey: 'SecretsHashKey3E833951',
};

/** Only behind CloudFront. */
const originSecret = 'SecretsOrigin6E3C3F1E';

describe('the secrets', () => {
  it('E1 of the vendors have no value and no generator', () => {
    const { HashKey, ...vendors } = secretIds;
    for (const id of Object.values(vendors))
      expect(Object.keys(dev.Resources[id]?.Properties ?? {}).sort()).toEqual(['Description', 'Tags']);
    expect(dev.Resources).toHaveProperty(HashKey);
  });

  it('E1 leave no value in the template and are never resolved into it', () => {
    const value = /"SecretString"|\{\{resolve:|secret-(test|live)-|NoEcho/;
    for (const template of [dev, prod, full, proxied])
      expect(JSON.stringify(template).match(value)).toBeNull();
  });

  // CloudFormation makes a new key, and every stored hash is lost, when one of these properties changes.
  it('keep the hash key for life: generated once, from frozen properties', () => {
    expect(dev.Resources[secretIds.HashKey]).toMatchObject({
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
    });
    expect(dev.Resources[secretIds.HashKey]?.Properties.GenerateSecretString).toEqual({
      SecretStringTemplate: '{}',
      GenerateStringKey: 'value',
      PasswordLength: 64,
      ExcludePunctuation: true,
    });
  });

  it('A4.1.3 make one more behind CloudFront, from frozen properties, kept like the hash key', () => {
    const added = proxied.Resources[originSecret];
    const hashKey = proxied.Resources[secretIds.HashKey];
    expect(added).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    expect(added?.Properties.GenerateSecretString).toEqual(hashKey?.Properties.GenerateSecretString);
    expect(proxied.Outputs['OriginSecretArn']?.Value).toEqual({ Ref: originSecret });
    for (const template of [dev, prod, full]) {
      expect(Object.keys(template.Resources).filter((id) => id.startsWith('SecretsOrigin'))).toEqual([]);
      expect(template.Outputs).not.toHaveProperty('OriginSecretArn');
    }
  });

  it('A4.1.3 make it before CloudFront is trusted, for CloudFront to have, and nothing else of that', () => {
    const prepared = synthesize({ ...proxiedStage, trustedProxy: 'none' });
    expect(prepared.Resources[originSecret]).toEqual(proxied.Resources[originSecret]);
    expect(prepared.Outputs['ApiUrl']?.Value).toBe('https://api.bank.example');
    expect(variablesOf(prepared, 'reconcile')['UNIT_WEBHOOK_HOST']).toBe('api.bank.example');
    for (const name of functionNames) {
      expect(variablesOf(prepared, name)['ORIGIN_SECRET_ARN'] ?? 'none').toBe('none');
      expect(JSON.stringify(statementsOf(prepared, name))).not.toContain(originSecret);
    }
  });

  it('A4.1.3 let every function behind the gateway read the origin secret, the webhook’s too, and no other', () => {
    for (const name of functionNames) {
      const isBehind = httpFunctions.includes(name);
      const { TRUSTED_PROXY, ORIGIN_SECRET_ARN } = variablesOf(proxied, name);
      expect([TRUSTED_PROXY, ORIGIN_SECRET_ARN]).toEqual(
        isBehind ? ['cloudfront', { Ref: originSecret }] : [undefined, undefined],
      );
      expect(JSON.stringify(statementsOf(proxied, name)).includes(originSecret)).toBe(isBehind);
    }
    expect(httpFunctions).toContain('unit-webhook');
  });

  it.each<[FunctionName, string]>([
    ['application', secretIds.UnitOnboarding],
    ['token', secretIds.UnitExchange],
    ['unit-webhook', secretIds.UnitEvents],
    ['reconcile', secretIds.UnitEvents],
  ])('E5 give %s the Unit org token of its job alone', (name, id) => {
    const orgTokens = [secretIds.UnitExchange, secretIds.UnitOnboarding, secretIds.UnitEvents];
    expect(variablesOf(dev, name).UNIT_ORG_TOKEN_SECRET_ARN).toEqual({ Ref: id });
    const readable = JSON.stringify(statementsOf(dev, name));
    expect(orgTokens.filter((it) => readable.includes(it))).toEqual([id]);
  });

  it('S5 are each read by at least one function', () => {
    const readable = JSON.stringify(functionNames.map((name) => statementsOf(dev, name)));
    expect(ofType(dev, 'AWS::SecretsManager::Secret').map(([id]) => id)).toEqual(Object.values(secretIds));
    for (const id of Object.values(secretIds)) expect(readable).toContain(id);
  });
});

describe('the table', () => {
  it('S4 is on demand, recoverable to a point in time, and outlives the stack', () => {
    expect(dev.Resources[table]).toMatchObject({
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      },
    });
  });

  it('S4 is protected from deletion where the stage says so, and so is the stack', () => {
    const isProtected = (template: Template) =>
      only(template, 'AWS::DynamoDB::Table').Properties.DeletionProtectionEnabled;
    expect([isProtected(dev), isProtected(prod)]).toEqual([false, true]);
    const stackOf = (stage: Stage) => new BridgeStack(new App(), 'Stack', { stage, bundles });
    expect(stackOf(stages.dev).terminationProtection).toBe(false);
    expect(stackOf(stages.prod).terminationProtection).toBe(true);
  });
});

describe('the reconcile', () => {
  it('runs every minute, once, by a role that can do nothing else', () => {
    const arn = { 'Fn::GetAtt': [functionOf(dev, 'reconcile')[0], 'Arn'] };
    const schedule = only(dev, 'AWS::Scheduler::Schedule').Properties;
    expect(schedule).toMatchObject({
      ScheduleExpression: 'rate(1 minute)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { Arn: arn, RetryPolicy: { MaximumRetryAttempts: 0 } },
    });
    expect(only(dev, 'AWS::Lambda::EventInvokeConfig').Properties).toMatchObject({ MaximumRetryAttempts: 0 });
    const [, role] = ofType(dev, 'AWS::IAM::Role').find(([id]) => id.startsWith('ReconcileSchedule')) ?? [];
    expect(role?.Properties.Policies?.flatMap(({ PolicyDocument }) => PolicyDocument.Statement)).toEqual([
      { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: arn },
    ]);
    expect(JSON.stringify(role?.Properties.AssumeRolePolicyDocument)).toContain('aws:SourceAccount');
  });
});

describe('the alarms', () => {
  const alarmedMetric = (template: Template, id: string, metric: string) =>
    ofType(template, 'AWS::CloudWatch::Alarm').filter(
      ([, { Properties }]) =>
        Properties.MetricName === metric && JSON.stringify(Properties.Dimensions).includes(`"${id}"`),
    );

  it.each(functionNames)('S7 watch the errors and throttles of %s', (name) => {
    const [id] = functionOf(dev, name);
    expect(alarmedMetric(dev, id, 'Errors')).toHaveLength(1);
    expect(alarmedMetric(dev, id, 'Throttles')).toHaveLength(1);
  });

  it('S7 ring at the first error of a function that answers, and when the reconcile fails again and again', () => {
    for (const name of functionNames) {
      const [id] = functionOf(dev, name);
      const { EvaluationPeriods, DatapointsToAlarm, AlarmDescription } = {
        ...alarmedMetric(dev, id, 'Errors')[0]?.[1].Properties,
      };
      const periods = name === 'reconcile' ? 3 : 1;
      expect({ name, EvaluationPeriods, DatapointsToAlarm }).toEqual({
        name,
        EvaluationPeriods: periods,
        DatapointsToAlarm: periods,
      });
      // A vendor's hiccup fails a run of the reconcile on purpose: that is nobody's fault here.
      expect(String(AlarmDescription).includes('a fault of ours')).toBe(name !== 'reconcile');
      expect(String(AlarmDescription).includes('see ReconcileFailing')).toBe(name === 'reconcile');
    }
  });

  const ownAlarm = (name: string) =>
    ofType(dev, 'AWS::CloudWatch::Alarm').filter(([id]) => id.startsWith(`Observability${name}`));

  it.each(alarmRuleNames)('S7 watch %s, in the metrics of this stage alone', (name) => {
    const [alarm, ...more] = ownAlarm(name);
    expect(more).toEqual([]);
    expect(alarm?.[1].Properties).toMatchObject({
      Namespace: 'StytchUnitBridge/dev',
      MetricName: alarmRuleOf(name).metric,
      Dimensions: [{ Name: 'service', Value: 'stytch-unit-bridge' }],
      Threshold: alarmRuleOf(name).threshold,
    });
  });

  it('S7 ring when the reconcile no longer runs, and nothing is measured', () => {
    expect(ownAlarm('ReconcileStopped')[0]?.[1].Properties).toMatchObject({
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
    });
  });

  it('W9 ring when events come about and the webhook brings none, in two hours of a day', () => {
    expect(ownAlarm('WebhookSilent')[0]?.[1].Properties).toMatchObject({
      EvaluationPeriods: 24,
      DatapointsToAlarm: 2,
      Threshold: 1,
      TreatMissingData: 'notBreaching',
      Metrics: [
        { Expression: 'IF(FILL(backfilled, 0) >= 1 AND FILL(deliveries, 0) < 1, 1, 0)', ReturnData: true },
        ...[
          ['backfilled', 'EventsBackfilled'],
          ['deliveries', 'WebhookDeliveries'],
        ].map(([Id, MetricName]) => ({
          Id,
          ReturnData: false,
          MetricStat: {
            Metric: { MetricName, Namespace: 'StytchUnitBridge/dev' },
            Period: 3600,
            Stat: 'Sum',
          },
        })),
      ],
    });
  });

  it('W9 ring when deliveries are signed wrongly again and again, not for a stranger’s one burst', () => {
    expect(ownAlarm('WebhookSignaturesRefused')[0]?.[1].Properties).toMatchObject({
      EvaluationPeriods: 12,
      DatapointsToAlarm: 3,
    });
  });

  it('S7 ring when the gateway fails or refuses requests, which no function sees', () => {
    const api = { Ref: ofType(dev, 'AWS::ApiGatewayV2::Api')[0]?.[0] };
    expect(ownAlarm('GatewayFailures')[0]?.[1].Properties).toMatchObject({
      Namespace: 'AWS/ApiGateway',
      MetricName: '5xx',
      Dimensions: [{ Name: 'ApiId', Value: api }],
      Statistic: 'Sum',
    });
    expect(ownAlarm('GatewayThrottled')[0]?.[1].Properties).toMatchObject({
      Namespace: 'StytchUnitBridge/dev',
      MetricName: 'GatewayThrottled',
      Statistic: 'Sum',
    });
  });

  it('S7 tell a refusal of the gateway from one of a function by what the access log says of each', () => {
    const [logs] = ofType(dev, 'AWS::Logs::LogGroup').find(([id]) => id.startsWith('PublicApi')) ?? [];
    const filter = only(dev, 'AWS::Logs::MetricFilter').Properties;
    expect(filter).toMatchObject({
      LogGroupName: { Ref: logs },
      FilterPattern: '{ ($.status = "429") && ($.integrationStatus = "-") }',
      MetricTransformations: [
        { MetricNamespace: 'StytchUnitBridge/dev', MetricName: 'GatewayThrottled', MetricValue: '1' },
      ],
    });
    const format = JSON.parse(
      only(dev, 'AWS::ApiGatewayV2::Stage').Properties.AccessLogSettings?.Format ?? '',
    );
    expect(format).toMatchObject({
      status: '$context.status',
      integrationStatus: '$context.integration.status',
    });
  });

  it('D6 ring before Unit refuses calls for their number', () => {
    const { Threshold, Period } = { ...ownAlarm('UnitRateShare')[0]?.[1].Properties };
    const perSecond = Number(Threshold) / Number(Period);
    expect(perSecond).toBeLessThan(1000 / 60);
    expect(perSecond).toBeGreaterThanOrEqual((0.7 * 1000) / 60);
  });

  it('D6 go by what Unit has agreed to for the stage, on the dashboard too', () => {
    const template = synthesize({ ...stages.dev, unitCallsPerMinute: 6000 });
    const [, share] =
      ofType(template, 'AWS::CloudWatch::Alarm').find(([id]) =>
        id.startsWith('ObservabilityUnitRateShare'),
      ) ?? [];
    expect(share?.Properties).toMatchObject({ Threshold: 0.7 * 6000 * 5 });
    expect(JSON.stringify(only(template, 'AWS::CloudWatch::Dashboard').Properties)).toContain(
      'calls / 30000',
    );
  });

  it('S7 each name a section of the runbook, which has no section without an alarm', () => {
    const runbook = readFileSync('docs/runbook.md', 'utf8');
    const sections = [...runbook.matchAll(/^### (\w+)$/gm)].map(([, name]) => name);
    const named = ofType(dev, 'AWS::CloudWatch::Alarm').map(
      ([, { Properties }]) =>
        /See docs\/runbook\.md, (\w+)\.$/.exec(String(Properties['AlarmDescription']))?.[1],
    );
    expect(new Set(named)).toEqual(new Set(sections));
  });

  it('tell nobody unless the stage has an address', () => {
    expect(ofType(dev, 'AWS::SNS::Topic')).toEqual([]);
    for (const [, { Properties }] of ofType(dev, 'AWS::CloudWatch::Alarm'))
      expect(Properties).not.toHaveProperty('AlarmActions');
  });

  it('S5 all reach the address of the stage, over TLS, from alarms of this account only', () => {
    const topic = ofType(full, 'AWS::SNS::Topic')[0]?.[0];
    for (const [, { Properties }] of ofType(full, 'AWS::CloudWatch::Alarm'))
      expect(Properties.AlarmActions).toEqual([{ Ref: topic }]);
    expect(only(full, 'AWS::SNS::Subscription').Properties).toMatchObject({
      Protocol: 'email',
      Endpoint: 'on-call@bank.example',
    });
    const policy = JSON.stringify(only(full, 'AWS::SNS::TopicPolicy').Properties);
    expect(policy).toContain('"aws:SecureTransport":"false"');
    expect(policy).toContain('"aws:SourceAccount":{"Ref":"AWS::AccountId"}');
  });
});

describe('the dashboard', () => {
  const body = (): string => JSON.stringify(only(prod, 'AWS::CloudWatch::Dashboard').Properties);

  it.each<MetricName>([
    'Exchanges',
    'ExchangesRefused',
    'ExchangesFailed',
    'StytchMilliseconds',
    'StytchFailures',
    'UnitMilliseconds',
    'UnitFailures',
    'UnitCalls',
    'StepUpsAsked',
    'StepUps',
    'WebhookAgeSeconds',
    'ApplicationsDue',
    'OldestUnsettledSeconds',
    'EventCursorLagSeconds',
    'ColdStarts',
  ])('S7 shows %s of its own stage', (name) => {
    expect(body()).toContain(`\\"StytchUnitBridge/prod\\",\\"${name}\\"`);
  });

  it('S7 shows whatever an alarm looks at, since the runbook begins there', () => {
    const alarms = Object.values(full.Resources).filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm');
    const looked = JSON.stringify(alarms).matchAll(/"MetricName":"(\w+)","Namespace":"([\w/]+)"/g);
    const names = new Set([...looked].map(([, name, namespace]) => `\\"${namespace}\\",\\"${name}\\"`));
    expect(names.size).toBeGreaterThanOrEqual(alarmRuleNames.length);
    const page = JSON.stringify(only(full, 'AWS::CloudWatch::Dashboard').Properties);
    expect([...names].filter((it) => !page.includes(it))).toEqual([]);
  });

  it("S7 shows AWS's throttles of each function, and refusals by code out of each log", () => {
    for (const name of functionNames) {
      const [id, { LoggingConfig }] = functionOf(prod, name);
      expect(body()).toMatch(new RegExp(`Throttles[^}]*${JSON.stringify({ Ref: id }).slice(1, -1)}`));
      expect(body()).toContain(`SOURCE '",{"Ref":"${LoggingConfig?.LogGroup.Ref}"`);
    }
    expect(body()).toContain('stats count(*) as requests by errorCode, route');
  });
});

describe('the stack', () => {
  const stateful = ['AWS::DynamoDB::Table', 'AWS::SecretsManager::Secret', 'AWS::ApiGatewayV2::Api'];

  it.each<[string, () => Template]>([
    ['dev', () => dev],
    ['prod', () => prod],
    ['full', () => full],
  ])('S4 has frozen logical ids in %s where replacing a resource would lose data', (_, template) => {
    const ids = Object.entries(template().Resources).filter(([, { Type }]) => stateful.includes(Type));
    expect(ids.map(([id]) => id)).toEqual([table, ...Object.values(secretIds), 'PublicApiHttpApi09DB661E']);
  });

  it('S4 has the same ids behind CloudFront, and one more', () => {
    const ids = Object.entries(proxied.Resources).filter(([, { Type }]) => stateful.includes(Type));
    const secrets = [...Object.values(secretIds), originSecret];
    expect(ids.map(([id]) => id)).toEqual([table, ...secrets, 'PublicApiHttpApi09DB661E']);
  });

  it('O9 tells the name of CloudFront to clients and Unit, and to CloudFront the one behind it', () => {
    const valueOf = (output: string) => proxied.Outputs[output]?.Value;
    expect(valueOf('ApiUrl')).toBe('https://front.bank.example');
    expect(valueOf('UnitWebhookUrl')).toBe('https://front.bank.example/webhooks/unit');
    expect(only(proxied, 'AWS::ApiGatewayV2::DomainName').Properties).toMatchObject({
      DomainName: 'api.bank.example',
    });
    expect(variablesOf(proxied, 'reconcile')['UNIT_WEBHOOK_HOST']).toBe('front.bank.example');
  });

  it.each<[string, () => Template]>([
    ['dev', () => dev],
    ['prod', () => prod],
    ['full', () => full],
  ])(
    'S4 has no other property in %s whose change would replace the table, a secret or the API',
    (_, template) => {
      const resources = template().Resources;
      // Exactly these: a second index, a name, another key or TTL attribute is a migration, to be planned as one.
      const { DeletionProtectionEnabled, Tags, ...properties } = { ...resources[table]?.Properties };
      expect(DeletionProtectionEnabled).toBe(template() !== dev);
      expect(Tags).toBeDefined();
      expect(properties).toEqual({
        BillingMode: 'PAY_PER_REQUEST',
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
        ...tableKeys,
      });
      for (const id of Object.values(secretIds)) expect(resources[id]?.Properties).not.toHaveProperty('Name');
      expect(resources['PublicApiHttpApi09DB661E']?.Properties['ProtocolType']).toBe('HTTP');
    },
  );

  it('S4 holds nothing else that keeps data, so that no new kind goes unnoticed', () => {
    const replaceable = [
      'AWS::ApiGatewayV2::ApiMapping',
      'AWS::ApiGatewayV2::DomainName',
      'AWS::ApiGatewayV2::Integration',
      'AWS::ApiGatewayV2::Route',
      'AWS::ApiGatewayV2::Stage',
      'AWS::CloudWatch::Alarm',
      'AWS::CloudWatch::Dashboard',
      'AWS::IAM::Role',
      'AWS::Lambda::EventInvokeConfig',
      'AWS::Lambda::Function',
      'AWS::Lambda::Permission',
      // Kept for the stage's time, and never read by the product.
      'AWS::Logs::LogGroup',
      'AWS::Logs::MetricFilter',
      'AWS::SNS::Subscription',
      'AWS::SNS::Topic',
      'AWS::SNS::TopicPolicy',
      'AWS::Scheduler::Schedule',
    ];
    const types = new Set(Object.values(full.Resources).map(({ Type }) => Type));
    expect([...types].sort()).toEqual([...replaceable, ...stateful].sort());
  });

  it('has the same resources in every stage', () => {
    expect(Object.keys(prod.Resources)).toEqual(Object.keys(dev.Resources));
  });

  it('O9 keeps the address that AWS gives open beside a new domain, until the stage closes it', () => {
    const { closeAwsEndpoint, ...moving } = fullStage;
    expect(closeAwsEndpoint).toBe(true);
    const template = synthesize(moving);
    expect(only(template, 'AWS::ApiGatewayV2::Api').Properties).toMatchObject({
      DisableExecuteApiEndpoint: false,
    });
    expect(template.Outputs['ApiUrl']).toMatchObject({ Value: 'https://api.bank.example' });
    const closed = { ...full.Resources };
    const changed = Object.entries(template.Resources).filter(
      ([id, { Properties }]) => JSON.stringify(closed[id]?.Properties) !== JSON.stringify(Properties),
    );
    // The API itself, and the reconcile, which then knows the one host of the webhook.
    expect(changed.map(([id]) => id).sort()).toEqual(
      ['PublicApiHttpApi09DB661E', functionOf(full, 'reconcile')[0]].sort(),
    );
  });

  it('goes to the account and region of the stage, and to no other', () => {
    const app = new App({ context: parsed.context, builtinCloudFormationValidation: false });
    const stage: Stage = { ...stages.dev, account: '111122223333', region: 'eu-west-1' };
    new BridgeStack(app, 'Placed', { stage, bundles });
    new BridgeStack(app, 'Anywhere', { stage: stages.dev, bundles });
    const assembly = app.synth();
    expect(assembly.getStackByName('Placed').environment).toMatchObject({
      account: '111122223333',
      region: 'eu-west-1',
    });
    expect(assembly.getStackByName('Anywhere').environment.account).toBe('unknown-account');
  });

  it('O9 S1 has one front door: a custom domain, over TLS 1.2 or later, with the address that AWS gives closed', () => {
    const [api] = ofType(full, 'AWS::ApiGatewayV2::Api')[0] ?? [];
    expect(only(full, 'AWS::ApiGatewayV2::Api').Properties).toMatchObject({
      DisableExecuteApiEndpoint: true,
    });
    expect(only(dev, 'AWS::ApiGatewayV2::Api').Properties).toMatchObject({
      DisableExecuteApiEndpoint: false,
    });
    expect(only(full, 'AWS::ApiGatewayV2::DomainName').Properties).toMatchObject({
      DomainName: 'api.bank.example',
      DomainNameConfigurations: [{ EndpointType: 'REGIONAL', SecurityPolicy: 'TLS_1_2' }],
    });
    expect(only(full, 'AWS::ApiGatewayV2::ApiMapping').Properties).toMatchObject({ ApiId: { Ref: api } });
    expect(full.Outputs['ApiUrl']).toMatchObject({ Value: 'https://api.bank.example' });
    expect(full.Outputs['UnitWebhookUrl']).toMatchObject({
      Value: 'https://api.bank.example/webhooks/unit',
    });
    expect(ofType(dev, 'AWS::ApiGatewayV2::DomainName')).toEqual([]);
  });

  it('S6 reserves concurrency only where the stage says so', () => {
    expect(functionOf(full, 'token')[1]).toMatchObject({ ReservedConcurrentExecutions: 50 });
    expect(functionOf(full, 'signup')[1]).not.toHaveProperty('ReservedConcurrentExecutions');
  });

  it('names no resource, so that it can be replaced and deployed twice', () => {
    for (const { Type, Properties } of Object.values(full.Resources))
      for (const name of ['TableName', 'FunctionName', 'RoleName', 'LogGroupName', 'TopicName', 'AlarmName'])
        expect(typeof Properties[name] === 'string' ? `${Type} ${name}` : undefined).toBeUndefined();
  });

  it('puts out what has to be pasted into Unit and filled by operators', () => {
    expect(Object.keys(prod.Outputs)).toEqual([
      'ApiUrl',
      'UnitWebhookUrl',
      'StytchJwksUrl',
      'IdMappingTableName',
      'StytchUrl',
      'StytchProjectId',
      'UnitUrl',
      'StytchSecretArn',
      'UnitExchangeTokenSecretArn',
      'UnitOnboardingTokenSecretArn',
      'UnitEventsTokenSecretArn',
      'UnitContactTokenSecretArn',
      'UnitWebhookSecretArn',
      'HashKeySecretArn',
    ]);
    expect(prod.Outputs.StytchJwksUrl?.Value).toBe(
      `https://api.stytch.com/v1/sessions/jwks/${stages.prod.stytchProjectId}`,
    );
    expect(JSON.stringify(prod.Outputs.UnitWebhookUrl?.Value)).toContain('"/webhooks/unit"');
  });

  it('refuses a faulty stage before it makes anything', () => {
    const faulty = { ...stages.prod, vendorEnvironment: 'test' } as const;
    expect(() => synthesize(faulty)).toThrow(/stytchProjectId must be project-test-/);
  });
});

describe('the checks of every synth', () => {
  const app = new App({ context: parsed.context });
  let report: ValidationReport;

  beforeAll(() => {
    for (const stage of [...Object.values(stages), fullStage, proxiedStage])
      new BridgeStack(app, `StytchUnitBridge-${stage.name}`, { stage, bundles });
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    report = JSON.parse(readFileSync(path.join(app.synth().directory, 'validation-report.json'), 'utf8'));
  });

  it('S8 leave no finding and no warning, of cdk-nag or of the built-in rules', () => {
    expect(report.pluginReports).toEqual([]);
  });

  it('S8 find something where there is something to find', () => {
    const stack = new Stack(new App(), 'Careless');
    new CfnSecret(stack, 'Secret');
    const { violations } = new AwsSolutionsChecks(stack).validateScope(stack);
    expect(violations.map(({ ruleName }) => ruleName)).toEqual(['AwsSolutions-SMG4']);
  });

  it('S8 are acknowledged only here, each with a reason', () => {
    const acknowledged = app.node
      .findAll()
      .flatMap(({ node }) =>
        node.metadata
          .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
          .flatMap(({ data }) =>
            Object.entries<string>(data).map(([rule, reason]) => ({ path: node.path, rule, reason })),
          ),
      )
      .filter(({ path }) => path.startsWith('StytchUnitBridge-prod/'));
    const prefix = 'StytchUnitBridge-prod';
    expect(acknowledged.map(({ path, rule }) => `${path} ${rule.replace(/^annotation::/i, '')}`)).toEqual([
      `${prefix}/Secrets AwsSolutions-SMG4`,
      ...functionNames.map(
        (name) => `${prefix}/${functionProfiles[name].id}/Role AwsSolutions-IAM5[Resource::*]`,
      ),
      `${prefix}/PublicApi AwsSolutions-APIG4`,
    ]);
    for (const { reason } of acknowledged) expect(reason.length).toBeGreaterThan(60);
  });
});

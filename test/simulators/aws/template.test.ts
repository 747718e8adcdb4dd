import { describe, expect, it } from '@jest/globals';
import { readTemplate } from '../../../simulators/aws/template.ts';
import { readOptions, sampleTemplate } from './fixtures.ts';

const read = (template: unknown = sampleTemplate()) => readTemplate(template, readOptions);

/** A copy with the member at this path taken out, or set. */
function changed(path: readonly string[], value?: unknown): unknown {
  const template: unknown = structuredClone(sampleTemplate());
  const parent = path.slice(0, -1).reduce<unknown>((at, key) => Reflect.get(Object(at), key), template);
  const last = path.at(-1) ?? '';
  if (value === undefined) Reflect.deleteProperty(Object(parent), last);
  else Reflect.set(Object(parent), last, value);
  return template;
}

describe('reading a template', () => {
  it('finds each function with its name, handler, limits and resolved environment', () => {
    const [token, stepUp] = read().functions;
    expect(token).toEqual({
      name: 'token',
      logicalId: 'TokenFunction5E0D',
      functionName: 'Sample-dev-TokenFunction5E0D',
      arn: 'arn:aws:lambda:us-east-1:000000000000:function:Sample-dev-TokenFunction5E0D',
      handler: 'index.handler',
      timeoutSeconds: 10,
      memoryMb: 512,
      statements: expect.any(Array),
      environment: {
        STAGE: 'dev',
        TABLE: 'Sample-dev-TableA1',
        SECRET_ARN: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:Sample-dev-StytchSecretB2-cretB2',
        JOINED: 'https://us-east-1.amazonaws.com',
        SUBBED:
          // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own syntax
          'arn:aws:x:000000000000:arn:aws:dynamodb:us-east-1:000000000000:table/Sample-dev-TableA1:${Literal}',
        PICKED: 'b',
        LIMIT: '5',
      },
    });
    expect(stepUp).toMatchObject({ name: 'step-up', environment: {}, timeoutSeconds: 3, memoryMb: 128 });
  });

  it('follows each route over its integration to its function', () => {
    expect(read().api).toEqual({
      apiId: 'httpapid4',
      routes: [
        { routeKey: 'POST /v1/token', function: 'token', timeoutMs: 30_000 },
        { routeKey: 'GET /v1/things/{thingId}', function: 'token', timeoutMs: 30_000 },
      ],
      cors: {
        allowOrigins: ['http://localhost:4400'],
        allowMethods: ['GET', 'POST'],
        allowHeaders: ['authorization', 'content-type'],
        exposeHeaders: ['www-authenticate', 'x-request-id'],
        maxAge: 7200,
        allowCredentials: false,
      },
    });
  });

  it('turns the table into the input of CreateTable', () => {
    const { definition, tableName } = read().table;
    expect(tableName).toBe('Sample-dev-TableA1');
    expect(Object.keys(definition)).toEqual([
      'TableName',
      'KeySchema',
      'AttributeDefinitions',
      'BillingMode',
      'GlobalSecondaryIndexes',
    ]);
  });

  it('tells empty secrets from generated ones, and reads the schedule', () => {
    const { secrets, schedules } = read();
    expect(secrets.map(({ logicalId, generated }) => [logicalId, generated])).toEqual([
      ['StytchSecretB2', undefined],
      ['HashKeyC3', { key: 'value', template: '{}' }],
    ]);
    expect(schedules).toEqual([
      {
        arn: 'arn:aws:scheduler:us-east-1:000000000000:Sample-dev-EveryMinuteJ9',
        function: 'token',
        expression: 'rate(1 minute)',
        input: undefined,
        enabled: true,
      },
    ]);
  });

  const resources = 'Resources';
  it.each([
    ['the API', [resources, 'HttpApiD4'], undefined, /AWS::ApiGatewayV2::Api is missing/],
    ['the stage', [resources, 'DefaultStageE5'], undefined, /AWS::ApiGatewayV2::Stage is missing/],
    ['the table', [resources, 'TableA1'], undefined, /TableA1/],
    [
      'a handler',
      [resources, 'TokenFunction5E0D', 'Properties', 'Handler'],
      undefined,
      /TokenFunction5E0D .*Handler/,
    ],
    [
      'an integration',
      [resources, 'TokenIntegrationG6'],
      undefined,
      /TokenRouteH7\.Target.*TokenIntegrationG6/,
    ],
    ['a function behind a route', [resources, 'TokenFunction5E0D'], undefined, /TokenFunction5E0D/],
    ['a secret that a setting names', [resources, 'StytchSecretB2'], undefined, /SECRET_ARN.*StytchSecretB2/],
    [
      'the payload format',
      [resources, 'TokenIntegrationG6', 'Properties', 'PayloadFormatVersion'],
      '1.0',
      /PayloadFormatVersion/,
    ],
    [
      'credentials beside a wildcard',
      [resources, 'HttpApiD4', 'Properties', 'CorsConfiguration'],
      { AllowOrigins: ['*'], AllowCredentials: true },
      /HttpApiD4\.CorsConfiguration .*credentials/,
    ],
    [
      'an unknown intrinsic',
      [resources, 'TokenFunction5E0D', 'Properties', 'Environment', 'Variables', 'X'],
      { 'Fn::GetAZs': '' },
      /Variables\.X uses Fn::GetAZs/,
    ],
    [
      'a function of no known name',
      [resources, 'Stranger'],
      { Type: 'AWS::Lambda::Function', Properties: { Handler: 'a.b' } },
      /Stranger is a function with none of the names/,
    ],
    [
      'a second table',
      [resources, 'Table2'],
      sampleTemplate().Resources.TableA1,
      /more than once: TableA1, Table2/,
    ],
    ['resources at all', [resources], undefined, /the template is missing or unreadable at Resources/],
  ])('names %s where it is missing or wrong', (_title, path, value, error) => {
    expect(() => read(changed(path, value))).toThrow(error);
  });

  it('reads a template without one variable or one route: what is left out is just not there', () => {
    const path = [resources, 'TokenFunction5E0D', 'Properties', 'Environment', 'Variables', 'STAGE'];
    expect(read(changed(path)).functions[0]?.environment).not.toHaveProperty('STAGE');
    expect(read(changed([resources, 'TokenRouteH7'])).api.routes.length).toBe(1);
  });
});

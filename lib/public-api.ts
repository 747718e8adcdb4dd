// The HTTP API, made from the table of routes: one route each, one integration per function.
import { Duration, Stack, Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  CfnApiMapping,
  CfnDomainName,
  CfnIntegration,
  CfnRoute,
  CfnStage,
  CorsHttpMethod,
  HttpApi,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { type FunctionName, type Route, routes } from '../functions/contract/routes.ts';
import type { BridgeFunction } from './bridge-function.ts';
import { logRemovalOf } from './log-removal.ts';
import { publicNameOf, type Stage } from './stages.ts';

export interface PublicApiProps {
  readonly stage: Stage;
  readonly functions: Readonly<Record<FunctionName, BridgeFunction>>;
}

export class PublicApi extends Construct {
  readonly api: HttpApi;
  /** Without a slash at the end. */
  readonly url: string;
  /** Where the DNS record of the custom domain points. */
  readonly domainTarget: string | undefined;
  readonly accessLogs: LogGroup;

  constructor(scope: Construct, id: string, { stage, functions }: PublicApiProps) {
    super(scope, id);
    this.api = new HttpApi(this, 'HttpApi', {
      // A label, not an identity: without it every stage's API would read the same in the console.
      apiName: Stack.of(this).stackName,
      description: `Stytch and Unit bridge, ${stage.name}`,
      createDefaultStage: false,
      // One front door: beside a domain of the stage's own, AWS's would only be a way around what stands before it.
      disableExecuteApiEndpoint: stage.closeAwsEndpoint ?? false,
      ...(stage.allowedOrigins.length > 0 && { corsPreflight: cors(stage) }),
    });
    const { customDomain } = stage;
    const name = publicNameOf(stage);
    this.url = name === undefined ? this.api.apiEndpoint : `https://${name}`;
    this.accessLogs = new LogGroup(this, 'AccessLogs', {
      retention: stage.logRetentionDays,
      removalPolicy: logRemovalOf(stage),
    });
    const defaultStage = this.addStage(stage);
    this.domainTarget = customDomain && this.addDomain(customDomain, defaultStage);
    this.addThrottles(stage, defaultStage, this.addRoutes(functions));
    Validations.of(this).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason:
        'Each function verifies the session JWT or the signature itself: an authorizer cannot answer the ' +
        'step-up challenge of RFC 9470, costs a second cold start, and its cache outlives the JWT.',
    });
  }

  private addDomain(
    { name, certificateArn }: NonNullable<Stage['customDomain']>,
    defaultStage: HttpStage,
  ): string {
    const domain = new CfnDomainName(this, 'Domain', {
      domainName: name,
      domainNameConfigurations: [{ certificateArn, endpointType: 'REGIONAL', securityPolicy: 'TLS_1_2' }],
    });
    new CfnApiMapping(this, 'DomainMapping', {
      apiId: this.api.apiId,
      domainName: domain.ref,
      stage: defaultStage.stageName,
    }).node.addDependency(defaultStage);
    return domain.attrRegionalDomainName;
  }

  private addStage(stage: Stage): HttpStage {
    return new HttpStage(this, 'DefaultStage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: stage.throttles.rate, burstLimit: stage.throttles.burst },
      // Metrics of each route would be charged as our own, and the access log has them all.
      detailedMetricsEnabled: false,
      accessLogSettings: {
        destination: new LogGroupLogDestination(this.accessLogs),
        format: AccessLogFormat.custom(JSON.stringify(accessLogFields)),
      },
    });
  }

  /** AWS refuses a setting of a route that is not there yet, and such settings replace the default ones whole. */
  private addThrottles({ throttles }: Stage, { node }: HttpStage, made: ReadonlyMap<string, CfnRoute>): void {
    const { defaultChild } = node;
    if (!(defaultChild instanceof CfnStage)) throw new Error('the stage of the API has no resource');
    const throttled = Object.entries(throttles.routes ?? {}).flatMap(([name, throttle]) => {
      const route = made.get(name);
      return route === undefined ? [] : [{ route, throttle }];
    });
    for (const { route } of throttled) defaultChild.addResourceDependency(route);
    defaultChild.routeSettings = Object.fromEntries(
      throttled.map(({ route, throttle }) => [
        route.routeKey,
        {
          ThrottlingRateLimit: throttle.rate,
          ThrottlingBurstLimit: throttle.burst,
          DetailedMetricsEnabled: false,
        },
      ]),
    );
  }

  /** The routes by their names in the contract. */
  private addRoutes(functions: PublicApiProps['functions']): ReadonlyMap<string, CfnRoute> {
    const targets = new Map<FunctionName, string>();
    const made = new Map<string, CfnRoute>();
    for (const [name, route] of Object.entries<Route>(routes)) {
      const target = targets.get(route.function) ?? this.integrate(functions[route.function]);
      targets.set(route.function, target);
      const cfnRoute = new CfnRoute(this, `${name[0]?.toUpperCase()}${name.slice(1)}Route`, {
        apiId: this.api.apiId,
        routeKey: `${route.method} ${route.path}`,
        authorizationType: 'NONE',
        target: `integrations/${target}`,
      });
      made.set(name, cfnRoute);
    }
    return made;
  }

  private integrate({ node, lambda }: BridgeFunction): string {
    lambda.addPermission('HttpApi', {
      principal: new ServicePrincipal('apigateway.amazonaws.com'),
      sourceArn: this.api.arnForExecuteApi(),
    });
    return new CfnIntegration(this, `${node.id}Integration`, {
      apiId: this.api.apiId,
      integrationType: 'AWS_PROXY',
      integrationUri: lambda.functionArn,
      payloadFormatVersion: '2.0',
      timeoutInMillis: 30_000,
    }).ref;
  }
}

function cors({ allowedOrigins, sessionTransport }: Stage) {
  const methods = new Set(Object.values<Route>(routes).map(({ method }) => CorsHttpMethod[method]));
  return {
    allowOrigins: [...allowedOrigins],
    // A browser sends no cookie to another origin, and keeps none from it, without this.
    ...(sessionTransport === 'cookie' && { allowCredentials: true }),
    allowMethods: [...methods],
    allowHeaders: ['authorization', 'content-type', 'idempotency-key'],
    exposeHeaders: [
      'www-authenticate',
      'x-amzn-remapped-www-authenticate',
      'location',
      'retry-after',
      'x-request-id',
    ],
    maxAge: Duration.seconds(7200),
  };
}

// The route as a pattern, not the path: ids stay out of the log, as do headers, queries and bodies.
const accessLogFields = {
  requestId: '$context.requestId',
  requestTime: '$context.requestTime',
  // Which of the API's names was called, while it has several.
  domainName: '$context.domainName',
  routeKey: '$context.routeKey',
  status: '$context.status',
  sourceIp: '$context.identity.sourceIp',
  protocol: '$context.protocol',
  responseLength: '$context.responseLength',
  responseLatency: '$context.responseLatency',
  integrationLatency: '$context.integrationLatency',
  integrationStatus: '$context.integration.status',
  integrationRequestId: '$context.integration.requestId',
  integrationError: '$context.integration.error',
  error: '$context.error.message',
};

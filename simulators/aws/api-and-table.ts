// The parts of a template that one API and one table are made of: routes, integrations, CORS, keys and indexes.
import * as z from 'zod/mini';
import { type Resolver, TemplateError } from './intrinsics.ts';
import type { Resources } from './resources.ts';
import type { ApiPiece, TablePiece } from './template.ts';

const texts = z._default(z.array(z.string()), []);
const apiSchema = z.object({
  ProtocolType: z.literal('HTTP'),
  CorsConfiguration: z.optional(
    z.object({
      AllowOrigins: texts,
      AllowMethods: texts,
      AllowHeaders: texts,
      ExposeHeaders: texts,
      MaxAge: z.optional(z.coerce.number()),
      AllowCredentials: z._default(z.boolean(), false),
    }),
  ),
});
const integrationSchema = z.object({
  IntegrationType: z.literal('AWS_PROXY'),
  IntegrationUri: z.string(),
  PayloadFormatVersion: z.literal('2.0'),
  TimeoutInMillis: z.optional(z.coerce.number()),
});
const routeSchema = z.object({ RouteKey: z.string(), Target: z.string() });
const stageSchema = z.object({
  StageName: z.literal('$default'),
  DefaultRouteSettings: z.optional(
    z.object({
      ThrottlingRateLimit: z.optional(z.coerce.number()),
      ThrottlingBurstLimit: z.optional(z.coerce.number()),
    }),
  ),
});
const indexSchema = z.object({ IndexName: z.string(), KeySchema: z.unknown(), Projection: z.unknown() });
const tableSchema = z.object({
  KeySchema: z.array(z.unknown()),
  AttributeDefinitions: z.array(z.unknown()),
  BillingMode: z.literal('PAY_PER_REQUEST'),
  GlobalSecondaryIndexes: z.optional(z.array(indexSchema)),
});

/** The HTTP API with what stands behind each route; `behind` names the function of an ARN. */
export function readApi(
  resources: Resources,
  resolver: Resolver,
  behind: (arn: string, at: string) => string,
): ApiPiece {
  const [id, api] = resources.one('AWS::ApiGatewayV2::Api', apiSchema);
  const [, stage] = resources.one('AWS::ApiGatewayV2::Stage', stageSchema);
  const { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst } = stage.DefaultRouteSettings ?? {};
  const integrations = new Map(
    resources
      .all('AWS::ApiGatewayV2::Integration', integrationSchema)
      .map(([key, piece]) => [`integrations/${resolver.physicalId(key)}`, { key, piece }]),
  );
  const cors = api.CorsConfiguration;
  // As AWS refuses it: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
  if (
    cors?.AllowCredentials === true &&
    [cors.AllowOrigins, cors.AllowHeaders, cors.AllowMethods].flat().includes('*')
  )
    throw new TemplateError(`${id}.CorsConfiguration`, 'allows credentials beside a wildcard');
  return {
    apiId: id.slice(0, 10).toLowerCase(),
    throttle: rate === undefined || burst === undefined ? undefined : { rate, burst },
    cors: cors && {
      allowOrigins: cors.AllowOrigins,
      allowMethods: cors.AllowMethods,
      allowHeaders: cors.AllowHeaders,
      exposeHeaders: cors.ExposeHeaders,
      maxAge: cors.MaxAge,
      allowCredentials: cors.AllowCredentials,
    },
    routes: resources.all('AWS::ApiGatewayV2::Route', routeSchema).map(([key, route]) => {
      const target = integrations.get(route.Target);
      if (target === undefined) throw new TemplateError(`${key}.Target`, 'points to no integration');
      return {
        routeKey: route.RouteKey,
        function: behind(target.piece.IntegrationUri, `${target.key}.IntegrationUri`),
        timeoutMs: target.piece.TimeoutInMillis ?? 30_000,
      };
    }),
  };
}

/** The one table, as `CreateTable` takes it. What the local table does not know (TTL, recovery, encryption) is left out. */
export function readTable(resources: Resources, resolver: Resolver): TablePiece {
  const [id, table] = resources.one(['AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable'], tableSchema);
  const tableName = resolver.physicalId(id);
  const { KeySchema, AttributeDefinitions, BillingMode, GlobalSecondaryIndexes } = table;
  return {
    tableName,
    arn: resolver.arn(id),
    definition: {
      TableName: tableName,
      KeySchema,
      AttributeDefinitions,
      BillingMode,
      ...(GlobalSecondaryIndexes === undefined ? {} : { GlobalSecondaryIndexes }),
    },
  };
}

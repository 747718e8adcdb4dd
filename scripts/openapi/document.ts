// The whole API as an OpenAPI 3.1 document, from the contract that the gateway and the handlers read.
import type * as z from 'zod/mini';
import type { Route, RouteName } from '../../functions/contract/routes.ts';
import { type RouteExamples, routeExamples } from './examples.ts';
import { problemAnswers, problemExamples, problemSchemas } from './problems.ts';
import { type RouteProse, routeProse } from './prose.ts';
import { contractSchemas, described, type JsonSchema, namedRoutes, nameOf, reference } from './schemas.ts';

const description = `Joins Stytch (who the user is, and by which factors) with Unit (their bank account).

Bodies are JSON in \`camelCase\`; unknown fields of a request are refused, and clients must ignore members of an answer that
they do not know. Times are RFC 3339 in UTC. Every answer carries \`cache-control: no-store\` and \`x-request-id\`.

Where a stage keeps sessions in a cookie (\`sessionTransport\`), the session token travels in \`__Host-session\` alone, and every
request but a GET needs an \`Origin\` of the stage's own.

Errors are RFC 9457 problem details with a \`code\`. API Gateway answers some by itself, in its own form
\`{"message": "..."}\` that cannot be changed: 404 for an unknown path or method, 400 for a malformed path, 413 for a body that
it cannot hand on (over 10 MB, or over Lambda's 6 MB, which a file reaches at about 4.5 MB, as it travels in base64), 429 when the
stage's throttle is reached, 431 for headers over 10 kB, 500 and 503 when a function fails as a whole.`;

const header = (text: string, schema: JsonSchema, isRequired: boolean) => ({
  description: text,
  required: isRequired,
  schema: { type: 'string', ...schema },
});

const everyHeader = {
  'cache-control': header('Nothing is ever cached.', { const: 'no-store' }, true),
  'x-request-id': header('Quote it to support.', { minLength: 1 }, true),
  'content-security-policy': header('Nothing may load or frame it.', {}, true),
  'referrer-policy': header('No referrer.', { const: 'no-referrer' }, true),
  'strict-transport-security': header('HTTPS only.', {}, true),
  'x-content-type-options': header('No sniffing.', { const: 'nosniff' }, true),
};

const someHeader = {
  location: header('The path of the application.', { pattern: '^/v1/applications/[A-Z2-7]{26}$' }, true),
  'retry-after': header('Seconds.', { pattern: '^\\d+$' }, false),
  'www-authenticate': header(
    'RFC 6750 and RFC 9470: the error, and for a step-up `acr_values` and `max_age`.',
    { pattern: '^Bearer' },
    false,
  ),
  'x-amzn-remapped-www-authenticate': header(
    'The same, where an AWS front door renamed it.',
    { pattern: '^Bearer' },
    false,
  ),
};

/** What the good answers of each route do to the session's cookie. */
const cookieHeader = {
  'set-cookie': header(
    'Where the stage keeps sessions in a cookie: sets `__Host-session`, or clears it when the session is over.',
    { pattern: '^__Host-session=[^;]*; Max-Age=\\d+; Path=/; Secure; HttpOnly; SameSite=Strict$' },
    false,
  ),
};

const headerReferences = (names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));

const everyHeaderReference = headerReferences(Object.keys(everyHeader));

const values = (named: Readonly<Record<string, object>> = {}) =>
  Object.fromEntries(Object.entries(named).map(([name, value]) => [name, { value }]));

export function openApiDocument(version: string): JsonSchema {
  const responses: Record<string, JsonSchema> = {};
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const [name, route] of namedRoutes) {
    paths[route.path] ??= {};
    Object.assign(paths[route.path] ?? {}, {
      [route.method.toLowerCase()]: operation(name, route, responses),
    });
  }
  return {
    openapi: '3.1.1',
    info: { title: 'stytch-unit-bridge', version, description, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [
      {
        url: 'https://{host}',
        description: 'A deployment: the stack prints its URL.',
        variables: { host: { default: 'bridge.example.org', description: 'The host of the API.' } },
      },
    ],
    tags,
    paths,
    components: {
      securitySchemes,
      headers: { ...everyHeader, ...someHeader, ...cookieHeader },
      parameters: { idempotencyKey },
      schemas: { ...contractSchemas(), ...problemSchemas(), UnitEvents: unitEvents },
      examples: problemExamples(),
      responses: Object.fromEntries(Object.entries(responses).sort(([a], [b]) => (a < b ? -1 : 1))),
    },
  };
}

const tags = [
  { name: 'Sign-in', description: 'An email proves the address and becomes a Stytch session.' },
  { name: 'Second factors', description: 'Enrolling, removing, and stepping the session up.' },
  { name: 'Applications', description: 'Applying for an account at Unit.' },
  { name: 'Exchange', description: 'A stepped-up session for a Unit customer token.' },
  { name: 'Webhook', description: 'Called by Unit, not by apps.' },
];

const securitySchemes = {
  sessionJwt: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'A session JWT of the Stytch project, from our routes or from Stytch’s own SDKs.',
  },
  sessionCookie: {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-session',
    description:
      'The session token, where the stage keeps it in a cookie; the body then holds none. Set at sign-in, out of every script’s reach.',
  },
  unitSignature: {
    type: 'apiKey',
    in: 'header',
    name: 'x-unit-signature',
    description: 'Base64 of HMAC-SHA1 over the raw body; the key is the token of the webhook.',
  },
};

const security = {
  none: [],
  session: [{ sessionJwt: [] }],
  either: [{}, { sessionJwt: [] }],
  signature: [{ unitSignature: [] }],
} as const satisfies Record<Route['authentication'], readonly object[]>;

/** A request of its own for the cookie means that the cookie may prove the caller. */
function securityOf({ authentication, cookie }: Route): readonly object[] {
  const named = security[authentication];
  if (cookie?.request === undefined) return named;
  return [...(named.length === 0 ? [{}] : named), { sessionCookie: [] }];
}

const unitEvents = {
  type: 'object',
  description: 'As Unit documents it; of each event we read what names a resource.',
  ...described({
    properties: {
      data: {
        type: 'array',
        items: {
          type: 'object',
          properties: { id: { type: 'string' }, type: { type: 'string' } },
          required: ['id', 'type'],
          additionalProperties: true,
        },
      },
    },
    required: ['data'],
  }),
};

/** As `functions/http/idempotency-key.ts` reads it: visible characters but quote, comma and backslash. */
const visible = '[!#-+\\u002d-\\u005b\\]-~]';

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: true,
  description:
    'A structured-field string, or the same without quotes; one for each application, kept on repeats.',
  schema: { type: 'string', pattern: `^("${visible}{16,255}"|${visible}{16,255})$` },
  example: '0b1f1c60-6a36-4bd1-a4a3-7d6a2f6f2a55',
};

function operation(name: RouteName, route: Route, responses: Record<string, JsonSchema>): JsonSchema {
  const prose: RouteProse = routeProse[name];
  const examples: RouteExamples = routeExamples[name];
  const parameters = [
    ...[...route.path.matchAll(/\{(\w+)\}/g)].map(([, parameter = '']) => pathParameter(parameter)),
    ...(prose.needsIdempotencyKey === true ? [{ $ref: '#/components/parameters/idempotencyKey' }] : []),
  ];
  const problems = problemAnswers(route, everyHeaderReference);
  for (const one of problems) responses[one.name] = one.answer;
  return {
    operationId: name,
    tags: [prose.tag],
    summary: prose.summary,
    description: prose.description,
    security: securityOf(route),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...requestBody(route, examples),
    responses: {
      ...Object.fromEntries(
        Object.entries(route.answers).map(([status, schema]) => [
          status,
          goodAnswer(Number(status), schema, route, name),
        ]),
      ),
      ...Object.fromEntries(
        problems.map(({ status, name: shared }) => [status, { $ref: `#/components/responses/${shared}` }]),
      ),
    },
  };
}

const pathExamples: Readonly<Record<string, string>> = {
  applicationId: 'NJZ3YTEYBNFOW57B4M6LHFHDHY',
  documentId: '1',
  factorId: 'totp-test-1',
};

const pathParameter = (name: string) => ({
  name,
  in: 'path',
  required: true,
  description: 'An id of the caller’s own.',
  schema: { type: 'string' },
  example: pathExamples[name],
});

/** What a body may be, by its media type; the schema of a file allows any bytes. */
function contentOf({ request, mediaTypes, cookie }: Route): Readonly<Record<string, JsonSchema>> {
  if (request !== undefined) return { 'application/json': eitherOf(request, cookie?.request) };
  if (mediaTypes !== undefined) return Object.fromEntries(mediaTypes.map((type) => [type, {}]));
  return { 'application/vnd.api+json': reference('UnitEvents') };
}

/** One schema, or where a cookie makes a difference either of two. */
const eitherOf = (schema: z.ZodMiniType, other: z.ZodMiniType | undefined): JsonSchema =>
  other === undefined
    ? reference(nameOf(schema))
    : { anyOf: [reference(nameOf(schema)), reference(nameOf(other))] };

function requestBody(route: Route, { request }: RouteExamples): JsonSchema {
  if (route.body === 'none') return {};
  return {
    requestBody: {
      required: true,
      description: `At most ${route.maxBodyBytes} bytes.`,
      content: Object.fromEntries(
        Object.entries(contentOf(route)).map(([type, schema]) => [
          type,
          { schema, ...(request === undefined ? {} : { examples: values(request) }) },
        ]),
      ),
    },
  };
}

function goodAnswer(
  status: number,
  schema: z.ZodMiniType | null,
  { cookie }: Route,
  name: RouteName,
): JsonSchema {
  const prose: RouteProse = routeProse[name];
  const examples: RouteExamples = routeExamples[name];
  const by = <T>(record: Readonly<Record<number, T>> | undefined): T | undefined => record?.[status];
  return {
    description: by(prose.answers),
    headers: {
      ...everyHeaderReference,
      ...headerReferences([
        ...(by(prose.headers) ?? []),
        ...Object.keys(cookie === undefined ? {} : cookieHeader),
      ]),
    },
    ...(schema === null
      ? {}
      : {
          content: {
            'application/json': {
              schema: eitherOf(schema, by(cookie?.answers)),
              examples: values(by(examples.answers)),
            },
          },
        }),
  };
}

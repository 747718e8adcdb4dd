import { describe, expect, it } from '@jest/globals';
import * as z from 'zod/mini';
import { problemBody, problemTypes } from '../../functions/contract/problems.ts';
import { type AnswerStatus, type Route, routes } from '../../functions/contract/routes.ts';
import { errorCodes, ServiceError } from '../../functions/core/errors.ts';
import { type Endpoint, open, signed, signedIn, signedInJson } from '../../functions/http/endpoint.ts';
import { serve } from '../../functions/http/serve.ts';
import { endsSession } from '../../functions/http/session-endpoints.ts';
import { BEARER, bodyOf, contextOf, eventOf, runtimeOf, TYPE_BASE } from '../support/adapters-http.ts';
import * as fc from '../support/properties.ts';

const SECRET = 'ssn-078051120-must-not-leave';

type Run = () => Promise<{ status: AnswerStatus; body?: unknown }>;

/** A route with an endpoint behind it that only runs. */
function endpointOf(route: Route, run: Run): Endpoint {
  const { authentication, body, request = z.unknown() } = route;
  if (authentication === 'signature') return signed({ ...route, authentication, body: 'raw' }, run);
  if (authentication === 'either') {
    const end = async (): Promise<void> => {
      await run();
    };
    return endsSession(routes.revoke, { one: end, all: end });
  }
  if (authentication === 'none') return open({ ...route, authentication, body: 'json', request }, run);
  return body === 'json'
    ? signedInJson({ ...route, authentication, body, request }, run)
    : signedIn({ ...route, authentication, body: 'none' }, run);
}

/** Every route of the contract. */
const endpointsFor = (run: Run): readonly Endpoint[] => known.map((route) => endpointOf(route, run));

const keyOf = ({ method, path }: Route): string => `${method} ${path}`;
const known = Object.values<Route>(routes);

const goodBodies: Readonly<Record<string, unknown>> = {
  'POST /v1/step-up': { factor: 'totp', code: '123456' },
  'POST /v1/token': { scopes: ['cards'] },
};

/** What an endpoint does: answers anything at all, or fails with one of its route's codes, or unexpectedly. */
const runs: fc.Arbitrary<Run> = fc.oneof(
  fc.constant(async () => ({ status: 200 as const })),
  fc
    .record({ status: fc.constantFrom<AnswerStatus>(200, 201, 202, 204), body: fc.anything() })
    .map((given) => async () => given),
  fc.constantFrom(...errorCodes).map((code) => async () => {
    throw new ServiceError(code, { reason: SECRET, cause: new Error(SECRET) });
  }),
  fc
    .constantFrom<unknown>(new Error(SECRET), SECRET, undefined, null, { SECRET })
    .map((thrown) => async () => {
      throw thrown;
    }),
);

const routeKeys = fc.oneof(fc.constantFrom(...known.map(keyOf)), fc.string());
const bodies = (routeKey: string): fc.Arbitrary<string | undefined> =>
  fc.oneof(
    fc.constant(undefined),
    fc.constant(JSON.stringify(goodBodies[routeKey] ?? {})),
    fc.json(),
    fc.string(),
    fc.base64String(),
  );
const headers = fc.record(
  {
    authorization: fc.oneof(
      fc.constant(BEARER),
      fc.string(),
      fc.string().map((text) => `Bearer ${text}`),
    ),
    'content-type': fc.oneof(fc.constant('application/json'), fc.string()),
    'idempotency-key': fc.string(),
    'x-unit-signature': fc.string(),
  },
  { requiredKeys: [] },
);

const events = routeKeys.chain((routeKey) =>
  fc.record({
    routeKey: fc.constant(routeKey),
    headers,
    body: bodies(routeKey),
    isBase64Encoded: fc.boolean(),
    sourceIp: fc.oneof(fc.ipV4(), fc.ipV6(), fc.string()),
  }),
);

describe('any request at all', () => {
  it('P3 gets an answer that the contract declares, or a documented problem, and never a word of what went wrong', async () => {
    await fc.assert(
      fc.asyncProperty(events, runs, async ({ body, ...event }, run) => {
        const answered = await serve(runtimeOf(), ...endpointsFor(run))(
          eventOf(body === undefined ? event : { ...event, body }),
          contextOf(),
        );
        const { statusCode = 0 } = answered;
        expect(answered.headers).toMatchObject({ 'cache-control': 'no-store', 'x-request-id': 'request-1' });
        expect(JSON.stringify(answered)).not.toContain(SECRET);
        const route = known.find((one) => keyOf(one) === event.routeKey);
        const declared = Object.entries(route?.answers ?? {}).find(
          ([status]) => Number(status) === statusCode,
        );
        if (declared !== undefined)
          return declared[1] === null || declared[1].safeParse(bodyOf(answered)).success;
        const problem = problemBody.parse(bodyOf(answered));
        expect(answered.headers).toMatchObject({ 'content-type': 'application/problem+json; charset=utf-8' });
        expect(problem.status).toBe(statusCode);
        expect(problemTypes[problem.code].status).toBe(statusCode);
        expect(problem.type.startsWith(TYPE_BASE)).toBe(true);
        return true;
      }),
      { numRuns: 600 },
    );
  });
});

describe('the problems that a route documents', () => {
  const fails: Run = async () => {
    throw new Error('unexpected');
  };
  const bearer = { authorization: BEARER };
  const tokens = { none: {}, session: bearer, either: bearer, signature: {} } as const;
  const bodiesSent = [undefined, '{}', '{', 'x'.repeat(1024 * 1024 + 1)];
  const types = ['application/json', 'text/plain'];

  it.each(known.map((route) => [keyOf(route), route] as const))(
    'P2 hold every one that %s answers to odd bodies, odd types and nobody',
    async (routeKey, route) => {
      const sent = bodiesSent.flatMap((body) =>
        types.flatMap((type) =>
          [tokens[route.authentication], {}].map((token) => {
            const headers = { 'content-type': type, ...token };
            return body === undefined ? { routeKey, headers } : { routeKey, headers, body };
          }),
        ),
      );
      const handler = serve(runtimeOf(), ...endpointsFor(fails));
      const answers = await Promise.all(sent.map((one) => handler(eventOf(one), contextOf())));
      const codes = new Set(answers.map((answered) => String(bodyOf(answered)['code'])));
      const documented: readonly string[] = route.problems;
      expect([...codes].filter((code) => !documented.includes(code))).toEqual([]);
    },
  );
});

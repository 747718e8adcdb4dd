// The API document: it is what the contract says, all of it, and its examples are true.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { problemTypes } from '../../functions/contract/problems.ts';
import { type Route, routes } from '../../functions/contract/routes.ts';
import { errorCodes } from '../../functions/core/errors.ts';
import { clientTypes } from '../../scripts/openapi/client-types.ts';
import { openApiDocument } from '../../scripts/openapi/document.ts';
import { routeExamples } from '../../scripts/openapi/examples.ts';
import { fieldProse } from '../../scripts/openapi/fields.ts';
import { toYaml } from '../../scripts/openapi/yaml.ts';
import { findOperation, readDocument, schemaFaults } from '../support/documented.ts';

const file = readFileSync('openapi.yaml', 'utf8');
const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
const document = readDocument() as ReturnType<typeof readDocument> & {
  components: { examples: Record<string, { value: { code: string } }> };
};

const contract = Object.entries<Route>(routes);
const operations = Object.entries(document.paths).flatMap(([template, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    key: `${method.toUpperCase()} ${template}`,
    operation,
  })),
);

type Example = readonly [string, readonly string[], unknown];

/** Every example of a request or an answer, with the place of the schema that it must meet. */
const bodies = contract.flatMap(([name, { method, path: template }]): Example[] => {
  const { request = {}, answers = {} }: { request?: object; answers?: object } =
    routeExamples[name as keyof typeof routeExamples];
  const at = ['paths', template, method.toLowerCase()];
  const operation = document.paths[template]?.[method.toLowerCase()] as {
    requestBody?: { content: object };
  };
  const [type] = Object.keys(operation.requestBody?.content ?? {});
  return [
    ...Object.entries(request).map(
      ([title, value]): Example => [
        `${name} ${title}`,
        [...at, 'requestBody', 'content', type ?? '', 'schema'],
        value,
      ],
    ),
    ...Object.entries(answers as Record<string, object>).flatMap(([status, named]) =>
      Object.entries(named).map(
        ([title, value]): Example => [
          `${name} ${status} ${title}`,
          [...at, 'responses', status, 'content', 'application/json', 'schema'],
          value,
        ],
      ),
    ),
  ];
});

const problems = Object.entries(document.components.examples).map(
  ([name, { value }]): Example => [name, ['components', 'schemas', `${name}Problem`], value],
);

describe('openapi.yaml', () => {
  it('is what `npm run openapi` makes of the contract', () => {
    expect(file).toBe(toYaml(openApiDocument(version)));
  });

  it('has every route of the contract, and no other', () => {
    const published = operations.map(({ key, operation }) => `${key} ${operation.operationId}`);
    expect(published.sort()).toEqual(
      contract.map(([name, route]) => `${route.method} ${route.path} ${name}`).sort(),
    );
  });

  it.each(contract)(
    '%s documents exactly the statuses of its answers, its problems and the gateway',
    (name, route) => {
      const { operation } = findOperation(route.method, route.path) ?? {};
      const gateway = [400, 413, 429, 431, 500, 503];
      const own = [
        ...Object.keys(route.answers).map(Number),
        ...route.problems.map((code) => problemTypes[code].status),
      ];
      expect(operation?.operationId).toBe(name);
      expect(Object.keys(operation?.responses ?? {}).map(Number)).toEqual(
        [...new Set([...own, ...gateway])].sort((a, b) => a - b),
      );
    },
  );

  it.each(contract)('%s names exactly its problem codes', (_name, route) => {
    const { operation } = findOperation(route.method, route.path) ?? {};
    const named = Object.values(operation?.responses ?? {}).flatMap(({ $ref }) => {
      const answer = document.components.responses[$ref?.split('/').at(-1) ?? ''] as
        | { content: Record<string, { examples: object }> }
        | undefined;
      return Object.keys(answer?.content['application/problem+json']?.examples ?? {});
    });
    expect(named.sort()).toEqual([...route.problems].sort());
  });

  it('P2 has every code, but the one that the gateway answers before us, with an example of its own', () => {
    const codes = Object.values(document.components.examples).map(({ value }) => value.code);
    expect(codes).toEqual(errorCodes.filter((code) => code !== 'method_not_allowed'));
    const used = new Set(contract.flatMap(([, route]) => route.problems));
    expect(codes.filter((code) => !used.has(code as never))).toEqual([]);
  });

  it.each(contract)('O2 %s asks for a bearer JWT exactly if it is signed in', (_name, route) => {
    const { operation } = findOperation(route.method, route.path) ?? {};
    const wanted = {
      none: [],
      session: [{ sessionJwt: [] }],
      either: [{}, { sessionJwt: [] }],
      signature: [{ unitSignature: [] }],
    };
    // A cookie stands beside what the body can bring.
    const withCookie = [...new Set([{}, ...wanted[route.authentication]].map((one) => JSON.stringify(one)))]
      .map((one): object => JSON.parse(one))
      .concat({ sessionCookie: [] });
    expect(operation).toMatchObject({
      security: route.cookie?.request === undefined ? wanted[route.authentication] : withCookie,
    });
  });

  it('A14.3.2 has no-store and the request id on every answer of ours', () => {
    const answers = [
      ...operations.flatMap(({ operation }) => Object.values(operation.responses)),
      ...Object.values(document.components.responses),
    ].filter((one) => !('$ref' in one) && !isGatewayOnly(one));
    expect(answers.length).toBeGreaterThan(40);
    for (const answer of answers)
      expect(answer).toMatchObject({
        headers: { 'cache-control': expect.anything(), 'x-request-id': expect.anything() },
      });
  });

  it.each([...bodies, ...problems])('the example %s is true', (_title, place, value) => {
    expect(schemaFaults('closed', place, value)).toEqual([]);
  });

  it('has an example of every body', () => {
    const missing = contract.flatMap(([name, route]) => {
      const { request, answers = {} }: { request?: object; answers?: object } =
        routeExamples[name as keyof typeof routeExamples];
      const statuses = Object.entries(route.answers).filter(([, schema]) => schema !== null);
      return [
        ...(route.body === 'json' && Object.keys(request ?? {}).length === 0 ? [`${name} request`] : []),
        ...statuses.filter(([status]) => !(status in answers)).map(([status]) => `${name} ${status}`),
      ];
    });
    expect(missing).toEqual([]);
  });

  it('describes nothing that is not there', () => {
    expect(Object.keys(fieldProse).filter((name) => !new RegExp(`^ +${name}:$`, 'm').test(file))).toEqual([]);
  });

  it('notices an answer that is not as documented', () => {
    const place = ['paths', '/v1/me', 'get', 'responses', '200', 'content', 'application/json', 'schema'];
    const good = routeExamples.me.answers[200].customer;
    expect(schemaFaults('closed', place, { ...good, ssn: 'x' })).toEqual([
      '/ must NOT have additional properties',
    ]);
    expect(schemaFaults('published', place, { ...good, later: 'x' })).toEqual([]);
    expect(schemaFaults('closed', place, { ...good, next: 'dance' })).toHaveLength(1);
  });
});

const isGatewayOnly = (answer: object): boolean =>
  'content' in answer &&
  Object.keys(answer.content as object).join() === 'application/json' &&
  !('headers' in answer);

describe("the client's types", () => {
  it('are what `npm run openapi` makes of the contract', () => {
    const biome = path.join('node_modules', '.bin', 'biome');
    const args = ['format', '--stdin-file-path=client/contract.ts'];
    const made = execFileSync(biome, args, { input: clientTypes(), encoding: 'utf8' });
    expect(readFileSync('client/contract.ts', 'utf8')).toBe(made);
  });
});

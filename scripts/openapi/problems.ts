// Problems in the document: a schema and an example for each code, and one answer for each set of codes.
import { problemSlug, problemTypes } from '../../functions/contract/problems.ts';
import type { Route } from '../../functions/contract/routes.ts';
import { type ErrorCode, errorCodes } from '../../functions/core/errors.ts';
import { type ProblemProse, problemProse } from './problem-prose.ts';
import { described, type JsonSchema, reference } from './schemas.ts';

/** Not reached behind the gateway, which answers 404 itself. */
const documented = errorCodes.filter((code) => code !== 'method_not_allowed');

const proseOf = (code: ErrorCode): ProblemProse => problemProse[code];

const titled = (code: ErrorCode): string =>
  code
    .split('_')
    .map((word) => `${word[0]?.toUpperCase()}${word.slice(1)}`)
    .join('');

/** The schema of an extension member, from the form of its example. */
function memberSchema(value: unknown): JsonSchema {
  if (typeof value === 'number') return { type: 'integer', minimum: 0 };
  if (Array.isArray(value)) return { type: 'array', items: memberSchema(value[0]) };
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(([name, member]) => [name, memberSchema(member)]);
    return { type: 'object', properties: Object.fromEntries(members), required: Object.keys(value) };
  }
  return { type: 'string' };
}

function problemSchema(code: ErrorCode): JsonSchema {
  const { description, members = {}, optional } = proseOf(code);
  const { status, title } = problemTypes[code];
  const own = Object.entries(members).map(([name, value]) => [name, memberSchema(value)]);
  const properties = {
    type: { type: 'string', format: 'uri', pattern: `[/:]${problemSlug(code)}$` },
    title: { type: 'string', const: title },
    status: { type: 'integer', const: status },
    code: { type: 'string', const: code },
    instance: { type: 'string', pattern: '^urn:request-id:.+$' },
    detail: { type: 'string' },
    ...Object.fromEntries(own),
  };
  const required = ['type', 'title', 'status', 'code', 'instance'];
  return {
    type: 'object',
    description,
    ...described({ properties, required: optional ? required : [...required, ...Object.keys(members)] }),
  };
}

const problemExample = (code: ErrorCode) => ({
  summary: proseOf(code).description,
  value: {
    type: `https://bridge.example.com/problems/${problemSlug(code)}`,
    title: problemTypes[code].title,
    status: problemTypes[code].status,
    code,
    instance: 'urn:request-id:Nq3rTgX8oAMEVhQ=',
    ...proseOf(code).members,
  },
});

export const problemSchemas = (): Readonly<Record<string, JsonSchema>> => ({
  ...Object.fromEntries(documented.map((code) => [`${titled(code)}Problem`, problemSchema(code)])),
  GatewayError: {
    type: 'object',
    description: 'What API Gateway itself answers; this form cannot be changed.',
    ...described({ properties: { message: { type: 'string' } }, required: ['message'] }),
  },
});

export const problemExamples = () =>
  Object.fromEntries(documented.map((code) => [titled(code), problemExample(code)]));

/** What API Gateway answers by itself on any route. */
const gatewayMessages: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  413: 'Request Entity Too Large',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

export interface ProblemAnswer {
  readonly status: number;
  readonly name: string;
  readonly answer: JsonSchema;
}

/** The answers of a route that are no success, one for each status. */
export function problemAnswers(
  { problems: codes, cookie }: Route,
  everyHeader: JsonSchema,
): readonly ProblemAnswer[] {
  const statuses = new Set([
    ...codes.map((code) => problemTypes[code].status),
    ...Object.keys(gatewayMessages).map(Number),
  ]);
  return [...statuses]
    .sort((a, b) => a - b)
    .map((status) => {
      const own = errorCodes.filter((code) => codes.includes(code) && problemTypes[code].status === status);
      const isClearing = own.some((code) => cookie?.endedBy?.includes(code));
      return isClearing
        ? clearing(problemAnswer(status, own, { ...everyHeader, ...cookieHeaderReference }))
        : problemAnswer(status, own, everyHeader);
    });
}

const cookieHeaderReference = { 'set-cookie': { $ref: '#/components/headers/set-cookie' } };

const clearing = (made: ProblemAnswer): ProblemAnswer => ({ ...made, name: `${made.name}ClearsCookie` });

function problemAnswer(status: number, codes: readonly ErrorCode[], everyHeader: JsonSchema): ProblemAnswer {
  const message = gatewayMessages[status] ?? (status === 404 ? 'Not Found' : undefined);
  const headers = [...new Set(codes.flatMap((code) => proseOf(code).headers ?? []))];
  const extra = headers.flatMap((name) =>
    name === 'www-authenticate' ? [name, 'x-amzn-remapped-www-authenticate'] : [name],
  );
  const own = Object.fromEntries(extra.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
  const isOurs = codes.length > 0;
  return {
    status,
    name: isOurs ? codes.map(titled).join('Or') : `Gateway${status}`,
    answer: {
      description: isOurs
        ? codes.map((code) => `\`${code}\`: ${proseOf(code).description}`).join('\n\n')
        : `API Gateway itself: ${message}.`,
      ...(isOurs ? { headers: { ...everyHeader, ...own } } : {}),
      content: {
        ...(isOurs ? { 'application/problem+json': problemContent(codes) } : {}),
        ...(message === undefined
          ? {}
          : {
              'application/json': {
                schema: reference('GatewayError'),
                examples: { gateway: { value: { message } } },
              },
            }),
      },
    },
  };
}

function problemContent(codes: readonly ErrorCode[]): JsonSchema {
  const references = codes.map((code) => reference(`${titled(code)}Problem`));
  const mapping = Object.fromEntries(
    codes.map((code) => [code, `#/components/schemas/${titled(code)}Problem`]),
  );
  return {
    schema:
      references.length === 1
        ? references[0]
        : { oneOf: references, discriminator: { propertyName: 'code', mapping } },
    examples: Object.fromEntries(
      codes.map((code) => [code, { $ref: `#/components/examples/${titled(code)}` }]),
    ),
  };
}

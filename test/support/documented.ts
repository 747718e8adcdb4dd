// Holds an answer against openapi.yaml: status, headers, content type and body must all be as documented.
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';
import * as z from 'zod/mini';

const open = z.looseObject({});
const answerSchema = z.looseObject({
  headers: z.optional(z.record(z.string(), open)),
  content: z.optional(z.record(z.string(), open)),
});
const operationSchema = z.looseObject({
  operationId: z.string(),
  responses: z.record(z.string(), z.looseObject({ $ref: z.optional(z.string()) })),
});
const documentSchema = z.looseObject({
  paths: z.record(z.string(), z.record(z.string(), operationSchema)),
  components: z.looseObject({
    schemas: z.record(z.string(), open),
    responses: z.record(z.string(), open),
    headers: z.record(z.string(), z.looseObject({ required: z.boolean() })),
  }),
});
export type Operation = z.infer<typeof operationSchema>;

export const readDocument = () => documentSchema.parse(parse(readFileSync('openapi.yaml', 'utf8')));

const document = readDocument();

/** Published answers are open, so that clients ignore what they do not know; here nothing undeclared may pass. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.fromEntries(Object.entries(value).map(([key, member]) => [key, closed(member)]));
  const isOpen = 'properties' in value && 'type' in value && !('additionalProperties' in value);
  return isOpen ? { ...members, additionalProperties: false } : members;
}

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema(document, 'published');
ajv.addSchema(
  {
    ...document,
    components: {
      ...document.components,
      schemas: Object.fromEntries(
        Object.entries(document.components.schemas).map(([name, schema]) => [
          name,
          /Answer$|Problem$|Error$/.test(name) ? closed(schema) : schema,
        ]),
      ),
    },
  },
  'closed',
);

const pointerOf = (...parts: readonly string[]): string =>
  parts.map((part) => `/${encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))}`).join('');

/** What a value breaks of the schema at a place of the document; empty when it is valid. */
export function schemaFaults(
  base: 'published' | 'closed',
  place: readonly string[],
  value: unknown,
): readonly string[] {
  const validate = ajv.getSchema(`${base}#${pointerOf(...place)}`);
  if (validate === undefined) throw new Error(`the document has no ${place.join(' ')}`);
  if (validate(value) === true) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath || '/'} ${message}`);
}

export interface FoundOperation {
  readonly path: string;
  readonly method: string;
  readonly operation: Operation;
}

/** The operation that a request reaches, matched as the gateway does; `undefined` for an unknown path or method. */
export function findOperation(method: string, path: string): FoundOperation | undefined {
  const segments = path.split('/');
  const isMatch = (template: string): boolean => {
    const wanted = template.split('/');
    return (
      wanted.length === segments.length &&
      wanted.every((one, i) => one === segments[i] || (one.startsWith('{') && segments[i] !== ''))
    );
  };
  const [found] = Object.entries(document.paths)
    .filter(([template, operations]) => isMatch(template) && operations[method.toLowerCase()] !== undefined)
    .sort(([a], [b]) => a.split('{').length - b.split('{').length);
  const operation = found?.[1][method.toLowerCase()];
  return found === undefined || operation === undefined
    ? undefined
    : { path: found[0], method: method.toLowerCase(), operation };
}

export interface SeenAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** API Gateway's own answers carry no request id of ours. */
export const isGatewayMade = ({ headers }: Pick<SeenAnswer, 'headers'>): boolean =>
  !headers.has('x-request-id');

/** Set by the connection or the gateway on whatever it sends. */
const transport =
  /^(content-type|content-length|date|connection|keep-alive|transfer-encoding|apigw-requestid|vary|access-control-.*)$/;

/** What an answer breaks of the document; empty when it is as documented. */
export function undocumented(method: string, path: string, answer: SeenAnswer): readonly string[] {
  const { status, headers, text } = answer;
  const found = findOperation(method, path);
  const told = `${method} ${path} ${status}`;
  const type = headers.get('content-type');
  if (found === undefined) {
    const isNotFound = status === 404 && text === '{"message":"Not Found"}';
    return isNotFound ? [] : [`${told}: the document has no such operation`];
  }
  const given = found.operation.responses[String(status)];
  if (given === undefined) return [`${told}: undocumented status: ${text.slice(0, 300)}`];
  const place = given.$ref?.split('/').slice(1) ?? [
    'paths',
    found.path,
    found.method,
    'responses',
    String(status),
  ];
  const documented = answerSchema.parse(
    given.$ref === undefined ? given : document.components.responses[place.at(-1) ?? ''],
  );
  const faults = [
    ...bodyFaults(place, documented.content ?? {}, type, text),
    ...(isGatewayMade(answer) ? [] : headerFaults(documented.headers ?? {}, headers)),
  ];
  return faults.map((fault) => `${told}: ${fault}`);
}

function bodyFaults(
  place: readonly string[],
  content: object,
  type: string | null,
  text: string,
): readonly string[] {
  const kinds = Object.keys(content);
  if (kinds.length === 0)
    return text === '' && type === null ? [] : [`a body where none is documented: ${type}`];
  const kind = type?.replace(/;.*/, '') ?? '';
  if (!kinds.includes(kind)) return [`content type ${type}, documented ${kinds.join(', ')}`];
  const faults = schemaFaults('closed', [...place, 'content', kind, 'schema'], JSON.parse(text));
  return faults.map((fault) => `${fault} in ${text.slice(0, 300)}`);
}

function headerFaults(documented: object, headers: Headers): readonly string[] {
  const names = Object.keys(documented);
  const missing = names.filter(
    (name) => document.components.headers[name]?.required === true && !headers.has(name),
  );
  const strange = [...headers.keys()].filter((name) => !names.includes(name) && !transport.test(name));
  const wrong = names.flatMap((name) => {
    const value = headers.get(name);
    if (value === null) return [];
    return schemaFaults('closed', ['components', 'headers', name, 'schema'], value).map(
      (fault) => `${name} ${fault}`,
    );
  });
  const isChallengeLost =
    names.includes('www-authenticate') &&
    !headers.has('www-authenticate') &&
    !headers.has('x-amzn-remapped-www-authenticate');
  return [
    ...missing.map((name) => `header ${name} is missing`),
    ...strange.map((name) => `header ${name} is undocumented`),
    ...wrong,
    ...(isChallengeLost ? ['no WWW-Authenticate'] : []),
  ];
}

/** @throws Error that says what of the answer is not documented */
export function expectDocumented(answer: SeenAnswer, method: string, path: string): void {
  const faults = undocumented(method, path, answer);
  if (faults.length > 0) throw new Error(faults.join('\n'));
}

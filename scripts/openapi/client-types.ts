// The client's types, from the same document: plain TypeScript that needs neither zod nor this repository.
import { errorCodes } from '../../functions/core/errors.ts';
import { contractSchemas, type JsonSchema, namedRoutes, nameOf } from './schemas.ts';

const isObject = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const union = (members: readonly string[]): string => [...new Set(members)].join(' | ');

/** One schema as a type. */
function typeOf(schema: unknown): string {
  if (!isObject(schema)) return 'unknown';
  const { $ref, type } = schema;
  if (typeof $ref === 'string') return $ref.split('/').at(-1) ?? 'unknown';
  const choices = [
    ...list(schema['anyOf']),
    ...(schema['properties'] === undefined ? list(schema['oneOf']) : []),
  ];
  if (choices.length > 0) return union(choices.map(typeOf));
  if (Array.isArray(type)) return union(type.map((one) => typeOf({ ...schema, type: one })));
  if ('const' in schema) return JSON.stringify(schema['const']);
  if (Array.isArray(schema['enum'])) return union(schema['enum'].map((value) => JSON.stringify(value)));
  if (type === 'array') return `readonly (${typeOf(schema['items'])})[]`;
  if (type === 'object') return objectType(schema);
  if (type === 'integer' || type === 'number') return 'number';
  return typeof type === 'string' ? type : 'unknown';
}

function objectType(schema: JsonSchema): string {
  const { properties, required } = schema;
  // Not a record, which none of the browser's own interfaces is.
  if (!isObject(properties)) return 'object';
  if (Object.keys(properties).length === 0) return 'Readonly<Record<string, never>>';
  const members = Object.entries(properties).map(([name, member]) => {
    const isRequired = list(required).includes(name);
    const comment = isObject(member) ? `/** ${String(member['description'])} */\n` : '';
    return `${comment}readonly ${name}${isRequired ? '' : '?'}: ${typeOf(member)}${isRequired ? '' : ' | undefined'};`;
  });
  return `{\n${members.join('\n')}\n}`;
}

/** The routes that apps call: Unit's webhook is none. */
const called = namedRoutes.filter(([, { authentication }]) => authentication !== 'signature');

/** The source of `client/contract.ts`. */
export function clientTypes(): string {
  const types = Object.entries(contractSchemas()).map(
    ([name, schema]) => `export type ${name} = ${typeOf(schema)};\n`,
  );
  const routes = called.map(([name, { method, path, authentication, body, request, answers, cookie }]) => {
    const good = [...Object.values(answers), ...Object.values(cookie?.answers ?? {})].map((schema) =>
      schema === null ? 'void' : nameOf(schema),
    );
    const bodies = [request, cookie?.request].flatMap((schema) =>
      schema === undefined ? [] : [nameOf(schema)],
    );
    const sent = bodies.length === 0 ? (body === 'raw' ? 'Blob' : 'undefined') : union(bodies);
    return `'${path.replace('/v1', '').replaceAll(/\{\w+\}/g, '{}')}': { readonly name: '${name}'; readonly method: '${method}'; readonly authentication: '${authentication}'; readonly body: ${sent}; readonly answer: ${union(good)} };`;
  });
  return [
    '// Made by `npm run openapi` from functions/contract; edits are lost.\n',
    ...types,
    `/** What every problem says by its code. */\nexport type ProblemCode = ${union(errorCodes.map((code) => `'${code}'`))};\n`,
    `/** Every route that apps call, by its path under /v1, with braces for each id. */\nexport interface Routes {\n${routes.join('\n')}\n}\n`,
    "export type RouteName = Routes[keyof Routes]['name'];\n",
  ].join('\n');
}

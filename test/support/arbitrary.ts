// Values by a JSON Schema of openapi.yaml, and the same values broken in one place.
import * as fc from 'fast-check';
import { readDocument } from './documented.ts';

type Schema = Readonly<Record<string, unknown>>;

const { components } = readDocument();

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const resolved = (schema: unknown): Schema => {
  if (!isSchema(schema)) return {};
  const name = typeof schema['$ref'] === 'string' ? schema['$ref'].split('/').at(-1) : undefined;
  return name === undefined ? schema : (components.schemas[name] ?? {});
};

/** Real values by the name of a member: what the caller owns, what the policy names. */
export type Hints = Readonly<Record<string, readonly unknown[]>>;

/** Any value that a schema allows; where a hint exists, mostly the hint. */
export function valid(given: unknown, hints: Hints, name = ''): fc.Arbitrary<unknown> {
  const schema = resolved(given);
  const made = byForm(schema, hints);
  const hinted = hints[name] ?? [];
  return hinted.length === 0
    ? made
    : fc.oneof({ arbitrary: fc.constantFrom(...hinted), weight: 4 }, { arbitrary: made, weight: 1 });
}

function byForm(schema: Schema, hints: Hints): fc.Arbitrary<unknown> {
  const { type, properties, minItems = 0, maxItems = 3 } = schema;
  const choices = [schema['oneOf'], schema['anyOf']].flatMap((one) => (Array.isArray(one) ? one : []));
  if (isSchema(properties)) {
    return choices.length === 0
      ? members(schema, properties, hints)
      : fc.oneof(...choices.map((choice) => members(schema, chosen(properties, choice), hints, choice)));
  }
  if (choices.length > 0) return fc.oneof(...choices.map((choice) => valid(choice, hints)));
  if ('const' in schema) return fc.constant(schema['const']);
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...(schema['enum'] as unknown[]));
  switch (type) {
    case 'array':
      return fc.array(valid(schema['items'], hints), {
        minLength: Number(minItems),
        maxLength: Math.min(3, Number(maxItems)),
      });
    case 'integer':
      return fc.integer({ min: Number(schema['minimum'] ?? -10), max: Number(schema['maximum'] ?? 10 ** 6) });
    case 'boolean':
      return fc.boolean();
    case 'string':
      return text(schema);
    default:
      return fc.jsonValue({ maxDepth: 1 });
  }
}

/** The members that are left of an object when one of its alternatives is taken. */
const chosen = (properties: Schema, choice: unknown): Schema => {
  const forbidden = Object.entries(resolved(resolved(choice)['properties'])).filter(
    ([, one]) => one === false,
  );
  const names = new Set(forbidden.map(([name]) => name));
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !names.has(name)));
};

function members(
  schema: Schema,
  properties: Schema,
  hints: Hints,
  choice: unknown = {},
): fc.Arbitrary<unknown> {
  const required = [schema['required'], resolved(choice)['required']].flatMap((one) =>
    Array.isArray(one) ? one : [],
  );
  return fc.record(
    Object.fromEntries(
      Object.entries(properties).map(([name, member]) => [name, valid(member, hints, name)]),
    ),
    { requiredKeys: required as string[], noNullPrototype: true },
  );
}

function text({ pattern, format, minLength = 0, maxLength = 64 }: Schema): fc.Arbitrary<string> {
  const [shortest, longest] = [Number(minLength), Math.min(64, Number(maxLength))];
  if (format === 'date') {
    const days = fc.date({ min: new Date('1900-01-01'), max: new Date('2040-01-01'), noInvalidDate: true });
    return days.map((day) => day.toISOString().slice(0, 10));
  }
  if (format === 'email') return fc.constantFrom('someone@example.com', "o'hara+tag@mail.example.org");
  if (format === 'uri') return fc.webUrl();
  if (typeof pattern === 'string' && !pattern.startsWith('^[^')) {
    return fc.stringMatching(new RegExp(pattern)).filter((one) => one.length <= Number(maxLength));
  }
  const unit = fc.oneof(
    fc.constantFrom('a', 'Z', ' ', "'", '<', '"', '\\', '{', 'é', '漢', '𝔘', '\u202e'),
    fc.string({ minLength: 1, maxLength: 1 }),
  );
  return fc
    .array(unit, { minLength: shortest, maxLength: longest })
    .map((parts) => parts.join('').replaceAll(/\p{Cc}/gu, ''))
    .map((one) => (one.length < shortest ? 'x'.repeat(shortest) : one));
}

/** A value with one thing wrong; also things that are no object at all. */
export const broken = (value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof(
    {
      arbitrary: fc.tuple(value, fc.nat(), fc.jsonValue()).map(([one, at, other]) => spoiled(one, at, other)),
      weight: 4,
    },
    { arbitrary: fc.jsonValue(), weight: 1 },
  );

/** Replaces, removes or adds a member, somewhere. */
function spoiled(value: unknown, at: number, other: unknown): unknown {
  if (Array.isArray(value))
    return at % 2 === 0 ? [...value, other] : value.map((one) => spoiled(one, at >> 1, other));
  if (!isSchema(value)) return other;
  const names = Object.keys(value);
  const name = names[(at >> 2) % Math.max(1, names.length)] ?? 'surprise';
  switch (at % 4) {
    case 0:
      return Object.fromEntries(Object.entries(value).filter(([one]) => one !== name));
    case 1:
      return { ...value, [`x-${name}`]: other };
    case 2:
      return { ...value, [name]: other };
    default:
      return { ...value, [name]: spoiled(value[name], at >> 4, other) };
  }
}

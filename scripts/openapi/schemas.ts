// The contract's zod schemas as JSON Schema 2020-12, the shared ones by name.
import * as z from 'zod/mini';
import * as application from '../../functions/contract/application.ts';
import * as applicationForm from '../../functions/contract/application-form.ts';
import * as common from '../../functions/contract/common.ts';
import * as factors from '../../functions/contract/factors.ts';
import * as me from '../../functions/contract/me.ts';
import { type Route, type RouteName, routes } from '../../functions/contract/routes.ts';
import * as sessions from '../../functions/contract/sessions.ts';
import * as signup from '../../functions/contract/signup.ts';
import * as token from '../../functions/contract/token.ts';
import { fieldProse } from './fields.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** Every route of the contract that has a place in the document, in its order. */
export const namedRoutes: readonly (readonly [RouteName, Route])[] = Object.entries(routes).map(
  ([name, route]) => [Object.keys(routes).find((one): one is RouteName => one === name) ?? 'me', route],
);

const titled = (name: string): string => `${name[0]?.toUpperCase()}${name.slice(1)}`;

/** Schemas by the name that the contract exports them by; those that it does not export, by their route. */
function collectNames(): z.core.$ZodRegistry<{ id: string }> {
  const registry = z.registry<{ id: string }>();
  const taken = new Set<string>();
  const add = (id: string, schema: unknown): void => {
    if (!(schema instanceof z.ZodMiniType) || registry.has(schema) || taken.has(id)) return;
    taken.add(id);
    registry.add(schema, { id });
  };
  for (const exported of [common, signup, sessions, me, factors, application, applicationForm, token]) {
    for (const [name, value] of Object.entries(exported)) {
      if (/^(factorKind|sessionFactor)$|(Request|Answer)$/.test(name)) add(titled(name), value);
    }
  }
  for (const [name, { request, answers }] of namedRoutes) {
    add(`${titled(name)}Request`, request);
    for (const schema of Object.values(answers)) add(`${titled(name)}Answer`, schema);
  }
  return registry;
}

const registry = collectNames();

/** The name of a schema of the contract. */
export function nameOf(schema: z.ZodMiniType): string {
  const id = registry.get(schema)?.id;
  if (id === undefined) throw new Error('a schema without a name');
  return id;
}

export const reference = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });

/** Every named schema. Answers stay open: clients must ignore members that they do not know. */
export function contractSchemas(): Readonly<Record<string, JsonSchema>> {
  const { schemas } = z.toJSONSchema(registry, { io: 'input', uri: (id) => `#/components/schemas/${id}` });
  return Object.fromEntries(
    Object.keys(schemas)
      .sort()
      .map((name) => [name, identified(name, described(tidied(schemas[name])))]),
  );
}

const isObject = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Without what zod adds and nobody needs. */
export function tidied(value: unknown): JsonSchema {
  return isObject(value) ? Object.fromEntries(Object.entries(value).flatMap(tidyMember(value))) : {};
}

const tidyMember =
  (owner: JsonSchema) =>
  ([key, value]: readonly [string, unknown]): readonly (readonly [string, unknown])[] => {
    if (key === '$schema' || key === '$id' || key === 'propertyNames') return [];
    if (typeof value === 'number' && Math.abs(value) === Number.MAX_SAFE_INTEGER) return [];
    // The format says the same, in one word.
    if (key === 'pattern' && (owner['format'] === 'date' || owner['format'] === 'date-time')) return [];
    if (key === 'additionalProperties' && isObject(value)) return [[key, tidied(value)]];
    if (Array.isArray(value))
      return [[key, value.map((one: unknown) => (isObject(one) ? tidied(one) : one))]];
    return [[key, isObject(value) ? tidied(value) : value]];
  };

/** With each member's description. */
export function described(schema: JsonSchema): JsonSchema {
  const entries = Object.entries(schema).map(([key, value]) => {
    if (key === 'properties' && isObject(value)) {
      const members = Object.entries(value).map(([name, member]) => [name, withProse(name, member)]);
      return [key, Object.fromEntries(members)];
    }
    if (Array.isArray(value)) return [key, value.map((one) => (isObject(one) ? described(one) : one))];
    return [key, isObject(value) ? described(value) : value];
  });
  return Object.fromEntries(entries);
}

function withProse(name: string, member: unknown): JsonSchema {
  const description = fieldProse[name];
  if (description === undefined || !isObject(member)) throw new Error(`fields.ts does not describe ${name}`);
  return { description, ...described(member) };
}

/** An application brings either an SSN or a passport with its nationality, which zod checks and JSON Schema must be told. */
function identified(name: string, schema: JsonSchema): JsonSchema {
  if (name !== 'IndividualRequest' && name !== 'SoleProprietorRequest') return schema;
  return {
    ...schema,
    oneOf: [
      {
        title: 'With an SSN',
        properties: { ssn: true, passport: false, nationality: false },
        required: ['ssn'],
      },
      {
        title: 'With a passport',
        properties: { ssn: false, passport: true, nationality: true },
        required: ['passport', 'nationality'],
      },
    ],
  };
}

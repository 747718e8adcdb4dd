// JSON:API on the wire: resources out, and bodies in through a schema with one error entry per fault.
import * as z from 'zod/mini';
import { type ErrorEntry, faultAt, MEDIA_TYPE, UnitError } from './errors.ts';

/** A reference to another resource. */
export interface Reference {
  readonly type: string;
  readonly id: string;
}

/** A resource as Unit writes it; token answers have no id. */
export interface Resource {
  readonly type: string;
  readonly id?: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly relationships?: Readonly<Record<string, unknown>>;
  readonly links?: Readonly<Record<string, unknown>>;
}

/** The top level of an answer. */
export interface Document {
  readonly data: Resource | readonly Resource[];
  readonly included?: readonly Resource[];
  readonly meta?: Readonly<Record<string, unknown>>;
}

/** An answer with Unit's media type, which carries a charset. */
export const answer = (status: number, document: Document): Response =>
  new Response(JSON.stringify(document), {
    status,
    headers: { 'content-type': `${MEDIA_TYPE}; charset=utf-8`, 'cache-control': 'no-store' },
  });

/** A to-one relationship. */
export const toOne = (type: string, id: string): { readonly data: Reference } => ({ data: { type, id } });

/** The one org of a simulator. */
export const org = toOne('org', '1');

/** An id as Unit forms it. */
export const idPattern = /^[1-9]\d*$/;

/** The envelope `{data: {type, attributes}}` around a schema of attributes. */
export const envelope = <Type extends string, Attributes>(
  type: Type,
  attributes: z.ZodMiniType<Attributes>,
) => z.strictObject({ data: z.strictObject({ type: z.literal(type), attributes }) });

/**
 * Reads a body through its schema.
 * @throws UnitError with one entry per fault
 */
export function parse<Output>(schema: z.ZodMiniType<Output>, body: unknown): Output {
  const result = z.safeParse(schema, body);
  if (result.success) return result.data;
  throw new UnitError(...result.error.issues.flatMap((issue) => entriesOf(issue, body)));
}

function entriesOf(issue: z.core.$ZodIssue, body: unknown): ErrorEntry[] {
  const name = issue.path.at(-1)?.toString() ?? 'body';
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => faultAt(pointerOf([...issue.path, key]), `${key} is not allowed here`));
  }
  if (issue.code === 'custom') return [faultAt(pointerOf(issue.path), issue.message)];
  const missing = valueAt(body, issue.path) === undefined;
  return [faultAt(pointerOf(issue.path), missing ? `${name} is required` : `${name} has an invalid value`)];
}

const pointerOf = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

function valueAt(body: unknown, path: readonly PropertyKey[]): unknown {
  let value = body;
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, part);
  }
  return value;
}

/** JSON with sorted keys, so that two bodies that say the same compare equal. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** Removes attributes that have no value, as Unit leaves them out. */
export const present = (attributes: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));

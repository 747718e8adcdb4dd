// Finds resources of a template by type, with their intrinsics resolved and their properties checked.
import type * as z from 'zod/mini';
import { parse, type Resolver, type Resource, TemplateError } from './intrinsics.ts';

export type Found<T> = readonly [logicalId: string, piece: T, resource: Resource];

export class Resources {
  readonly #all: readonly (readonly [string, Resource])[];
  readonly #resolver: Resolver;

  constructor(all: Readonly<Record<string, Resource>>, resolver: Resolver) {
    this.#all = Object.entries(all);
    this.#resolver = resolver;
  }

  all<T extends z.ZodMiniType>(type: string | readonly string[], schema: T): Found<z.infer<T>>[] {
    const types = typeof type === 'string' ? [type] : type;
    return this.#all
      .filter(([, resource]) => types.includes(resource.Type))
      .map(([id, resource]) => [id, parse(schema, this.#resolved(id, resource, schema), id), resource]);
  }

  one<T extends z.ZodMiniType>(type: string | readonly string[], schema: T): Found<z.infer<T>> {
    const [first, second] = this.all(type, schema);
    const wanted = typeof type === 'string' ? type : type.join(' or ');
    if (first === undefined) throw new TemplateError(wanted, 'is missing');
    if (second !== undefined)
      throw new TemplateError(wanted, `is there more than once: ${first[0]}, ${second[0]}`);
    return first;
  }

  /** Only properties that the schema names: the rest may hold intrinsics that no simulator needs. */
  #resolved(id: string, { Properties = {} }: Resource, schema: z.ZodMiniType): unknown {
    const wanted = Object.keys(shapeOf(schema));
    return Object.fromEntries(
      Object.entries(Properties)
        .filter(([key]) => wanted.includes(key))
        .map(([key, value]) => [key, this.#resolver.resolve(value, `${id}.${key}`)]),
    );
  }
}

function shapeOf(schema: z.ZodMiniType): object {
  return 'shape' in schema && typeof schema.shape === 'object' && schema.shape !== null ? schema.shape : {};
}

/** `step-up` where the construct's path or the logical id has `StepUp`; the longest name wins. */
export function nameOf(logicalId: string, resource: Resource, names: readonly string[]): string {
  const path = resource.Metadata?.['aws:cdk:path'];
  const segments = typeof path === 'string' ? path.split('/') : [];
  const [found] = names
    .filter((name) => segments.includes(pascal(name)) || logicalId.startsWith(pascal(name)))
    .sort((a, b) => b.length - a.length);
  if (found === undefined)
    throw new TemplateError(logicalId, `is a function with none of the names ${names.join(', ')}`);
  return found;
}

const pascal = (name: string): string =>
  name.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());

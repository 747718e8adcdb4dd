// The parts of the OpenAPI document that the reference shows, read with their types.
import * as z from 'zod/mini';

const schema = z.record(z.string(), z.unknown());
export type Schema = z.infer<typeof schema>;

const reference = z.object({ $ref: z.string() });
const example = z.object({ value: z.unknown() });
const media = z.object({
  schema,
  examples: z.optional(z.record(z.string(), z.union([example, reference]))),
});
const content = z.record(z.string(), media);
const header = z.object({ description: z.string(), required: z.boolean() });
const answer = z.object({
  description: z.string(),
  headers: z.optional(z.record(z.string(), z.union([header, reference]))),
  content: z.optional(content),
});
const parameter = z.object({
  name: z.string(),
  in: z.string(),
  required: z.boolean(),
  description: z.string(),
  schema,
});
const operation = z.object({
  operationId: z.string(),
  tags: z.array(z.string()),
  summary: z.string(),
  description: z.string(),
  security: z.array(z.record(z.string(), z.unknown())),
  parameters: z.optional(z.array(z.union([parameter, reference]))),
  requestBody: z.optional(z.object({ description: z.optional(z.string()), content })),
  responses: z.record(z.string(), z.union([answer, reference])),
});

const document = z.object({
  info: z.object({ title: z.string(), version: z.string(), description: z.string() }),
  tags: z.array(z.object({ name: z.string(), description: z.string() })),
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.object({
    securitySchemes: z.record(z.string(), z.object({ description: z.string() })),
    headers: z.record(z.string(), header),
    parameters: z.record(z.string(), parameter),
    schemas: z.record(z.string(), schema),
    examples: z.record(z.string(), example),
    responses: z.record(z.string(), answer),
  }),
});

export type ApiDocument = z.infer<typeof document>;
export type Operation = z.infer<typeof operation>;
export type Answer = z.infer<typeof answer>;
export type Media = z.infer<typeof media>;
export type Parameter = z.infer<typeof parameter>;

/** @throws ZodError where the document has another form than the reference knows */
export const readDocument = (value: unknown): ApiDocument => document.parse(value);

/** What stands there, or what it refers to among those components. */
export function resolved<T extends object>(
  value: T | z.infer<typeof reference>,
  among: Readonly<Record<string, T>>,
): T {
  if (!('$ref' in value)) return value;
  const found = among[value.$ref.split('/').at(-1) ?? ''];
  if (found === undefined) throw new Error(`the document has no ${value.$ref}`);
  return found;
}

// The shape in which a fault is armed over HTTP.
import * as z from 'zod/mini';

const status = z.int().check(z.gte(200), z.lte(599));
const ms = z.number().check(z.gte(0));

export const faultRequest = z.strictObject({
  method: z.string(),
  path: z.string(),
  times: z._default(z.int().check(z.gte(1)), 1),
  fault: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('latency'), ms }),
    z.strictObject({ kind: z.literal('hang') }),
    z.strictObject({ kind: z.literal('hang_after') }),
    z.strictObject({ kind: z.literal('reset') }),
    z.strictObject({ kind: z.literal('cut') }),
    z.strictObject({ kind: z.literal('status'), status, retryAfter: z.exactOptional(z.string()) }),
    z.strictObject({ kind: z.literal('html'), status }),
    z.strictObject({ kind: z.literal('json'), status, body: z.unknown() }),
    z.strictObject({ kind: z.literal('malformed') }),
    z.strictObject({ kind: z.literal('truncated') }),
    z.strictObject({ kind: z.literal('broken_off') }),
    z.strictObject({ kind: z.literal('drip'), ms }),
  ]),
});

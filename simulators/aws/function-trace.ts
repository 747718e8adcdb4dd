// What a container tells a recorder, if there is one; function-trace.mjs is its part in the container.
import * as z from 'zod/mini';

export const refusedCall = z.object({
  kind: z.literal('refused'),
  mark: z.string(),
  method: z.string(),
  url: z.string(),
  /** Of AWS's calls: what the header `x-amz-target` says; else empty. */
  target: z.string(),
});
export type RefusedCall = Omit<z.infer<typeof refusedCall>, 'kind'>;

export interface ContainerTrace {
  /** A mark for everything that the function sends out while it loads, or during the call that begins now. */
  mark(): string;
  /** A connection of the function was refused. */
  refused(call: RefusedCall): void;
}

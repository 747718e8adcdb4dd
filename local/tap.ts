// Where somebody may look at what passes between the parts of a world, or get in its way. No world has one by default.
import type { ContainerTrace, RefusedCall } from '../simulators/aws/function-trace.ts';
import type { Gateway } from '../simulators/aws/gateway.ts';
import type { Handle } from '../simulators/server.ts';

/** What the functions call. */
export type Backend = 'stytch' | 'unit' | 'dynamodb' | 'secrets_manager';

export interface Tap {
  /** Wraps what a backend answers with. */
  around(backend: Backend, handle: Handle): Handle;
  /** Wraps the gateway's answers. */
  aroundGateway(answer: Gateway['answer']): Gateway['answer'];
  /** Marks everything that a function sends out during the call that begins now, in a header `x-trace`. */
  mark(functionName: string): string;
  /** A function could not connect to a backend. */
  refused(backend: Backend, call: RefusedCall): void;
}

/** What the functions' containers need to know of a tap; `backends` by their URL. */
export const traceOf =
  (tap: Tap, backends: ReadonlyMap<string, Backend>) =>
  (name: string): ContainerTrace => ({
    mark: () => tap.mark(name),
    refused: (call) => {
      const backend = backends.get(new URL(call.url).origin);
      if (backend !== undefined) tap.refused(backend, call);
    },
  });

// Where somebody may look at what passes between the parts of a world, or get in its way. No world has one by default.
import type { Gateway } from '../simulators/aws/gateway.ts';
import type { Handle } from '../simulators/server.ts';

/** What the functions call. */
export type Backend = 'stytch' | 'unit' | 'dynamodb' | 'secrets_manager';

export interface Tap {
  /** Wraps what a backend answers with. */
  around(backend: Backend, handle: Handle): Handle;
  /** Wraps the gateway's answers. */
  aroundGateway(answer: Gateway['answer']): Gateway['answer'];
  /** Marks everything that a function sends out during one call, in a header `x-trace`. */
  mark(functionName: string): string;
}

// What a route is, and what its handler is given.
import type { CustomerToken, OrgToken } from './records.ts';
import type { World } from './world.ts';

/** Whose bearer token made the call. */
export type Caller =
  | { readonly kind: 'org'; readonly token: OrgToken }
  | { readonly kind: 'customer'; readonly token: CustomerToken }
  | { readonly kind: 'nobody' };

/** One authenticated call. */
export interface Call {
  readonly world: World;
  readonly request: Request;
  readonly url: URL;
  readonly caller: Caller;
  /** The JSON body; undefined where there is none. */
  readonly body: unknown;
  /** The body as it came. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** A named segment of the path. */
  readonly param: (name: string) => string;
}

/** One call that Unit offers. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** `:name` stands for one segment. */
  readonly path: string;
  /** The scope that the token must have; left out where any token will do. */
  readonly scope?: string;
  /** `org`: customer tokens are refused. `public`: no token is asked for. */
  readonly holder: 'org' | 'any' | 'public';
  readonly body: 'none' | 'jsonapi' | 'optional' | 'raw';
  readonly run: (call: Call) => Response | Promise<Response>;
}

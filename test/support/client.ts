// The client over a running world: what it sends is counted, and a test may change an answer on its way.
import { TOTP } from 'otpauth';
import { type Client, type ClientOptions, createClient } from '../../client/index.ts';
import { eventually } from '../../local/journey-client.ts';
import type { World } from '../../local/world.ts';

export interface Wire {
  readonly fetch: typeof globalThis.fetch;
  /** Method and path of every request, in order. */
  readonly sent: readonly string[];
  readonly headers: readonly Headers[];
}

/** A `fetch` that notes what passes; `change` may replace an answer, or throw as a lost network does. */
export function wire(
  change: (response: Response, path: string, nth: number) => Response | Promise<Response> = (response) =>
    response,
): Wire {
  const sent: string[] = [];
  const headers: Headers[] = [];
  return {
    sent,
    headers,
    fetch: async (input, init) => {
      const { pathname } = new URL(input instanceof Request ? input.url : input);
      sent.push(`${init?.method} ${pathname}`);
      headers.push(new Headers(init?.headers));
      const nth = sent.length;
      return change(await globalThis.fetch(input, init), pathname, nth);
    },
  };
}

/** The same answer with other headers. */
export const withHeaders = (response: Response, change: (headers: Headers) => void): Response => {
  const headers = new Headers(response.headers);
  change(headers);
  return new Response(response.body, { status: response.status, headers });
};

export interface User {
  readonly client: Client;
  readonly wire: Wire;
  readonly email: string;
  readonly userId: string;
  readonly store: Map<string, string>;
  readonly code: () => string;
}

let users = 0;

/** A new user of the client, signed in by a link, with an authenticator app enrolled. */
export async function enrolled(
  world: World,
  options: Partial<ClientOptions> = {},
  through: Wire = wire(),
): Promise<User> {
  users += 1;
  const email = `client.${process.pid}.${users}@example.com`;
  const store = new Map<string, string>();
  const client = createClient({ baseUrl: world.apiUrl, tokenStore: store, fetch: through.fetch, ...options });
  const { userId } = await signIn(world, client, email);
  const { secret } = await client.enrolTotp();
  const totp = new TOTP({ secret });
  await client.confirmTotp({ code: totp.generate() });
  return { client, wire: through, email, userId, store, code: () => totp.generate() };
}

/** Signs in by a link. */
export async function signIn(world: World, client: Client, email: string) {
  const inbox = () => world.stytch.controls.inbox(email);
  const before = inbox().length;
  // Stytch sends one mail a second to an address.
  world.stytch.controls.ageCodes({ to: email, seconds: 60 });
  await client.signUp({ email });
  // The answer never waits for the mail, which under load comes after it.
  await eventually('the mail', 15, async () => (inbox().length > before ? true : undefined));
  return client.completeSignUp(inbox().at(-1)?.token ?? '');
}

/** A later session of one factor: days have passed. */
export async function signInLater(world: World, { client, email, userId }: User): Promise<void> {
  await client.signOut();
  world.stytch.controls.revokeAllSessions(userId);
  world.stytch.controls.ageTotp({ userId, seconds: 3 * 86_400 });
  await signIn(world, client, email);
}

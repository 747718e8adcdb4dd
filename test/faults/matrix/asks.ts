// Who asks our API in the matrix, and for what.
import { randomUUID } from 'node:crypto';
import { routes } from '../../../functions/contract/routes.ts';
import { call, type Exchange, pkce } from '../../../local/journey-client.ts';
import type { World } from '../../../local/world.ts';
import {
  apply,
  emailFactor,
  individual,
  type SignedInUser,
  signedInUser,
  totpFactor,
} from '../../support/world.ts';

/** One request of ours, and whoever sends it. */
export interface Asked {
  readonly user: SignedInUser;
  readonly exchange: Exchange;
  readonly ms: number;
  /** Sends the same again. */
  repeat(apiUrl: string): Promise<Exchange>;
}

export type Ask = (world: World, apiUrl: string, user: SignedInUser) => Promise<Asked>;

async function asked(
  user: SignedInUser,
  send: (apiUrl: string) => Promise<Exchange>,
  apiUrl: string,
): Promise<Asked> {
  const startedAt = performance.now();
  const exchange = await send(apiUrl);
  return { user, exchange, ms: Math.round(performance.now() - startedAt), repeat: send };
}

/** Exchanges the session for a token with one scope. */
export const exchanging =
  (scope: string): Ask =>
  (_world, apiUrl, user) =>
    asked(
      user,
      (url) =>
        call('POST', `${url}${routes.exchangeToken.path}`, {
          bearer: user.sessionJwt,
          body: { scopes: [scope] },
        }),
      apiUrl,
    );

/** Applies, by a new user each time. */
export const submitting = (path: string, bodyFor: (user: SignedInUser) => object): Ask => {
  return async (world, apiUrl) => {
    // Each applies for the first time: what became of the one before is looked at in the end.
    const user = await signedInUser(world);
    const body = bodyFor(user);
    const headers = { 'idempotency-key': randomUUID() };
    return asked(
      user,
      (url) => call('POST', `${url}${path}`, { bearer: user.sessionJwt, body, headers }),
      apiUrl,
    );
  };
};

/** Asks for a magic link: by Stytch's own SDK, unlike the rest. */
export const signingUp: Ask = (_world, apiUrl, user) => {
  const email = `someone.${randomUUID().slice(0, 8)}@example.com`;
  const body = { method: 'email_magic_link', email, codeChallenge: pkce().codeChallenge };
  return asked(user, (url) => call('POST', `${url}${routes.signUp.path}`, { body }), apiUrl);
};

/** Sends the session's token, to keep the session or to end it. */
export const withSessionToken =
  (path: string): Ask =>
  (_world, apiUrl, user) =>
    asked(
      user,
      (url) => call('POST', `${url}${path}`, { body: { sessionToken: user.sessionToken } }),
      apiUrl,
    );

/** A user with a customer, who may exchange. */
export async function makeCustomer(world: World): Promise<SignedInUser> {
  const user = await signedInUser(world);
  const { status, body } = await apply(world, user, individual(user.email));
  if (status !== 201) throw new Error(`no customer: ${status} ${JSON.stringify(body)}`);
  return user;
}

/** A new session of the customer. */
export async function sessionOf(
  { stytch }: World,
  customer: SignedInUser,
  isStrong: boolean,
): Promise<SignedInUser> {
  const factors = isStrong ? [emailFactor, totpFactor] : [emailFactor];
  const session = await stytch.controls.startSession({ userId: customer.userId, factors });
  return { ...customer, ...session };
}

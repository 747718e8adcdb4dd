// Customer tokens: in memory only, one for each combination asked for, of one session alone, renewed before they end.
import type { ExchangeTokenAnswer, ExchangeTokenRequest } from './contract.ts';
import { sessionOf } from './session.ts';
import { abortable, type CallOptions, now, type Send, stringify } from './transport.ts';

export interface Held {
  readonly promise: Promise<ExchangeTokenAnswer>;
  until: number;
}

/** A token with at least a tenth of its life left; parallel calls share one exchange. */
export function createCustomerToken(
  tokens: Map<string, Held>,
  bearer: (options?: CallOptions) => Promise<string>,
  send: Send<'/token'>,
) {
  let owner: string | undefined;
  return async (request: ExchangeTokenRequest, options?: CallOptions): Promise<ExchangeTokenAnswer> => {
    const sessionJwt = await bearer(options);
    const session = sessionOf(sessionJwt);
    if (owner !== session) tokens.clear();
    owner = session;
    const key = stringify({ ...request, scopes: [...request.scopes].sort() });
    let held = tokens.get(key);
    if (!held || held.until < now()) {
      const fresh: Held = { promise: send('/token', { body: request }, sessionJwt), until: Infinity };
      held = fresh;
      tokens.set(key, fresh);
      fresh.promise.then(
        ({ expiresIn }) => (fresh.until = now() + expiresIn * 900),
        () => (fresh.until = 0),
      );
    }
    return abortable(held.promise, options);
  };
}

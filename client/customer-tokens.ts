// Customer tokens: in memory only, one for each combination asked for, of one session alone, renewed before they end.
import type { ExchangeTokenAnswer, ExchangeTokenRequest } from './contract.ts';
import { sessionOf } from './session.ts';
import { abortable, type CallOptions } from './transport.ts';

interface Held {
  readonly token: Promise<ExchangeTokenAnswer>;
  until: number;
}

export function createCustomerTokens(
  bearer: (signal: AbortSignal | undefined) => Promise<string>,
  exchange: (request: ExchangeTokenRequest, sessionJwt: string) => Promise<ExchangeTokenAnswer>,
) {
  const tokens = new Map<string, Held>();
  let owner: string | undefined;
  return {
    /** A token with at least a tenth of its life left; parallel calls share one exchange. */
    async customerToken(request: ExchangeTokenRequest, options?: CallOptions): Promise<ExchangeTokenAnswer> {
      const sessionJwt = await bearer(options?.signal);
      const session = sessionOf(sessionJwt);
      if (owner !== session) tokens.clear();
      owner = session;
      const key = JSON.stringify({ ...request, scopes: [...request.scopes].sort() });
      let held = tokens.get(key);
      if (!held || held.until < Date.now()) {
        const fresh: Held = { token: exchange(request, sessionJwt), until: Infinity };
        held = fresh;
        tokens.set(key, fresh);
        const live = (seconds: number): number => (fresh.until = Date.now() + seconds * 900);
        fresh.token.then(
          ({ expiresIn }) => live(expiresIn),
          () => live(-1),
        );
      }
      return abortable(held.token, options?.signal);
    },
    forget: () => tokens.clear(),
  };
}

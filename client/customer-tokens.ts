// Customer tokens: in memory only, one for each combination asked for, renewed before it ends.
import type { ExchangeTokenAnswer, ExchangeTokenRequest } from './contract.ts';
import { abortable, type CallOptions } from './transport.ts';

interface Held {
  readonly token: Promise<ExchangeTokenAnswer>;
  until: number;
}

export function createCustomerTokens(
  exchange: (request: ExchangeTokenRequest) => Promise<ExchangeTokenAnswer>,
) {
  const tokens = new Map<string, Held>();
  return {
    /** A token with at least a tenth of its life left; parallel calls share one exchange. */
    customerToken(request: ExchangeTokenRequest, options?: CallOptions): Promise<ExchangeTokenAnswer> {
      const key = JSON.stringify({ ...request, scopes: [...request.scopes].sort() });
      let held = tokens.get(key);
      if (!held || held.until < Date.now()) {
        const fresh: Held = { token: exchange(request), until: Infinity };
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

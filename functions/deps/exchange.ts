// The wiring of the exchange.
import { createTokenProvider } from '../adapters/unit/token-provider.ts';
import type { ExchangePorts } from '../core/exchange/exchange-token.ts';
import { once } from '../once.ts';
import { createBase } from './base.ts';

export function createTokenDeps() {
  const base = createBase('token');
  const { gate, counters, unit } = base;
  return {
    ...base,
    standing: gate,
    exchange: once(
      (): ExchangePorts => ({ ...gate(), counters: counters(), tokens: createTokenProvider(unit()) }),
    ),
  };
}

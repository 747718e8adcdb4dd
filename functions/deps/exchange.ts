// The ports of the exchange, beside those that functions share.
import { createTokenProvider } from '../adapters/unit/token-provider.ts';
import type { ExchangePorts } from '../core/exchange/exchange-token.ts';
import { once } from '../once.ts';
import type { Base } from './base.ts';

export const exchangePorts = ({ gate, counters, unit }: Base): (() => ExchangePorts) =>
  once(() => ({ ...gate(), counters: counters(), tokens: createTokenProvider(unit()) }));

// The bare calls over the client that ours uses.
import { sendOverWire } from '../../functions/adapters/wire.ts';
import { bareExchange } from './exchange.ts';

export const handler = bareExchange(async (url, request) => {
  const { chunks } = await sendOverWire(url, { ...request, signal: new AbortController().signal });
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts).toString('utf8');
});

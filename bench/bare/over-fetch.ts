// The bare calls over `fetch`, as most people would make them.
import { bareExchange } from './exchange.ts';

export const handler = bareExchange(async (url, request) => {
  const response = await fetch(url, { ...request, redirect: 'manual' });
  return response.text();
});

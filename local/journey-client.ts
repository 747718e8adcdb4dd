// The journey's app: calls our HTTPS endpoints as a client would, and writes down each request and answer.
import { createHash, randomBytes } from 'node:crypto';
import * as z from 'zod/mini';
import { mask } from './mask.ts';

export interface Exchange {
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** A step that did not end as it must. */
export class JourneyFailed extends Error {}

/** One call; a body makes it JSON. */
export async function call(
  method: string,
  url: string,
  options: { bearer?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Exchange> {
  const { bearer, body, headers = {} } = options;
  const response = await fetch(url, {
    method,
    headers: {
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(30_000),
  });
  const text = await response.text();
  return { method, url, status: response.status, headers: response.headers, body: parse(text) };
}

function parse(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return text;
  }
}

/** The body of an answer that must have this status and this shape. */
export function expectAnswer<Schema extends z.ZodMiniType>(
  exchange: Exchange,
  status: number,
  schema: Schema,
): z.output<Schema> {
  if (exchange.status !== status) {
    throw new JourneyFailed(
      `${exchange.method} ${exchange.url} answered ${exchange.status}, expected ${status}: ${JSON.stringify(mask(exchange.body))}`,
    );
  }
  const parsed = schema.safeParse(exchange.body);
  if (!parsed.success) {
    throw new JourneyFailed(
      `${exchange.method} ${exchange.url}: unexpected body: ${z.prettifyError(parsed.error)}`,
    );
  }
  return parsed.data;
}

/** A PKCE pair (RFC 7636). */
export function pkce(): { codeVerifier: string; codeChallenge: string } {
  const codeVerifier = randomBytes(32).toString('base64url');
  return { codeVerifier, codeChallenge: createHash('sha256').update(codeVerifier).digest('base64url') };
}

/** Tries until the answer is there, or the time is up. */
export async function eventually<T>(
  what: string,
  seconds: number,
  attempt: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const until = Date.now() + seconds * 1000;
  for (;;) {
    const found = await attempt();
    if (found !== undefined) return found;
    if (Date.now() > until) throw new JourneyFailed(`${what} did not happen within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

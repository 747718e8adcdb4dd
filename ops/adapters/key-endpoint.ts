// The endpoint that Unit is to fetch keys from, as anybody sees it, and what time its vendor thinks it is.
import * as z from 'zod/mini';
import { parseJson } from '../../functions/adapters/json.ts';

export interface KeyEndpoint {
  readonly status: number;
  /** Of each key that may sign. */
  readonly algorithms: readonly string[];
  readonly skewSeconds: number | null;
}

const CALL_MS = 5000;
const jwks = z.object({
  keys: z.array(
    z.looseObject({
      kid: z.string(),
      kty: z.string(),
      alg: z.optional(z.string()),
      use: z.optional(z.string()),
    }),
  ),
});

/** Null where nobody answers. */
export async function readKeyEndpoint(url: string): Promise<KeyEndpoint | null> {
  const answer = await get(url);
  if (answer === null) return null;
  const parsed = jwks.safeParse(parseJson(answer.text));
  const keys = parsed.success ? parsed.data.keys : [];
  return {
    status: answer.status,
    algorithms: keys
      .filter(({ use }) => use === undefined || use === 'sig')
      .map(({ alg, kty }) => alg ?? (kty === 'RSA' ? 'RS256' : kty)),
    skewSeconds: answer.skewSeconds,
  };
}

/** Seconds by which the answer's Date is ahead of this machine; null where there is none. */
export const readSkew = async (url: string): Promise<number | null> => (await get(url))?.skewSeconds ?? null;

async function get(url: string) {
  const startedAt = Date.now();
  const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(CALL_MS) }).catch(
    () => null,
  );
  if (response === null) return null;
  const date = Date.parse(response.headers.get('date') ?? '');
  const between = (startedAt + Date.now()) / 2;
  return {
    status: response.status,
    text: await response.text().catch(() => ''),
    // A Date has whole seconds: half of one is what it leaves out on average.
    skewSeconds: Number.isNaN(date) ? null : Math.round((date + 500 - between) / 1000),
  };
}

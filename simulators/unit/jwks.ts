// The identity provider's keys, fetched over HTTP as Unit does and cached for as long as a switch says.
import * as z from 'zod/mini';
import type { World } from './world.ts';

const jwk = z.looseObject({ kid: z.optional(z.string()), kty: z.string(), n: z.string(), e: z.string() });
const jwks = z.looseObject({ keys: z.array(z.looseObject({ kty: z.string() })) });

/** One public key. */
export type Jwk = z.infer<typeof jwk>;

/** A cache of one JWKS, with a count of fetches. */
export class Jwks {
  fetches = 0;
  readonly #world: World;
  readonly #url: (() => string) | undefined;
  #cached: { readonly keys: readonly Jwk[]; readonly at: number } | undefined;

  constructor(world: World, url: (() => string) | undefined) {
    this.#world = world;
    this.#url = url;
  }

  /** Whether the org has JWT settings at all. */
  get isConfigured(): boolean {
    return this.#url !== undefined;
  }

  /** Forgets the cached keys. */
  forget(): void {
    this.#cached = undefined;
  }

  /**
   * The key of this id; one that is missing from the cache causes one new fetch.
   * @throws Error if the keys cannot be fetched
   */
  async key(kid: string): Promise<Jwk | undefined> {
    const { jwksCacheSeconds, jwksRefetchOnUnknownKid } = this.#world.switches;
    const cached = this.#cached;
    const isFresh = cached !== undefined && cached.at + jwksCacheSeconds * 1_000 > this.#world.now();
    if (isFresh) {
      const hit = cached.keys.find((key) => key.kid === kid);
      if (hit !== undefined || !jwksRefetchOnUnknownKid) return hit;
    }
    return (await this.#fetch()).find((key) => key.kid === kid);
  }

  async #fetch(): Promise<readonly Jwk[]> {
    this.fetches += 1;
    const response = await fetch(this.#url?.() ?? '', {
      redirect: 'error',
      signal: AbortSignal.timeout(3_000),
    });
    if (!response.ok) throw new Error(`the JWKS answered ${response.status}`);
    const { keys } = z.parse(jwks, await response.json());
    const usable = keys.flatMap((key): Jwk[] => {
      const parsed = z.safeParse(jwk, key);
      return parsed.success && parsed.data.kty === 'RSA' ? [parsed.data] : [];
    });
    this.#cached = { keys: usable, at: this.#world.now() };
    return usable;
  }
}

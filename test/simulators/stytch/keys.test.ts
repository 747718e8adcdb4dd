import { createHash, X509Certificate } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createLocalJWKSet, jwtVerify } from 'jose';
import * as z from 'zod/mini';
import { Bench, PROJECT_ID } from './bench.ts';

const bench = new Bench();
beforeEach(() => bench.restart());

const jwksShape = z.object({
  keys: z.array(
    z.object({
      kty: z.literal('RSA'),
      use: z.literal('sig'),
      alg: z.literal('RS256'),
      key_ops: z.array(z.string()),
      kid: z.string(),
      n: z.string(),
      e: z.string(),
      x5c: z.array(z.string()),
      x5tS256: z.string(),
    }),
  ),
});

type Jwks = z.infer<typeof jwksShape>;

async function jwks(path = `/v1/sessions/jwks/${PROJECT_ID}`): Promise<Jwks> {
  const response = await bench.simulator.handle(new Request(`http://stytch.simulator${path}`));
  return z.parse(jwksShape, await response.json());
}

async function isGoodFor(jwt: string, keys: Jwks): Promise<boolean> {
  const verified = await jwtVerify(jwt, createLocalJWKSet(keys), { currentDate: new Date(bench.now) }).catch(
    () => undefined,
  );
  return verified !== undefined;
}

describe('the public keys', () => {
  it('are served without credentials in each of the project forms', async () => {
    const keys = await jwks();
    expect(await jwks(`/v1/public/${PROJECT_ID}/.well-known/jwks.json`)).toEqual(keys);
    expect(await jwks('/.well-known/jwks.json')).toEqual(keys);
    expect(keys.keys).toHaveLength(1);
    expect(bench.controls.jwksFetches()).toBe(3);
  });

  it('are found from the discovery document of the project domain', async () => {
    bench.controls.setSwitches({ issuerDomain: 'quiet-river-7.customers.stytch.dev' });
    const discovery = await bench.call('GET /.well-known/openid-configuration');
    expect(discovery.body).toMatchObject({
      issuer: 'https://quiet-river-7.customers.stytch.dev',
      jwks_uri: 'http://stytch.simulator/.well-known/jwks.json',
    });
  });

  it('are not served for another project, nor in the B2B form', async () => {
    const other = await bench.call('GET /v1/sessions/jwks/project-test-other');
    const b2b = await bench.call(`GET /v1/b2b/sessions/jwks/${PROJECT_ID}`);
    expect([other.status, b2b.status]).toEqual([404, 404]);
  });

  it('carry a certificate of the very same key', async () => {
    const [key] = (await jwks()).keys;
    const der = Buffer.from(key?.x5c[0] ?? '', 'base64');
    const certificate = new X509Certificate(der);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.publicKey.export({ format: 'jwk' })).toMatchObject({ n: key?.n, e: key?.e });
    expect(createHash('sha256').update(der).digest('base64url')).toBe(key?.x5tS256);
  });

  it('verify the session JWTs', async () => {
    const signedIn = await bench.signIn('ada@customer.example');
    expect(await isGoodFor(signedIn.text('session_jwt'), await jwks())).toBe(true);
  });
});

describe('rotating the keys', () => {
  let old: Jwks;
  let jwt: string;
  let sessionId: string;

  beforeAll(() => bench.controls.dropOldKeys());
  beforeEach(async () => {
    const signedIn = await bench.signIn('ada@customer.example');
    jwt = signedIn.text('session_jwt');
    sessionId = signedIn.text('session', 'session_id');
    old = await jwks();
    await bench.controls.rotateKeys({ overlapSeconds: 600 });
  });

  it('signs with a new key at once and serves both for the overlap', async () => {
    const both = await jwks();
    const fresh = await bench.controls.sessionJwt(sessionId);
    expect(both.keys).toHaveLength(2);
    expect([await isGoodFor(jwt, both), await isGoodFor(fresh, both)]).toEqual([true, true]);
    expect([await isGoodFor(jwt, old), await isGoodFor(fresh, old)]).toEqual([true, false]);
    bench.pass(600);
    expect((await jwks()).keys).toHaveLength(1);
  });

  it('can end the overlap at once: then an old JWT neither verifies nor refreshes', async () => {
    bench.controls.dropOldKeys();
    expect(await isGoodFor(jwt, await jwks())).toBe(false);
    const answer = await bench.post('/v1/sessions/authenticate', { session_jwt: jwt });
    expect(answer.errorType).toBe('unable_to_parse_session_jwt');
  });
});

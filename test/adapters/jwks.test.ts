import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createKeySet, type KeySet } from '../../functions/adapters/jwks.ts';
import { createSessionJwts } from '../../functions/adapters/stytch/session-jwts.ts';
import { ServiceError } from '../../functions/core/errors.ts';
import type { JwtVerdict, SessionJwts } from '../../functions/core/ports.ts';
import { codeOf, timed } from '../support/adapters-errors.ts';
import { silent } from '../support/adapters-log.ts';
import { answering, hang, inTurn, startRawServer } from '../support/adapters-servers.ts';
import { PROJECT_ID, type StytchBench, startStytch } from '../support/adapters-stytch.ts';

const HOUR = 3600;
const project = { projectId: PROJECT_ID, issuers: [`stytch.com/${PROJECT_ID}`] };

let stytch: StytchBench;
let keys: KeySet;
let jwts: SessionJwts;
let sessionId: string;
/** Seconds by which our own clock is ahead; Stytch's goes with it, so that its JWTs stay good. */
let ahead: number;
const clock = (): number => Date.now() / 1000 + ahead;

beforeAll(async () => {
  stytch = await startStytch();
});
afterAll(() => stytch.close());
beforeEach(async () => {
  ahead = 0;
  stytch.time.aheadMs = 0;
  stytch.controls.reset();
  const { userId } = await stytch.controls.seedUser({ email: 'ada@customer.example' });
  sessionId = (await stytch.controls.startSession({ userId, minutes: 3000 })).sessionId;
  keys = createKeySet(stytch.jwksUrl, clock, silent);
  jwts = createSessionJwts(project, keys, clock);
});

const freshJwt = (): Promise<string> => stytch.controls.sessionJwt(sessionId);

async function isGenuine(jwt?: string): Promise<boolean> {
  return (await jwts.verify(jwt ?? (await freshJwt()))).isGenuine;
}

function pass(seconds: number): void {
  ahead += seconds;
  stytch.time.aheadMs += seconds * 1000;
}

const outage = (times = 1000): void =>
  stytch.controls.faults.arm({
    method: 'GET',
    path: new URL(stytch.jwksUrl).pathname,
    times,
    fault: { kind: 'status', status: 503 },
  });

/** The same JWT under a key id that Stytch never had. */
function invented(jwt: string, i: number): string {
  const [header = '', ...rest] = jwt.split('.');
  const named = { ...JSON.parse(Buffer.from(header, 'base64url').toString()), kid: `jwk-test-invented-${i}` };
  return [Buffer.from(JSON.stringify(named)).toString('base64url'), ...rest].join('.');
}

describe('the signing keys of the Stytch project', () => {
  it('K2 are fetched once for many verifications at the same moment', async () => {
    const jwt = await freshJwt();
    const verdicts = await Promise.all(Array.from({ length: 50 }, () => isGenuine(jwt)));
    expect(verdicts.every(Boolean)).toBe(true);
    expect(stytch.controls.jwksFetches()).toBe(1);
  });

  it('K2 are there before the first request when the container has warmed up', async () => {
    await keys.warm();
    expect(await isGenuine()).toBe(true);
    expect(stytch.controls.jwksFetches()).toBe(1);
  });

  it('K2 are asked for anew when a container wakes whose question was frozen on its way', async () => {
    const answer = await (await fetch(stytch.jwksUrl)).text();
    const server = await startRawServer(inTurn(hang, answering(200, answer)));
    const woken = createSessionJwts(project, createKeySet(`${server.url}/keys`, clock, silent), clock);
    const frozen = Promise.allSettled([woken.verify(await freshJwt())]);
    pass(60);
    const { ms, outcome } = await timed(woken.verify(await freshJwt()));
    expect(outcome).toMatchObject({ value: { isGenuine: true } });
    expect(ms).toBeLessThan(1500);
    await server.close();
    await frozen;
    expect((await woken.verify(await freshJwt())).isGenuine).toBe(true);
  });

  it('K2 stay in memory for an hour and are fetched again after it', async () => {
    expect(await isGenuine()).toBe(true);
    pass(HOUR - 1);
    expect(await isGenuine()).toBe(true);
    expect(stytch.controls.jwksFetches()).toBe(1);
    pass(1);
    expect(await isGenuine()).toBe(true);
    expect(stytch.controls.jwksFetches()).toBe(2);
  });

  it('K5 are fetched anew when a JWT names a key that we have not seen, so that a rotation fails nobody', async () => {
    const before = await freshJwt();
    expect(await isGenuine(before)).toBe(true);
    await stytch.controls.rotateKeys({ overlapSeconds: HOUR });
    const after = await freshJwt();
    const verdicts = await Promise.all([after, before, after, after].map((jwt) => isGenuine(jwt)));
    expect(verdicts).toEqual([true, true, true, true]);
    expect(stytch.controls.jwksFetches()).toBe(2);
  });

  it('K5 are forgotten when Stytch no longer lists them', async () => {
    const before = await freshJwt();
    expect(await isGenuine(before)).toBe(true);
    await stytch.controls.rotateKeys({ overlapSeconds: HOUR });
    stytch.controls.dropOldKeys();
    expect(await isGenuine()).toBe(true);
    expect(await isGenuine(before)).toBe(false);
  });

  it('K4 are fetched at most once in 30 seconds, however many key ids a flood invents', async () => {
    const jwt = await freshJwt();
    await keys.warm();
    const flood = () => Promise.all(Array.from({ length: 1000 }, (_, i) => isGenuine(invented(jwt, i))));
    expect((await flood()).some(Boolean)).toBe(false);
    expect(stytch.controls.jwksFetches()).toBe(2);
    pass(29);
    await flood();
    expect(stytch.controls.jwksFetches()).toBe(2);
    pass(1);
    await flood();
    expect(stytch.controls.jwksFetches()).toBe(3);
  });

  it('K4 still prove genuine sessions during such a flood', async () => {
    const jwt = await freshJwt();
    const flood = Array.from({ length: 200 }, (_, i) => isGenuine(invented(jwt, i)));
    expect(await isGenuine(jwt)).toBe(true);
    expect((await Promise.all(flood)).some(Boolean)).toBe(false);
  });

  it('K3 serve for one more day while Stytch cannot be reached, say how stale they are, and then prove nothing', async () => {
    expect(jwts.staleSeconds()).toBe(0);
    expect(await isGenuine()).toBe(true);
    outage();
    pass(HOUR - 1);
    expect(await isGenuine()).toBe(true);
    expect(jwts.staleSeconds()).toBe(0);
    pass(24 * HOUR);
    expect(await isGenuine()).toBe(true);
    expect(jwts.staleSeconds()).toBeCloseTo(24 * HOUR - 1, -1);
    pass(1);
    expect(await codeOf(jwts.verify(await freshJwt()))).toBe('upstream_unavailable');
    stytch.controls.faults.heal();
    expect(await isGenuine()).toBe(true);
    expect(jwts.staleSeconds()).toBeLessThan(HOUR);
  });

  it('K3 serve at once in an outage: Stytch is asked again no sooner than 30 seconds later', async () => {
    expect(await isGenuine()).toBe(true);
    outage();
    pass(HOUR);
    const jwt = await freshJwt();
    expect((await Promise.all(Array.from({ length: 10 }, () => isGenuine(jwt)))).every(Boolean)).toBe(true);
    pass(29);
    expect(await isGenuine()).toBe(true);
    expect(stytch.controls.jwksFetches()).toBe(2);
    stytch.controls.faults.heal();
    pass(1);
    expect(await isGenuine()).toBe(true);
    expect(stytch.controls.jwksFetches()).toBe(3);
  });

  it('K4 call nobody a forger while Stytch cannot be asked for a key that we do not know', async () => {
    await keys.warm();
    await stytch.controls.rotateKeys({ overlapSeconds: HOUR });
    outage(1);
    const rotated = await freshJwt();
    expect(await codeOf(jwts.verify(rotated))).toBe('upstream_unavailable');
    expect(await codeOf(jwts.verify(rotated))).toBe('upstream_unavailable');
    expect(stytch.controls.jwksFetches()).toBe(2);
    pass(30);
    expect(await isGenuine()).toBe(true);
  });

  it('K5 are asked for again a second after Stytch could not give them, and not each time', async () => {
    await keys.warm();
    await stytch.controls.rotateKeys({ overlapSeconds: HOUR });
    outage();
    const rotated = await freshJwt();
    const refused = () => codeOf(jwts.verify(rotated));
    expect([await refused(), await refused(), await refused()]).toEqual(
      Array(3).fill('upstream_unavailable'),
    );
    expect(stytch.controls.jwksFetches()).toBe(2);
    stytch.controls.faults.heal();
    pass(1);
    expect(await isGenuine(rotated)).toBe(true);
    expect(stytch.controls.jwksFetches()).toBe(3);
  });

  it('D3 hand on how long Stytch asks us to wait', async () => {
    const server = await startRawServer(answering(429, {}, { 'retry-after': '7' }));
    const [outcome] = await Promise.allSettled([createKeySet(server.url, clock, silent).warm()]);
    await server.close();
    expect(outcome).toMatchObject({ reason: { details: { retryAfterSeconds: 7 } } });
  });

  it('refuse to guess when they were never fetched, and a failed fetch is not kept', async () => {
    outage(1);
    expect(await codeOf(jwts.verify(await freshJwt()))).toBe('upstream_unavailable');
    expect(await isGenuine()).toBe(true);
  });

  it('J4 are not fetched for text that is no JWT', async () => {
    expect((await jwts.verify('not.a.jwt')).isGenuine).toBe(false);
    expect((await jwts.verify('')).isGenuine).toBe(false);
    expect(stytch.controls.jwksFetches()).toBe(0);
  });
});

describe('a key endpoint that answers nonsense', () => {
  const withAnswer = async (body: unknown, status = 200) => {
    const server = await startRawServer(answering(status, body));
    const verifier = createSessionJwts(project, createKeySet(server.url, clock, silent), clock);
    const [outcome] = await Promise.allSettled([verifier.verify(await freshJwt())]);
    await server.close();
    return outcome;
  };

  const wordFor = (outcome: PromiseSettledResult<JwtVerdict>): string => {
    if (outcome.status === 'fulfilled') return outcome.value.isGenuine ? 'genuine' : 'not genuine';
    return outcome.reason instanceof ServiceError ? outcome.reason.code : `unexpected: ${outcome.reason}`;
  };

  it.each([
    ['no JSON', 'keys'],
    ['no list of keys', { keys: 'none' }],
    ['an empty list', { keys: [] }],
    ['a key without an id', { keys: [{ kty: 'RSA' }] }],
    ['null', null],
  ])('O10 is a fault of the vendor: %s', async (_, body) => {
    expect(await withAnswer(body)).toMatchObject({
      status: 'rejected',
      reason: { code: 'upstream_unavailable' },
    });
  });

  it('O10 is a fault of the vendor also with an error status around a good list', async () => {
    const good: unknown = await (await fetch(stytch.jwksUrl)).json();
    expect(await withAnswer(good, 500)).toMatchObject({ reason: { code: 'upstream_unavailable' } });
    expect(await withAnswer(good)).toMatchObject({ status: 'fulfilled', value: { isGenuine: true } });
  });

  it.each([
    ['an RSA key without its numbers', { kty: 'RSA' }],
    ['an RSA key of garbage', { kty: 'RSA', n: '!', e: '!' }],
    ['a symmetric key', { kty: 'oct', k: 'c2VjcmV0' }],
    ['a key of an unknown kind', { kty: 'XYZ' }],
  ])('J1 proves nothing by %s, and blames nobody else', async (_, key) => {
    const { kid } = JSON.parse(Buffer.from((await freshJwt()).split('.')[0] ?? '', 'base64url').toString());
    const outcome = await withAnswer({ keys: [{ ...key, kid, alg: 'RS256', use: 'sig' }] });
    expect(['not genuine', 'upstream_unavailable']).toContain(wordFor(outcome));
  });

  it('K2 is given two seconds', async () => {
    const server = await startRawServer(hang);
    const { ms, outcome } = await timed(createKeySet(server.url, clock, silent).warm());
    await server.close();
    expect(outcome).toMatchObject({ reason: { code: 'upstream_timeout' } });
    expect(ms).toBeGreaterThan(1900);
    expect(ms).toBeLessThan(2500);
  });
});

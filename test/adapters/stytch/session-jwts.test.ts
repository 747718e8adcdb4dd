import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createKeySet } from '../../../functions/adapters/jwks.ts';
import { createSessionJwts } from '../../../functions/adapters/stytch/session-jwts.ts';
import type { SessionJwts } from '../../../functions/core/ports.ts';
import { type LookAlikeKind, lookAlikeKinds } from '../../../simulators/stytch/look-alikes.ts';
import { silent } from '../../support/adapters-log.ts';
import { answering, startRawServer } from '../../support/adapters-servers.ts';
import { PROJECT_ID, type StytchBench, startStytch } from '../../support/adapters-stytch.ts';

/** The project's own issuer, and that of its custom domain. */
const ours = { projectId: PROJECT_ID, issuers: [`stytch.com/${PROJECT_ID}`, 'https://login.bank.example'] };

let stytch: StytchBench;
let jwts: SessionJwts;
let user: { userId: string; sessionId: string; sessionJwt: string; totpId: string; emailId: string };
/** Our own clock, against Stytch's. */
let ahead = 0;

beforeAll(async () => {
  stytch = await startStytch();
  const clock = () => Date.now() / 1000 + ahead;
  jwts = createSessionJwts(ours, createKeySet(stytch.jwksUrl, clock, silent), clock);
  const seeded = await stytch.controls.seedUser({ email: 'ada@customer.example', totp: true });
  const session = await stytch.controls.startSession({
    userId: seeded.userId,
    factors: [
      { type: 'magic_link', deliveryMethod: 'email', ageSeconds: 60 },
      { type: 'totp', deliveryMethod: 'authenticator_app', ageSeconds: 5 },
    ],
    ageSeconds: 60,
    minutes: 30,
  });
  user = { ...session, userId: seeded.userId, totpId: seeded.totpId ?? '', emailId: seeded.emailId ?? '' };
});
afterAll(() => stytch.close());

type Claims = Readonly<Record<string, unknown>>;

/** A JWT that Stytch signed over the session's claims with these changes; null takes one out. */
const signed = (claims: Claims = {}, sessionClaim: Claims = {}): Promise<string> =>
  stytch.controls.mintLookAlike({ kind: 'genuine', sessionId: user.sessionId, claims, sessionClaim });

const lookAlike = (kind: LookAlikeKind): Promise<string> =>
  stytch.controls.mintLookAlike({ kind, sessionId: user.sessionId });

async function reasonOf(jwt: string): Promise<string> {
  const verdict = await jwts.verify(jwt);
  return verdict.isGenuine ? 'genuine' : verdict.reason;
}

const seconds = (): number => Math.floor(Date.now() / 1000);

describe('a session JWT of Stytch', () => {
  it('J1 is taken, and says who, which session, since when and by which factors', async () => {
    const verdict = await jwts.verify(user.sessionJwt);
    expect(verdict).toEqual({
      isGenuine: true,
      session: {
        stytchUserId: user.userId,
        sessionId: user.sessionId,
        startedAt: expect.any(Number),
        expiresAt: expect.any(Number),
        factors: [
          { kind: 'email', factorId: user.emailId, lastAuthenticatedAt: expect.any(Number) },
          { kind: 'totp', factorId: user.totpId, lastAuthenticatedAt: expect.any(Number) },
        ],
        sessionJwt: user.sessionJwt,
      },
    });
  });

  it('F2 tells the age of each factor, not that of the JWT', async () => {
    const verdict = await jwts.verify(await stytch.controls.sessionJwt(user.sessionId));
    const ages = verdict.isGenuine
      ? verdict.session.factors.map(({ lastAuthenticatedAt }) => seconds() - (lastAuthenticatedAt ?? 0))
      : [];
    expect(ages[0]).toBeGreaterThanOrEqual(59);
    expect(ages[1]).toBeGreaterThanOrEqual(4);
    expect(ages[1]).toBeLessThan(59);
  });

  it('J1 may come from the custom domain of the project', async () => {
    expect(await reasonOf(await signed({ iss: 'https://login.bank.example' }))).toBe('genuine');
  });

  it('J1 may name further audiences beside our project', async () => {
    expect(await reasonOf(await lookAlike('second_audience'))).toBe('genuine');
    expect(await reasonOf(await signed())).toBe('genuine');
  });

  it.each(lookAlikeKinds.filter((kind) => kind !== 'genuine' && kind !== 'second_audience'))(
    'J1-J3 is refused when it is a look-alike: %s',
    async (kind) => {
      expect(await reasonOf(await lookAlike(kind))).not.toBe('genuine');
    },
  );

  it.each<[string, Claims]>([
    ['an audience that is text and no list', { aud: PROJECT_ID }],
    ['an empty list of audiences', { aud: [] }],
    ['an audience that only begins like ours', { aud: [`${PROJECT_ID}-2`] }],
    ['an issuer with a scheme', { iss: `https://stytch.com/${PROJECT_ID}` }],
    ['an issuer with a slash at its end', { iss: `stytch.com/${PROJECT_ID}/` }],
    ['the custom domain with a slash at its end', { iss: 'https://login.bank.example/' }],
    ['the custom domain without its scheme', { iss: 'login.bank.example' }],
    ['the issuer of another host', { iss: `stytch.example/${PROJECT_ID}` }],
    ['an issuer that is a list', { iss: [`stytch.com/${PROJECT_ID}`] }],
    ['no expiry', { exp: null }],
    ['an expiry that is text', { exp: '4102444800' }],
    ['no subject', { sub: null }],
    ['an empty subject', { sub: '' }],
    ['a subject that is a number', { sub: 7 }],
    ['no time of issue', { iat: null }],
    ['no beginning', { nbf: null }],
    ['a client id, as Connected Apps have', { client_id: 'connected-app-test-1' }],
    ['an empty client id', { client_id: '' }],
    ['a scope, as M2M tokens have', { scope: 'read:users' }],
    ['no session claim', { 'https://stytch.com/session': null }],
    ['a session claim that is text', { 'https://stytch.com/session': 'session-test-1' }],
  ])('J1-J3 is refused with %s', async (_, claims) => {
    expect(await reasonOf(await signed(claims))).not.toBe('genuine');
  });

  it.each<[string, Claims]>([
    ['without an id', { id: null }],
    ['with an empty id', { id: '' }],
    ['without an end', { expires_at: null }],
    ['with an end that cannot be read', { expires_at: 'tomorrow' }],
    ['without a beginning', { started_at: null }],
    ['that is over', { expires_at: new Date(Date.now() - 1000).toISOString() }],
    ['without a list of factors', { authentication_factors: null }],
    ['with a factor that is no object', { authentication_factors: ['totp'] }],
  ])('J3 is refused with a session %s', async (_, sessionClaim) => {
    expect(await reasonOf(await signed({}, sessionClaim))).not.toBe('genuine');
  });

  it('J2 is refused when it would live longer than five minutes', async () => {
    const iat = seconds();
    expect(await reasonOf(await signed({ iat, nbf: iat, exp: iat + 300 }))).toBe('genuine');
    expect(await reasonOf(await signed({ iat, nbf: iat, exp: iat + 301 }))).toBe('life_too_long');
    expect(await reasonOf(await signed({ iat: iat - 250, nbf: iat, exp: iat + 51 }))).toBe('life_too_long');
  });

  it('J2 is refused when it was issued ahead of our clock by more than five seconds', async () => {
    const now = seconds();
    const at = (iat: number) => signed({ iat, nbf: now, exp: iat + 300 });
    expect(await reasonOf(await at(now + 3))).toBe('genuine');
    expect(await reasonOf(await at(now + 30))).toBe('issued_ahead');
  });

  it('J2 is refused before its beginning and after its end, with five seconds of skew', async () => {
    const now = seconds();
    const lives = (nbf: number, exp: number) => signed({ iat: now - 100, nbf, exp });
    expect(await reasonOf(await lives(now + 3, now + 100))).toBe('genuine');
    expect(await reasonOf(await lives(now + 30, now + 100))).not.toBe('genuine');
    expect(await reasonOf(await lives(now - 100, now - 2))).toBe('genuine');
    expect(await reasonOf(await lives(now - 100, now - 30))).toBe('err_jwt_expired');
  });

  it('J2 ends after five minutes although its session goes on', async () => {
    const jwt = await stytch.controls.sessionJwt(user.sessionId);
    ahead = 310;
    const late = await reasonOf(jwt);
    ahead = 0;
    expect(late).toBe('err_jwt_expired');
    expect(await reasonOf(jwt)).toBe('genuine');
  });

  it.each([
    ['empty text', ''],
    ['two parts', 'e30.e30'],
    ['three empty parts', '..'],
    ['parts that are no base64url', '!.!.!'],
    ['a header that is no JSON', `${Buffer.from('{').toString('base64url')}.e30.e30`],
    ['a header that is a list', `${Buffer.from('[]').toString('base64url')}.e30.e30`],
    ['an encrypted JWT of five parts', 'e30.e30.e30.e30.e30'],
  ])('J4 is refused without an error when it is %s', async (_, text) => {
    expect(await reasonOf(text)).not.toBe('genuine');
  });

  it.each(['kid', 'alg'])('J1 is refused when its header names no text as %s', async (name) => {
    const [header = '', ...rest] = user.sessionJwt.split('.');
    const changed = { ...JSON.parse(Buffer.from(header, 'base64url').toString()), [name]: 5 };
    const jwt = [Buffer.from(JSON.stringify(changed)).toString('base64url'), ...rest].join('.');
    expect(await reasonOf(jwt)).not.toBe('genuine');
  });

  it.each(['ps256', 'rs384'] as const)(
    'J1 is refused when it is signed with the right key by %s, even if the key does not say what it is for',
    async (kind) => {
      const text = await (await fetch(stytch.jwksUrl)).text();
      const served: Record<string, string>[] = JSON.parse(text).keys;
      const bare = served.map(({ kty, kid, n, e }) => ({ kty, kid, n, e }));
      const server = await startRawServer(answering(200, { keys: bare }));
      const clock = () => Date.now() / 1000;
      const verifier = createSessionJwts(ours, createKeySet(server.url, clock, silent), clock);
      const genuine = await verifier.verify(user.sessionJwt);
      const forged = await verifier.verify(await lookAlike(kind));
      await server.close();
      expect([genuine.isGenuine, forged.isGenuine]).toEqual([true, false]);
    },
  );

  it('J1 is refused when one letter of its signature is another', async () => {
    const [header, claims, signature = ''] = user.sessionJwt.split('.');
    const other = signature.startsWith('A') ? 'B' : 'A';
    expect(await reasonOf(`${header}.${claims}.${other}${signature.slice(1)}`)).not.toBe('genuine');
  });

  it('J3 never shows a claim beside those that the rules read, such as one that says "stepped up"', async () => {
    const verdict = await jwts.verify(await signed({ stepped_up: true, roles: ['admin'] }));
    expect(JSON.stringify(verdict.isGenuine && { ...verdict.session, sessionJwt: '' })).not.toMatch(
      /stepped_up|admin/,
    );
  });

  it('INV5 gives a reason for the log that holds nothing of the JWT', async () => {
    const reason = await reasonOf(await signed({ sub: '', iss: 'stytch.com/somebody-else' }));
    expect(reason).toMatch(/^[a-z_]+$/);
  });
});

describe('the user whom Stytch publishes for tests', () => {
  const PUBLISHED = 'e3795c81-f849-4167-bfda-e4a6e9c280fd';
  const projects = [
    ['live', 'project-live-6f2c1d4e-9b7a-4c55-8f3e-1a2b3c4d5e6f', 'sandbox_user'],
    ['test', PROJECT_ID, 'genuine'],
  ] as const;

  it.each(projects)(
    'is refused beside real money and taken in tests: %s',
    async (environment, project, word) => {
      const other = await startStytch(project);
      const clock = () => Date.now() / 1000;
      const verifier = createSessionJwts(
        { projectId: project, issuers: [`stytch.com/${project}`] },
        createKeySet(other.jwksUrl, clock, silent),
        clock,
      );
      const wordFor = async (userId: string): Promise<string> => {
        const seeded = await other.controls.seedUser({ userId, email: `${userId}@customer.example` });
        const { sessionJwt } = await other.controls.startSession({ userId: seeded.userId });
        const verdict = await verifier.verify(sessionJwt);
        return verdict.isGenuine ? 'genuine' : verdict.reason;
      };
      const words = [
        await wordFor(`user-${environment}-${PUBLISHED}`),
        await wordFor(`user-${environment}-00000000-0000-4000-8000-000000000000`),
      ];
      await other.close();
      expect(words).toEqual([word, 'genuine']);
    },
  );
});

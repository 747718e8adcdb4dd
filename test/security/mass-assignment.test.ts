// O3, A15.3.3: fields that a body does not declare, on every route with a JSON body, at the top and inside.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type * as z from 'zod/mini';
import { problemBody } from '../../functions/contract/problems.ts';
import { type RouteName, routes } from '../../functions/contract/routes.ts';
import type { World } from '../../local/world.ts';
import { attack, type Customer, customer, exchange, vendorCallsFrom } from '../support/attacks.ts';
import { expectProblem } from '../support/problems.ts';
import { api, field, newcomer, startSecurityWorld } from '../support/security.ts';
import { apply, individual, type SignedInUser, signedInUser } from '../support/world.ts';

let world: World;
let victim: Customer;
let user: SignedInUser;
beforeAll(async () => {
  world = await startSecurityWorld();
  victim = await customer(world);
  user = await signedInUser(world);
});
afterAll(() => world.close());

/** What somebody would love to set, in the spelling of each party. */
const smuggled: Readonly<Record<string, unknown>> = {
  jwtSubject: 'user-test-00000000-0000-4000-8000-000000000001',
  jwt_subject: 'user-test-00000000-0000-4000-8000-000000000001',
  sub: 'user-test-00000000-0000-4000-8000-000000000001',
  userId: 'user-test-00000000-0000-4000-8000-000000000001',
  user_id: 'user-test-00000000-0000-4000-8000-000000000001',
  stytchUserId: 'user-test-00000000-0000-4000-8000-000000000001',
  sessionId: 'session-test-00000000-0000-4000-8000-000000000001',
  session_id: 'session-test-00000000-0000-4000-8000-000000000001',
  session_duration_minutes: 527_040,
  session_custom_claims: { steppedUp: true },
  customerIds: ['1'],
  unitCustomerId: '1',
  unitApplicationId: '1',
  applicationId: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  tags: { bridgeApplicationId: 'x' },
  ip: '203.0.113.9',
  idempotencyKey: 'another-key-of-many-letters',
  applicantDetails: { jwtSubject: 'user-test-00000000-0000-4000-8000-000000000001' },
  settingsOverride: { redirectUrl: 'https://evil.example/' },
  allowedApplicationTypes: ['Business'],
  status: 'Approved',
  evaluationParams: { useSelfieVerification: 'Never' },
  powerOfAttorneyAgent: {},
  soleProprietorship: true,
  scope: 'customers-write',
  upgradableScope: 'customers-write',
  jwtToken: 'eyJhbGciOiJub25lIn0.e30.',
  verificationToken: 'x',
  verificationCode: '000001',
  trusted_metadata: { isAdmin: true },
  roles: ['admin'],
  is_locked: false,
  verified: true,
  factors: [{ kind: 'totp' }],
  policy: 'any-session',
  stytch_user: {},
  constructor: { prototype: { isAdmin: true } },
  toString: 'x',
  'a/b~c': 1,
};

/** A body of each route that its schema accepts, by route; several where there are several forms. */
const bodies = {
  signUp: () => [
    { method: 'email_magic_link', email: 'a@example.com', codeChallenge: 'c'.repeat(43) },
    { method: 'email_otp', email: 'a@example.com' },
  ],
  authenticate: () => [
    { method: 'email_magic_link', token: 'x', codeVerifier: 'v'.repeat(43) },
    { method: 'email_otp', challengeId: 'x', code: '123456' },
  ],
  refresh: () => [{ sessionToken: 'x' }],
  revoke: () => [{ sessionToken: 'x' }],
  confirmTotp: () => [{ code: '123456' }],
  enrolSms: () => [{ phoneNumber: '+14155550100' }],
  confirmSms: () => [{ challengeId: 'x', code: '123456' }],
  confirmPasskey: () => [{ credential }],
  challenge: () => [{ factor: 'sms', factorId: 'x' }, { factor: 'passkey' }],
  stepUp: () => [
    { factor: 'totp', code: '123456' },
    { factor: 'sms', challengeId: 'x', code: '123456' },
    { factor: 'passkey', credential },
    { factor: 'recovery_code', recoveryCode: 'aaaa-bbbb-cccc' },
  ],
  openForm: () => [
    { type: 'individual', prefill: { email: user.email } },
    { type: 'business', prefill: { name: 'Okafor Woodworks', contact: { email: user.email } } },
  ],
  apply: () => [individual(user.email), { ...individual(user.email), type: 'sole_proprietor' }],
  exchangeToken: () => [{ scopes: ['cards'], resources: [{ type: 'card', ids: ['1'] }] }],
} as const satisfies Partial<Record<RouteName, () => readonly object[]>>;

const credential = { id: 'x', rawId: 'x', type: 'public-key', response: {} };

type BodyRoute = keyof typeof bodies;
const bodyRoutes = Object.keys(bodies) as BodyRoute[];

const send = (name: BodyRoute, body: object) => {
  const { method, path, authentication } = routes[name];
  const bearer = authentication === 'session' ? user.sessionJwt : undefined;
  return api(world, method, path, bearer, body, { 'idempotency-key': randomUUID() });
};

const pointerOf = (name: string): string => (/^[\w-]+$/.test(name) ? `/${name}` : '/');

describe('undeclared fields', () => {
  it('O3 every route with a JSON body is attacked here', () => {
    const withBody = (Object.keys(routes) as RouteName[]).filter((name) => routes[name].body === 'json');
    expect([...bodyRoutes].sort()).toEqual(withBody.sort());
  });

  for (const name of bodyRoutes) {
    attack(
      `O3 ${routes[name].method} ${routes[name].path} with fields that it does not declare`,
      { stoppedBy: 'declared-fields' },
      async () => {
        const calls = vendorCallsFrom(world);
        for (const body of bodies[name]()) {
          for (const [field, value] of Object.entries(smuggled)) {
            const refused = await send(name, { ...body, [field]: value });
            expectProblem(refused, 'invalid_request', field);
            // A union cannot say which of its forms was meant.
            const { errors } = problemBody.parse(refused.body);
            if (name !== 'revoke') expect(errors?.map(({ pointer }) => pointer)).toContain(pointerOf(field));
          }
        }
        expect(calls()).toMatchObject({ stytch: [], unit: [] });
      },
    );
  }

  attack('O3 undeclared fields inside the objects of a body', { stoppedBy: 'declared-fields' }, async () => {
    const calls = vendorCallsFrom(world);
    const whole = individual(user.email);
    for (const inner of ['fullName', 'phone', 'address'] as const) {
      for (const [field, value] of Object.entries(smuggled)) {
        const refused = await send('apply', { ...whole, [inner]: { ...whole[inner], [field]: value } });
        expectProblem(refused, 'invalid_request', `${inner}.${field}`);
      }
    }
    for (const [field, value] of Object.entries(smuggled)) {
      const resources = [{ type: 'card', ids: ['1'], [field]: value }];
      expectProblem(await send('exchangeToken', { scopes: ['cards'], resources }), 'invalid_request', field);
    }
    expect(calls()).toMatchObject({ stytch: [], unit: [] });
  });
});

/** What of an applicant belongs to Unit's page alone, or to nobody. */
const identities = { ssn: '078051120', ein: '123456789', passport: 'X1234567', dateOfBirth: '1991-04-23' };

describe('what a form shows at first', () => {
  const openForm = (type: string, prefill: object) => send('openForm', { type, prefill });

  attack(
    'O3 INV5 subjects, settings and identity numbers inside a prefill, on each of its levels',
    { stoppedBy: 'declared-fields' },
    async () => {
      const calls = vendorCallsFrom(world);
      for (const [field, value] of Object.entries({ ...smuggled, ...identities })) {
        const bad = { [field]: value };
        const refusals = [
          await openForm('individual', bad),
          await openForm('sole_proprietor', { fullName: { first: 'Ada', last: 'Okafor', ...bad } }),
          await openForm('business', bad),
          await openForm('business', { contact: bad }),
          await openForm('business', { phone: { countryCode: '1', number: '5555550142', ...bad } }),
        ];
        for (const refused of refusals) {
          expectProblem(refused, 'invalid_request', field);
          expect(JSON.stringify(refused.body)).not.toMatch(/078051120|123456789|X1234567|1991-04-23/);
        }
      }
      expect(calls()).toMatchObject({ stytch: [], unit: [] });
    },
  );
});

describe('what passes', () => {
  const lastBody = (path: RegExp): unknown =>
    world.unit.controls.requests().findLast((request) => path.test(request.path))?.body;

  it('O3 Unit gets the declared fields of an application, and of ours subject, key, tag and address alone', async () => {
    const applicant = await signedInUser(world);
    const body = individual(applicant.email);
    expect(await apply(world, applicant, body)).toMatchObject({ status: 201 });
    const { type: _type, ...declared } = body;
    expect(lastBody(/^\/applications$/)).toEqual({
      data: {
        type: 'individualApplication',
        attributes: {
          ...declared,
          ssn: '***',
          dateOfBirth: '***',
          jwtSubject: applicant.userId,
          idempotencyKey: expect.stringMatching(/^[A-Z2-7]{26}$/),
          ip: expect.stringMatching(/127\.0\.0\.1$/),
          tags: { bridgeApplicationId: expect.stringMatching(/^[A-Z2-7]{26}$/) },
        },
      },
    });
  });

  it('O3 Unit gets the declared fields of a form, and of ours subject, key, tag and kinds alone', async () => {
    const applicant = await signedInUser(world);
    const opened = await api(
      world,
      'POST',
      '/v1/application-forms',
      applicant.sessionJwt,
      {
        type: 'business',
        redirectUrl: 'http://localhost:4400/callback',
        prefill: { name: 'Okafor Woodworks', contact: { fullName: { first: 'Ada', last: 'Okafor' } } },
      },
      { 'idempotency-key': randomUUID() },
    );
    expect(opened.status).toBe(201);
    const applicationId = field(opened, 'applicationId');
    const contact = {
      fullName: { first: 'Ada', last: 'Okafor' },
      email: applicant.email,
      jwtSubject: applicant.userId,
    };
    expect(lastBody(/^\/application-forms$/)).toEqual({
      data: {
        type: 'applicationForm',
        attributes: {
          idempotencyKey: applicationId,
          jwtSubject: applicant.userId,
          tags: { bridgeApplicationId: applicationId },
          allowedApplicationTypes: ['Business', 'MultipleMemberBusiness', 'SingleMemberBusiness'],
          applicantDetails: { name: 'Okafor Woodworks', contact },
          settingsOverride: { redirectUrl: 'http://localhost:4400/callback' },
        },
      },
    });
  });

  it('O3 Unit gets scope, JWT, life and resources of a token, never upgradableScope', async () => {
    const [card] = world.unit.controls.cards(victim.customerId);
    const resources = [{ type: 'card', ids: [card?.id] }];
    await exchange(world, victim.sessionJwt, { scopes: ['cards', 'accounts'], resources });
    expect(lastBody(/\/token$/)).toEqual({
      data: {
        type: 'customerToken',
        attributes: { scope: 'cards accounts', jwtToken: '***', expiresIn: expect.any(Number), resources },
      },
    });
  });

  it('O3 no answer holds a field that its schema does not declare', async () => {
    const newest = await newcomer(world);
    const answers = [
      ['me', await api(world, 'GET', '/v1/me', victim.sessionJwt)],
      ['listFactors', await api(world, 'GET', '/v1/factors', victim.sessionJwt)],
      ['enrolTotp', await api(world, 'POST', '/v1/factors/totp', newest.sessionJwt)],
      ['exchangeToken', await exchange(world, victim.sessionJwt)],
      ['refresh', await send('refresh', { sessionToken: newest.sessionToken })],
      ['signUp', await send('signUp', { method: 'email_otp', email: 'declared@example.com' })],
    ] as const;
    for (const [name, { status, body }] of answers) {
      const declared: Partial<Record<number, z.ZodMiniType | null>> = routes[name].answers;
      expect({ name, body: declared[status]?.parse(body) }).toEqual({ name, body });
    }
  });
});

// INV1: forms, documents and cancelling by sessions that are too weak, too old, stolen or over.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Exchange } from '../../local/journey-client.ts';
import type { World } from '../../local/world.ts';
import { attack, expectRefused, type Refusal } from '../support/attacks.ts';
import {
  type Applicant,
  applicant,
  cancel,
  changesAtUnit,
  documentPath,
  put,
  randomFile,
  ssns,
} from '../support/documents.ts';
import { api, askStytch, field, startSecurityWorld } from '../support/security.ts';
import { factor } from '../support/weak-sessions.ts';
import { emailFactor, signedInUser, totpFactor } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startSecurityWorld({ submissionsPerDay: 1000, uploadsPerDay: 1000 });
  world.unit.controls.switches.preventDuplicateIndividualApplications = false;
});
afterAll(() => world.close());

type Act = readonly [what: string, run: (one: Applicant, sessionJwt: string) => Promise<Exchange>];

/** Cancelling last: nothing can follow it. */
const acts: readonly Act[] = [
  [
    'a form of a business',
    (_, sessionJwt) =>
      api(
        world,
        'POST',
        '/v1/application-forms',
        sessionJwt,
        { type: 'business' },
        {
          'idempotency-key': randomUUID(),
        },
      ),
  ],
  ['a front', (one, jwt) => put(world, documentPath(one), jwt, 'image/png', randomFile('image/png'))],
  ['a back', (one, jwt) => put(world, documentPath(one, 'back'), jwt, 'image/png', randomFile('image/png'))],
  ['a cancellation', (one, sessionJwt) => cancel(world, { ...one.user, sessionJwt }, one.applicationId)],
];

/** What Unit was asked to open, take or cancel. */
const asked = (): number =>
  changesAtUnit(world) +
  world.unit.controls.requests().filter(({ path }) => path === '/application-forms').length;

async function expectAllRefused(one: Applicant, sessionJwt: string, refusal: Refusal): Promise<void> {
  const before = asked();
  for (const [, run] of acts) await expectRefused(world, await run(one, sessionJwt), refusal);
  expect(asked()).toBe(before);
}

const tooWeak = { code: 'insufficient_user_authentication', reason: 'presented_jwt' } as const;

const waiting = (): Promise<Applicant> => applicant(world, ssns.wantsIdDocument);

type Factors = Parameters<World['stytch']['controls']['startSession']>[0]['factors'];
const session = async ({ user: { userId } }: Applicant, factors: Factors) =>
  (await world.stytch.controls.startSession({ userId, factors })).sessionJwt;

it('the controls: the applicant, stepped up within the hour, may do each of them', async () => {
  const one = await waiting();
  const sessionJwt = await session(one, [
    { ...emailFactor, ageSeconds: 40_000 },
    { ...totpFactor, ageSeconds: 3500 },
  ]);
  const statuses: number[] = [];
  for (const [, run] of acts) statuses.push((await run(one, sessionJwt)).status);
  // Unit decides after the back, and may decide before the cancellation comes.
  expect(statuses.slice(0, 3)).toEqual([201, 200, 200]);
  expect([200, 409]).toContain(statuses[3]);
});

describe('INV1 forms, documents and cancelling', () => {
  attack('by the inbox alone', { stoppedBy: 'first-verdict' }, async () => {
    const one = await waiting();
    await expectAllRefused(one, await session(one, [emailFactor]), tooWeak);
  });

  attack('by a device alone', { stoppedBy: 'two-classes' }, async () => {
    const one = await waiting();
    await expectAllRefused(one, await session(one, [totpFactor]), tooWeak);
  });

  attack('by a device that was proved more than an hour ago', { stoppedBy: 'proved-lately' }, async () => {
    const one = await waiting();
    const stale = await session(one, [emailFactor, { ...totpFactor, ageSeconds: 3700 }]);
    await expectAllRefused(one, stale, tooWeak);
  });

  attack('by a JWT stolen before the step-up of its session', { stoppedBy: 'first-verdict' }, async () => {
    const one = await waiting();
    const stolen = await session(one, [emailFactor]);
    const code = world.stytch.controls.totpCode(one.user.userId);
    const steppedUp = await api(world, 'POST', '/v1/step-up', stolen, { factor: 'totp', code });
    expect(steppedUp.status).toBe(200);
    await expectAllRefused(one, stolen, tooWeak);
    const [, openForm] = acts[0] as Act;
    expect((await openForm(one, field(steppedUp, 'sessionJwt'))).status).toBe(201);
  });

  attack('by a JWT whose session its owner has ended', { stoppedBy: 'stytch-is-asked' }, async () => {
    const one = await waiting();
    const { sessionJwt, sessionId } = one.user;
    await askStytch(world, 'POST', '/v1/sessions/revoke', { session_id: sessionId });
    await expectAllRefused(one, sessionJwt, { code: 'invalid_token', reason: 'session_not_found' });
  });

  attack('by support that acts for the applicant', { stoppedBy: 'impersonation' }, async () => {
    const one = await waiting();
    const acting = factor('impersonated', 'impersonation', {
      impersonated_factor: { impersonator_email_address: 'help@example.com' },
    });
    const jwt = await session(one, [emailFactor, totpFactor, acting]);
    await expectAllRefused(one, jwt, { code: 'invalid_token', reason: 'impersonated' });
  });
});

it('an applicant without any second factor opens no form', async () => {
  const user = await signedInUser(world, [emailFactor]);
  const [, openForm] = acts[0] as Act;
  const one = { user, applicationId: 'x', documentId: '1', unitApplicationId: '1' };
  await expectRefused(world, await openForm(one, user.sessionJwt), tooWeak);
});

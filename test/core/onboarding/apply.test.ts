import { describe, expect, it } from '@jest/globals';
import type { ApplicationRequest } from '../../../functions/contract/application.ts';
import { routes } from '../../../functions/contract/routes.ts';
import { ServiceError } from '../../../functions/core/errors.ts';
import { ada, applicant, idOf, letPass } from '../../support/core-apply.ts';
import { rowKey } from '../../support/core-mappings.ts';
import { factor, NOW, onUser, refusal, STRANGER, USER, unitApplication } from '../../support/core-values.ts';

const PASSPORT = 'X70412295';
const { ssn: _, ...withoutSsn } = ada;
const byPassport: ApplicationRequest = { ...withoutSsn, passport: PASSPORT, nationality: 'NG' };

describe('A user applies', () => {
  it('and the application is sent to Unit, settled and answered', async () => {
    const { world, apply, stored } = applicant();
    const outcome = await apply('key-1');
    expect(outcome).toMatchObject({
      isSubmitted: true,
      application: { applicationId: idOf('key-1'), status: 'Pending', unitApplicationId: '800001' },
    });
    expect(stored('key-1')).toMatchObject({ status: 'Pending', nextCheckAt: NOW + 60 });
    expect(world.rows.pointers.get('800001')).toMatchObject({
      stytchUserId: USER,
      applicationId: idOf('key-1'),
    });
    expect(world.rows.locks.get(rowKey(USER, 'person'))).toMatchObject({ applicationId: idOf('key-1') });
  });

  it('and an approval at once makes the customer theirs', async () => {
    const { world, apply, stored } = applicant();
    world.unit.firstStatus = 'Approved';
    expect(await apply('key-1')).toMatchObject({
      application: { status: 'Approved', unitCustomerId: '700001', nextCheckAt: null },
    });
    expect(world.rows.claims.get('700001')).toEqual({ unitCustomerId: '700001', stytchUserId: USER });
    expect(world.rows.customers.get(rowKey(USER, '700001'))).toMatchObject({ status: 'Active' });
    expect(stored('key-1')).toMatchObject({ status: 'Approved', nextCheckAt: null });
  });

  it('INV3, I8 the submission is counted, and the lock and the item are written, before Unit is asked, once, with our own id as its key', async () => {
    const { world, apply } = applicant();
    await apply('key-1');
    const order = world.calls.filter((call) =>
      ['limit.take', 'table.takeLock', 'table.createApplication', 'unit.submitApplication'].includes(call),
    );
    expect(order.slice(0, 4)).toEqual([
      'limit.take',
      'table.takeLock',
      'table.createApplication',
      'unit.submitApplication',
    ]);
    expect(world.unit.submissions).toEqual([
      { applicationId: idOf('key-1'), stytchUserId: USER, sourceIp: '203.0.113.7', request: ada },
    ]);
  });

  it.each<[string, ApplicationRequest]>([
    ['an SSN', ada],
    ['a passport', byPassport],
  ])('INV5, G5 nothing of the applicant stays in the table or the log: %s', async (_identity, request) => {
    const { world, apply } = applicant();
    await apply('key-1', request);
    expect(world.unit.submissions).toMatchObject([{ request }]);
    const kept = JSON.stringify([
      world.logged,
      [...world.rows.applications.values()].map((row) => ({ ...row, fingerprint: 'keyed' })),
      [...world.rows.locks.values(), ...world.rows.pointers.values()],
    ]);
    for (const secret of [
      '078051120',
      PASSPORT,
      '1991-04-23',
      'Okafor',
      'Juniper',
      '5555550142',
      ada.email,
    ]) {
      expect(kept).not.toContain(secret);
    }
  });

  it('and the documents that Unit asks for are told, now and to every repeat', async () => {
    const { world, apply, stored } = applicant();
    world.unit.firstStatus = 'AwaitingDocuments';
    world.unit.documents = [{ documentId: '1', documentType: 'IdDocument', status: 'Required' }];
    expect((await apply('key-1')).application.documents).toEqual(world.unit.documents);
    expect(stored('key-1')?.documents).toEqual(world.unit.documents);
  });
});

describe('INV1 Applying needs both factors, as the policy says', () => {
  it.each([
    [
      'a first factor alone',
      { factors: [factor('email')], onUser: [onUser('email'), onUser('totp')] },
      'insufficient_user_authentication',
    ],
    [
      'a second factor of more than an hour',
      { factors: [factor('email'), factor('totp', 3601)] },
      'insufficient_user_authentication',
    ],
    ['nothing enrolled', { factors: [factor('email')] }, 'enrollment_required'],
    [
      'a factor taken off the user',
      { factors: [factor('email'), factor('totp')], onUser: [onUser('email')] },
      'enrollment_required',
    ],
    [
      'an impersonated session',
      { factors: [factor('email'), factor('totp'), factor('impersonated')] },
      'invalid_token',
    ],
  ] as const)('%s is refused before anything is written', async (_title, scene, code) => {
    const { world, apply } = applicant(scene);
    expect(await refusal(apply('key-1'))).toMatchObject({ code });
    expect(routes.apply.problems).toContain(code);
    expect(world.rows.locks.size + world.rows.applications.size).toBe(0);
    expect(world.callsOf('unit')).toEqual([]);
    expect(world.used.size).toBe(0);
  });

  it.each([
    ['deleted', { isDeleted: true, lockedUntil: null }, 'invalid_token'],
    ['locked', { isDeleted: false, lockedUntil: NOW + 1 }, 'user_locked'],
  ])('a user whom we %s is refused', async (_title, row, code) => {
    const { world, apply } = applicant();
    world.rows.users.set(USER, row);
    expect(await refusal(apply('key-1'))).toMatchObject({ code });
    expect(world.callsOf('unit')).toEqual([]);
  });
});

describe('The applicant is the user', () => {
  it.each([
    ['of somebody else', 'eve@example.com'],
    ['that is not verified', 'ada@work.example.com'],
    ['that only contains theirs', `x${ada.email}`],
  ])('G5 an email %s is refused, with a pointer to it', async (_title, email) => {
    const { world, apply } = applicant();
    expect(await refusal(apply('key-1', { ...ada, email }))).toMatchObject({
      code: 'email_not_verified',
      details: { errors: [{ pointer: '/email' }] },
    });
    expect(world.rows.locks.size).toBe(0);
  });

  it('the letters’ case does not matter', async () => {
    const { apply } = applicant();
    expect(await apply('key-1', { ...ada, email: ada.email.toUpperCase() })).toMatchObject({
      isSubmitted: true,
    });
  });
});

describe('O6 Submissions are limited', () => {
  it('before anything is sent or written of the application', async () => {
    const { world, apply } = applicant();
    world.limits.set('submissionsPerDay', 0);
    expect(await refusal(apply('key-1'))).toMatchObject({ code: 'rate_limited' });
    expect(world.rows.applications.size).toBe(0);
    expect(world.callsOf('unit')).toEqual([]);
  });

  it('and corrections count', async () => {
    const { world, apply } = applicant();
    world.limits.set('submissionsPerDay', 1);
    world.unit.reception = { outcome: 'refused', pointers: ['/ssn'] };
    await refusal(apply('key-1'));
    expect(await refusal(apply('key-2'))).toMatchObject({ code: 'rate_limited' });
  });

  it('and who has reached the limit is told so, whatever key comes next', async () => {
    const { world, apply } = applicant();
    world.limits.set('submissionsPerDay', 0);
    expect(await refusal(apply('key-1'))).toMatchObject({ code: 'rate_limited' });
    expect(await refusal(apply('key-2'))).toMatchObject({ code: 'rate_limited' });
  });

  it('and none is made while the limits cannot be counted', async () => {
    const { world, apply } = applicant();
    world.fail('limit.take');
    expect(await refusal(apply('key-1'))).toMatchObject({ code: 'temporarily_unavailable' });
    expect(world.callsOf('unit')).toEqual([]);
  });
});

describe('Unit refuses the application', () => {
  it('fields: they are named, the item says NotSubmitted, and a corrected one takes the lock over', async () => {
    const { world, apply, stored } = applicant();
    world.unit.reception = { outcome: 'refused', pointers: ['/ssn', '/address/postalCode'] };
    expect(await refusal(apply('key-1'))).toMatchObject({
      code: 'invalid_request',
      details: {
        reason: 'refused_by_unit',
        errors: [
          { pointer: '/ssn', reason: 'This value is not accepted.' },
          { pointer: '/address/postalCode', reason: 'This value is not accepted.' },
        ],
      },
    });
    expect(stored('key-1')).toMatchObject({ status: 'NotSubmitted', nextCheckAt: null });

    world.unit.reception = 'created';
    expect(await apply('key-2')).toMatchObject({ isSubmitted: true, application: { status: 'Pending' } });
    expect(world.rows.locks.get(rowKey(USER, 'person'))).toMatchObject({ applicationId: idOf('key-2') });
  });

  it('O6 anything else, such as an SSN known already, reads alike', async () => {
    const { world, apply, stored } = applicant();
    world.unit.reception = { outcome: 'refused', pointers: [] };
    const error = await refusal(apply('key-1'));
    expect(error.code).toBe('application_refused');
    expect(error.details).toEqual({});
    expect(stored('key-1')).toMatchObject({ status: 'NotSubmitted' });
  });

  it('us: the failure is ours, and nothing was sent', async () => {
    const { world, apply, stored } = applicant();
    const failure = new ServiceError('upstream_unavailable', { reason: 'our_credentials' });
    world.unit.reception = { outcome: 'refused', pointers: [], failure };
    expect(await refusal(apply('key-1'))).toBe(failure);
    expect(stored('key-1')).toMatchObject({ status: 'NotSubmitted' });
    world.unit.reception = 'created';
    expect(await apply('key-2')).toMatchObject({ isSubmitted: true });
  });
});

describe('INV3 An application of Unit’s that is not what we sent', () => {
  it.each([
    ['names another subject', { jwtSubject: STRANGER }],
    ['names no subject', { jwtSubject: null }],
    ['carries another tag', { applicationId: 'OTHER' }],
  ])('is not adopted when it %s', async (_title, changes) => {
    const scene = applicant();
    scene.world.ports.onboarding.findApplication = async () =>
      unitApplication({ applicationId: idOf('key-1'), ...changes });
    scene.world.unit.reception = 'unreached';
    await scene.apply('key-1');
    letPass(scene, 151);
    expect(await refusal(scene.apply('key-1'))).toMatchObject({
      code: 'upstream_unavailable',
      details: { reason: 'foreign_application' },
    });
    expect(scene.stored('key-1')).toMatchObject({ status: 'Submitting', unitApplicationId: null });
    expect(scene.world.rows.pointers.size).toBe(0);
  });
});

import { describe, expect, it } from '@jest/globals';
import { routes } from '../../../functions/contract/routes.ts';
import { ServiceError } from '../../../functions/core/errors.ts';
import { LEASE_SECONDS } from '../../../functions/core/onboarding/lock.ts';
import { formAnswer } from '../../../functions/core/onboarding/open-form.ts';
import { letPass } from '../../support/core-apply.ts';
import { formApplicant, formIdOf } from '../../support/core-form.ts';
import { rowKey } from '../../support/core-mappings.ts';
import { applied, deliver } from '../../support/core-onboarding.ts';
import { decide, sendForm } from '../../support/core-unit.ts';
import { DAY, EMAIL, factor, HOUR, NOW, onUser, refusal, USER } from '../../support/core-values.ts';

const link = { url: 'https://forms.unit.example/600001', token: 'form-token-600001' };

describe('A user asks for Unit’s form', () => {
  it('and gets its link, while the item waits for the application', async () => {
    const { world, open, item } = formApplicant();
    const outcome = await open('key-1');
    expect(formAnswer(outcome)).toEqual({
      applicationId: formIdOf('key-1'),
      type: 'individual',
      status: 'Submitting',
      ...link,
      expiresAt: '2027-01-16T08:00:00.000Z',
    });
    expect(outcome.isSubmitted).toBe(true);
    expect(item('key-1')).toMatchObject({
      via: 'form',
      status: 'Submitting',
      unitFormId: '600001',
      formExpiresAt: NOW + DAY,
      leaseUntil: NOW,
      nextCheckAt: NOW + 300,
      unitApplicationId: null,
    });
    expect(world.rows.locks.get(rowKey(USER, 'person'))).toMatchObject({ applicationId: formIdOf('key-1') });
  });

  it('INV3, I8 the limit, the lock and the item come before Unit, which is asked once, under our own id', async () => {
    const { world, open } = formApplicant();
    await open('key-1');
    const order = world.calls.filter((call) => /^(limit|table\.(take|create|note)|unit)/.test(call));
    expect(order).toEqual([
      'limit.take',
      'table.takeLock',
      'table.createApplication',
      'unit.openForm',
      'table.noteForm',
    ]);
    expect(world.unit.openings).toEqual([
      {
        applicationId: formIdOf('key-1'),
        stytchUserId: USER,
        request: { type: 'individual', prefill: { email: EMAIL } },
      },
    ]);
  });

  it('INV5 neither the link nor an email stands in the table or the log', async () => {
    const { world, open } = formApplicant();
    await open('key-1');
    const rows = [...world.rows.applications.values()].map((row) => ({
      ...row,
      fingerprint: 'keyed',
      emailFingerprints: row.emailFingerprints.length,
    }));
    const kept = JSON.stringify([world.logged, rows]);
    for (const secret of [link.url, link.token, EMAIL]) expect(kept).not.toContain(secret);
  });

  it('a business has a lock of its own, and its contact is the user', async () => {
    const { world, open } = formApplicant();
    await open('key-1');
    const request = { type: 'business', prefill: { name: 'Okafor Woodworks' } } as const;
    expect(await open('key-2', request)).toMatchObject({ form: { unitFormId: '600002' } });
    expect([...world.rows.locks.keys()]).toEqual([rowKey(USER, 'person'), rowKey(USER, 'business')]);
    expect(world.unit.openings[1]?.request).toEqual({
      type: 'business',
      prefill: { name: 'Okafor Woodworks', contact: { email: EMAIL } },
    });
  });
});

describe('INV1 A form needs both factors, as an application does', () => {
  it.each([
    ['a first factor alone', { factors: [factor('email')], onUser: [onUser('email'), onUser('totp')] }],
    ['a second factor of more than an hour', { factors: [factor('email'), factor('totp', HOUR + 1)] }],
  ])('%s is refused before anything is written', async (_title, scene) => {
    const { world, open } = formApplicant(scene);
    expect(await refusal(open('key-1'))).toMatchObject({ code: 'insufficient_user_authentication' });
    expect(world.rows.locks.size + world.rows.applications.size + world.used.size).toBe(0);
    expect(world.callsOf('unit')).toEqual([]);
  });

  it('and documents the same problems', () => {
    expect(routes.openForm.problems).toEqual(routes.apply.problems);
  });
});

describe('The form shows an email of the user’s own', () => {
  const withEmails = (verifiedEmails: readonly string[]) => {
    const scene = formApplicant();
    scene.world.stytch.user = { ...scene.world.stytch.user, verifiedEmails };
    return scene;
  };
  const work = 'ada@work.example.com';

  it('one of several, if it is asked for', async () => {
    const { world, open } = withEmails([EMAIL, work]);
    await open('key-1', { type: 'individual', prefill: { email: work.toUpperCase() } });
    expect(world.unit.openings[0]?.request.prefill).toEqual({ email: work.toUpperCase() });
  });

  it('none of several by itself', async () => {
    const { world, open } = withEmails([EMAIL, work]);
    await open('key-1');
    await open('key-2', { type: 'business' });
    expect(world.unit.openings.map(({ request }) => request)).toEqual([
      { type: 'individual' },
      { type: 'business' },
    ]);
  });

  it.each([
    ['/prefill/email', { type: 'individual', prefill: { email: 'eve@example.com' } }],
    ['/prefill/email', { type: 'sole_proprietor', prefill: { email: 'eve@example.com' } }],
    ['/prefill/contact/email', { type: 'business', prefill: { contact: { email: 'eve@example.com' } } }],
  ] as const)('G5 another’s is refused at %s: %j', async (pointer, request) => {
    const { world, open } = formApplicant();
    expect(await refusal(open('key-1', request))).toMatchObject({
      code: 'email_not_verified',
      details: { errors: [{ pointer }] },
    });
    expect(world.rows.locks.size).toBe(0);
  });

  it('and a user without one gets no form, since nobody could send one that is theirs', async () => {
    const { world, open } = withEmails([]);
    expect(await refusal(open('key-1'))).toMatchObject({ code: 'email_not_verified' });
    expect(world.callsOf('unit')).toEqual([]);
  });
});

describe('The page leads back to a URL of the stage', () => {
  it('that is on its list', async () => {
    const { world, open } = formApplicant();
    const redirectUrl = 'https://app.example.com/callback';
    await open('key-1', { type: 'individual', redirectUrl });
    expect(world.unit.openings[0]?.request.redirectUrl).toBe(redirectUrl);
  });

  it.each(['https://evil.example.com/callback', 'https://app.example.com/callback/', 'javascript:alert(1)'])(
    'and to no other: %s',
    async (redirectUrl) => {
      const { world, open } = formApplicant();
      expect(await refusal(open('key-1', { type: 'individual', redirectUrl }))).toMatchObject({
        code: 'invalid_request',
        details: { errors: [{ pointer: '/redirectUrl' }] },
      });
      expect(world.calls).toEqual([]);
    },
  );
});

describe('INV3 One open application or form of a kind', () => {
  it('an open form stands in the way of an application', async () => {
    const { world, open, apply } = formApplicant();
    await open('key-1');
    expect(await refusal(apply('key-2'))).toMatchObject({
      code: 'application_exists',
      details: { applicationId: formIdOf('key-1') },
    });
    expect(world.unit.submissions).toEqual([]);
    expect(world.used.get(`submissionsPerDay ${USER}`)).toBe(1);
  });

  it('an application stands in the way of a form, and so does another form', async () => {
    const scene = formApplicant();
    await scene.apply('key-1');
    expect(await refusal(scene.open('key-2'))).toMatchObject({ code: 'application_exists' });
    const other = formApplicant();
    await other.open('key-1');
    expect(await refusal(other.open('key-2', { type: 'sole_proprietor' }))).toMatchObject({
      code: 'application_exists',
    });
    expect([scene.world.unit.openings.length, other.world.unit.openings.length]).toEqual([0, 1]);
  });

  it('O6 forms and applications are counted together', async () => {
    const { world, open, apply } = formApplicant();
    world.limits.set('submissionsPerDay', 1);
    world.unit.reception = { outcome: 'refused', pointers: [] };
    await refusal(open('key-1'));
    expect(await refusal(apply('key-2'))).toMatchObject({ code: 'rate_limited' });
  });
});

describe('A user who has lost the key of their open form', () => {
  it('gets that form again by any key, at no cost', async () => {
    const { world, open } = formApplicant();
    await open('key-1');
    expect(await open('key-2')).toMatchObject({
      isSubmitted: true,
      application: { applicationId: formIdOf('key-1') },
      form: { unitFormId: '600001' },
    });
    expect(world.unit.openings).toHaveLength(1);
    expect(world.used.get(`submissionsPerDay ${USER}`)).toBe(1);
  });

  it('INV1 but only past the gate', async () => {
    const scene = formApplicant();
    await scene.open('key-1');
    scene.world.now += HOUR + 1;
    expect(await refusal(scene.open('key-2'))).toMatchObject({ code: 'insufficient_user_authentication' });
  });

  it('INV3 but not beside a customer that came by another way', async () => {
    const { world, open } = formApplicant();
    await open('key-1');
    const customer = { unitCustomerId: '700009', type: 'individual', status: 'Active' } as const;
    world.rows.customers.set(rowKey(USER, '700009'), customer);
    expect(await refusal(open('key-2'))).toMatchObject({ code: 'application_exists' });
  });
});

describe('I5 The same key again answers the same form', () => {
  it('as Unit has it now, without opening another', async () => {
    const scene = formApplicant();
    await scene.open('key-1');
    letPass(scene, HOUR);
    const before = scene.world.calls.length;
    expect(formAnswer(await scene.open('key-1'))).toMatchObject({ ...link, status: 'Submitting' });
    expect(scene.world.calls.slice(before)).toEqual([
      'stytch.readSession',
      'table.readUser',
      'unit.readForm',
    ]);
    expect(scene.world.unit.openings).toHaveLength(1);
  });

  it('with the present link and end, if Unit has renewed them, once the end is written down', async () => {
    const scene = formApplicant();
    await scene.open('key-1');
    const held = scene.world.unit.forms.get('600001');
    if (held === undefined) throw new Error('no form');
    const form = { ...held.form, token: 'renewed', expiresAt: NOW + 2 * DAY };
    scene.world.unit.forms.set('600001', { ...held, form });
    letPass(scene, HOUR);
    expect(await scene.open('key-1')).toMatchObject({ form: { token: 'renewed' } });
    expect(scene.item('key-1')).toMatchObject({ formExpiresAt: NOW + 2 * DAY, leaseUntil: NOW + HOUR });
  });

  it('and what came of it once it was sent, though no webhook has told us', async () => {
    const scene = formApplicant();
    await scene.open('key-1');
    scene.world.unit.firstStatus = 'PendingReview';
    sendForm(scene.world.unit, '600001');
    expect(formAnswer(await scene.open('key-1'))).toEqual({
      applicationId: formIdOf('key-1'),
      type: 'individual',
      status: 'PendingReview',
    });
    await deliver(scene.world, applied('800001'));
    decide(scene.world.unit, '800001', 'Approved');
    await deliver(scene.world, applied('800001'));
    expect(formAnswer(await scene.open('key-1'))).toMatchObject({ status: 'Approved' });
  });

  it('without a link when Unit says that it was sent but does not show what came of it', async () => {
    const scene = formApplicant();
    await scene.open('key-1');
    sendForm(scene.world.unit, '600001');
    scene.world.unit.applications.clear();
    expect(formAnswer(await scene.open('key-1'))).not.toHaveProperty('url');
  });

  it('without a link when Unit no longer knows the form, or its link has ended', async () => {
    const scene = formApplicant();
    await scene.open('key-1');
    letPass(scene, DAY);
    expect(formAnswer(await scene.open('key-1'))).toEqual({
      applicationId: formIdOf('key-1'),
      type: 'individual',
      status: 'Submitting',
    });
    scene.world.unit.forms.clear();
    expect(await scene.open('key-1')).toMatchObject({ isSubmitted: true });
  });

  it('I3 but not with another body', async () => {
    const { open } = formApplicant();
    await open('key-1');
    expect(await refusal(open('key-1', { type: 'sole_proprietor' }))).toMatchObject({
      code: 'idempotency_key_reused',
    });
  });
});

describe('I4, D2 The answer to the opening is lost', () => {
  it.each(['lost', 'unreached'] as const)(
    'when it was %s, a repeat after the lease gets the one form',
    async (reception) => {
      const scene = formApplicant();
      scene.world.unit.reception = reception;
      const first = await scene.open('key-1');
      expect(first.isSubmitted).toBe(false);
      expect(formAnswer(first)).toEqual({
        applicationId: formIdOf('key-1'),
        type: 'individual',
        status: 'Submitting',
      });
      expect(await scene.open('key-1')).toMatchObject({ isSubmitted: false });
      letPass(scene, LEASE_SECONDS);
      scene.world.unit.reception = 'created';
      expect(await scene.open('key-1')).toMatchObject({ isSubmitted: true, form: link });
      expect(scene.world.unit.forms.size).toBe(1);
      const [one, two] = scene.world.unit.openings;
      expect(two).toEqual(one);
      expect(scene.world.callsOf('unit')).toEqual(['unit.openForm', 'unit.findApplication', 'unit.openForm']);
    },
  );

  it('after a day it is not sent again', async () => {
    const scene = formApplicant();
    scene.world.unit.reception = 'unreached';
    await scene.open('key-1');
    letPass(scene, DAY + 1);
    expect(await scene.open('key-1')).toMatchObject({ isSubmitted: false });
    expect(scene.world.unit.openings).toHaveLength(1);
  });

  it.each(['before', 'after'] as const)(
    'INV3 the link does not go out when its end could not be written down (%s)',
    async (when) => {
      const scene = formApplicant();
      scene.world.fail('table.noteForm', undefined, when);
      const first = await scene.open('key-1');
      expect(first.isSubmitted).toBe(false);
      expect(first).not.toHaveProperty('form');
      letPass(scene, LEASE_SECONDS);
      expect(await scene.open('key-1')).toMatchObject({ isSubmitted: true, form: link });
      expect(scene.world.unit.forms.size).toBe(1);
    },
  );

  it('INV3 nor when somebody else took the lease meanwhile', async () => {
    const scene = formApplicant();
    scene.world.ports.mappings.noteForm = async () => false;
    expect(await scene.open('key-1')).not.toHaveProperty('form');
  });
});

describe('Unit refuses the form', () => {
  it('fields: they are named, and a corrected one with another key is opened', async () => {
    const { world, open, item } = formApplicant();
    world.unit.reception = { outcome: 'refused', pointers: ['/prefill/phone'] };
    expect(await refusal(open('key-1'))).toMatchObject({
      code: 'invalid_request',
      details: { errors: [{ pointer: '/prefill/phone' }] },
    });
    expect(item('key-1')).toMatchObject({ status: 'NotSubmitted', isRefused: true, nextCheckAt: null });
    world.unit.reception = 'created';
    expect(await open('key-2')).toMatchObject({ form: link });
  });

  it('us: the failure is ours, and the same key may try again', async () => {
    const { world, open } = formApplicant();
    const failure = new ServiceError('upstream_unavailable', { reason: 'our_credentials' });
    world.unit.reception = { outcome: 'refused', pointers: [], failure };
    expect(await refusal(open('key-1'))).toBe(failure);
    world.unit.reception = 'created';
    expect(await open('key-1')).toMatchObject({ form: link });
  });

  it('an outage on a repeat is told, and changes nothing', async () => {
    const { world, open, item } = formApplicant();
    await open('key-1');
    const before = item('key-1');
    world.fail('unit.readForm', new ServiceError('upstream_timeout'));
    expect(await refusal(open('key-1'))).toMatchObject({ code: 'upstream_timeout' });
    expect(item('key-1')).toEqual(before);
  });
});

describe('INV3 A crash anywhere on the way to the form', () => {
  const crash = new Error('the container is gone');
  const steps = [
    'limit.take',
    'table.takeLock',
    'table.createApplication',
    'unit.openForm',
    'table.noteForm',
  ] as const;

  it.each(steps.flatMap((step) => [[step, 'before'] as const, [step, 'after'] as const]))(
    '%s (%s) ends in one form, by the caller’s repeat',
    async (step, when) => {
      const scene = formApplicant();
      scene.world.fail(step, crash, when);
      await Promise.allSettled([scene.open('key-1')]);
      letPass(scene, LEASE_SECONDS);
      expect(await scene.open('key-1')).toMatchObject({ isSubmitted: true, form: link });
      expect(scene.world.unit.forms.size).toBe(1);
      expect(scene.item('key-1')).toMatchObject({ status: 'Submitting', formExpiresAt: expect.any(Number) });
    },
  );
});

import { describe, expect, it } from '@jest/globals';
import { ServiceError } from '../../../functions/core/errors.ts';
import type { UnitApplication } from '../../../functions/core/ports.ts';
import { type FormApplicant, formApplicant } from '../../support/core-form.ts';
import { rowKey } from '../../support/core-mappings.ts';
import { applied, deliver, ofCustomer, runReconcile } from '../../support/core-onboarding.ts';
import { sendForm } from '../../support/core-unit.ts';
import { EMAIL, MINUTE, NOW, refusal, STRANGER, USER } from '../../support/core-values.ts';

/** A form that was sent with these answers and approved; its webhook has not come yet. */
async function sent(
  changes: Partial<UnitApplication> = {},
  type: 'individual' | 'sole_proprietor' | 'business' = 'individual',
): Promise<FormApplicant> {
  const scene = formApplicant();
  await scene.open('key-1', { type });
  scene.world.unit.firstStatus = 'Approved';
  sendForm(scene.world.unit, '600001', changes);
  return scene;
}

const customerOf = ({ world }: FormApplicant) => world.rows.customers.get(rowKey(USER, '700001'));

const ways = [
  ['the webhook', (scene: FormApplicant) => deliver(scene.world, applied('800001'))],
  [
    'the reconcile',
    async (scene: FormApplicant) => {
      scene.world.now = NOW + 5 * MINUTE;
      await runReconcile(scene.world);
    },
  ],
  ['the user’s own repeat', (scene: FormApplicant) => scene.open('key-1')],
] as const;

describe.each(ways)('The applicant is the user, also on Unit’s own page: by %s', (_title, hear) => {
  it.each([
    ['an email of theirs', {}],
    ['their email in other letters', { applicantEmail: EMAIL.toUpperCase() }],
  ])('with %s the customer is theirs', async (_name, changes) => {
    const scene = await sent(changes);
    await hear(scene);
    expect(customerOf(scene)).toMatchObject({ status: 'Active' });
    expect(scene.world.rows.claims.get('700001')).toMatchObject({ stytchUserId: USER });
  });

  it.each<[string, Partial<UnitApplication>, string]>([
    ['the email of somebody else', { applicantEmail: 'victim@example.com' }, 'other_email'],
    ['no email', { applicantEmail: null }, 'other_email'],
    ['another kind of applicant', { type: 'sole_proprietor' }, 'other_type'],
  ])(
    'INV2 with %s it is parked, claimed by nobody, and an operator is told why',
    async (_name, changes, why) => {
      const scene = await sent(changes);
      await hear(scene);
      expect(customerOf(scene)).toMatchObject({ status: 'Review' });
      expect(scene.world.rows.claims.size).toBe(0);
      expect(scene.item('key-1')).toMatchObject({ status: 'Approved', nextCheckAt: null });
      expect(scene.world.linesOf('customer.parked')).toEqual([
        { stytchUserId: USER, unitCustomerId: '700001', reason: why },
      ]);
      expect(JSON.stringify([scene.world.logged, [...scene.world.rows.customers]])).not.toContain('victim');
    },
  );
});

describe('A form of every kind', () => {
  it.each(['individual', 'sole_proprietor', 'business'] as const)(
    '%s makes its own customer',
    async (type) => {
      const scene = await sent({}, type);
      await deliver(scene.world, applied('800001'));
      expect(customerOf(scene)).toEqual({
        unitCustomerId: '700001',
        type: type === 'business' ? 'business' : 'individual',
        status: 'Active',
      });
    },
  );

  it('INV2 a business whose people at Unit are others is parked', async () => {
    const scene = await sent({}, 'business');
    const customer = scene.world.unit.customers.get('700001');
    if (customer === undefined) throw new Error('no customer');
    scene.world.unit.customers.set('700001', { ...customer, jwtSubjects: [STRANGER] });
    await deliver(scene.world, applied('800001'));
    expect(customerOf(scene)).toMatchObject({ status: 'Review' });
    expect(scene.world.linesOf('customer.parked')).toMatchObject([{ reason: 'other_subject' }]);
  });
});

describe('The emails are those that the user had when asking for the form', () => {
  it('each of several is theirs', async () => {
    const scene = formApplicant();
    const verifiedEmails = [EMAIL, 'ada@work.example.com'];
    scene.world.stytch.user = { ...scene.world.stytch.user, verifiedEmails };
    await scene.open('key-1');
    scene.world.unit.firstStatus = 'Approved';
    sendForm(scene.world.unit, '600001', { applicantEmail: 'ada@work.example.com' });
    await deliver(scene.world, applied('800001'));
    expect(customerOf(scene)).toMatchObject({ status: 'Active' });
  });

  it('INV4 while the hash key cannot be read nothing is decided, and the event comes again', async () => {
    const scene = await sent({ applicantEmail: 'victim@example.com' });
    const { fingerprint } = scene.world.ports.hashes;
    const broken = scene.world.ports.hashes as { fingerprint: typeof fingerprint };
    broken.fingerprint = async () => {
      throw new ServiceError('not_configured');
    };
    const told = applied('800001');
    expect(await refusal(deliver(scene.world, told))).toMatchObject({ code: 'temporarily_unavailable' });
    expect(customerOf(scene)).toBeUndefined();
    broken.fingerprint = fingerprint;
    await deliver(scene.world, told);
    expect(customerOf(scene)).toMatchObject({ status: 'Review' });
  });
});

describe('An operator decides', () => {
  it('and no later event takes the customer back', async () => {
    const scene = await sent({ applicantEmail: 'ada@new.example.com' });
    await deliver(scene.world, applied('800001'));
    scene.world.rows.claims.set('700001', { unitCustomerId: '700001', stytchUserId: USER });
    scene.world.rows.customers.set(rowKey(USER, '700001'), {
      unitCustomerId: '700001',
      type: 'individual',
      status: 'Active',
    });
    await deliver(scene.world, applied('800001'), ofCustomer('700001'));
    expect(customerOf(scene)).toMatchObject({ status: 'Active' });
  });

  it('and another user’s claim is no word for this one', async () => {
    const scene = await sent({ applicantEmail: 'victim@example.com' });
    scene.world.rows.claims.set('700001', { unitCustomerId: '700001', stytchUserId: STRANGER });
    await deliver(scene.world, applied('800001'));
    expect(customerOf(scene)).toMatchObject({ status: 'Review' });
  });
});

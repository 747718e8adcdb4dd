// The doctor's rules about live stages, which no world on loopback can be.
import { describe, expect, it } from '@jest/globals';
import type { Stage } from '../../lib/stages.ts';
import { stages } from '../../lib/stages.ts';
import type { Webhook } from '../../ops/adapters/unit-org.ts';
import { type Deployment, stackFindings } from '../../ops/doctor/stack.ts';
import { clockFindings, originFindings, rotationFindings, secretFindings } from '../../ops/doctor/vendors.ts';
import { diagnose } from '../../ops/doctor/webhooks.ts';
import type { SecretState } from '../../ops/secrets/state.ts';

const own: Stage = {
  ...stages.prod,
  stytchProjectId: 'project-live-6f2c1d4e-1111-4222-8333-444455556666',
  allowedOrigins: ['https://app.harbour.test'],
  redirectUrls: ['https://app.harbour.test/callback'],
  passkeyDomain: 'app.harbour.test',
  problemTypeBaseUrl: 'https://app.harbour.test/problems/',
  alarmEmail: 'oncall@harbour.test',
};
const placeOf = ({ stytchProjectId, stytchBaseUrl, unitBaseUrl }: Stage): Deployment['place'] => ({
  stage: 'prod',
  aws: { account: '111122223333', region: 'us-east-1' },
  tableName: 'IdMapping',
  stytchUrl: stytchBaseUrl,
  stytchProjectId,
  unitUrl: unitBaseUrl,
});
const good: Deployment = {
  stage: own,
  place: placeOf(own),
  stack: { outputs: new Map(), status: 'UPDATE_COMPLETE', isProtected: true, aws: null },
  concurrency: 1000,
  isTableProtected: true,
  policyWarnings: [],
};
const found = (changes: Partial<Deployment>) =>
  stackFindings({ ...good, ...changes })
    .filter(({ severity }) => severity !== 'fine')
    .map(({ severity, code }) => `${severity} ${code}`);

describe('a live stage', () => {
  it('that is as it should be leaves by hand what the stack does not tell', () => {
    expect(found({})).toEqual(['by_hand alarm_subscription', 'by_hand checkout_unproved']);
  });

  it('is told the alarm address of the checkout, masked', () => {
    const text = stackFindings(good).find(({ code }) => code === 'alarm_subscription')?.text;
    expect(text).toContain('o***@harbour.test was confirmed (the address of this checkout)');
  });

  it('is not left without protection from deletion', () => {
    const stack = { ...good.stack, isProtected: false };
    expect(found({ stack, isTableProtected: false })).toEqual([
      'error stack_unprotected',
      'error table_unprotected',
      'by_hand alarm_subscription',
      'by_hand checkout_unproved',
    ]);
    expect(found({ isTableProtected: null })).toContain('by_hand table_protection_unseen');
  });

  it('has no example values and no silent alarms', () => {
    expect(found({ stage: stages.prod, place: placeOf(stages.prod) })).toEqual([
      'error example_project',
      'error example_values',
      'error alarm_address_missing',
      'by_hand checkout_unproved',
    ]);
  });
});

describe('a test stage', () => {
  it('is warned of the same, and needs its own project all the more', () => {
    expect(found({ stage: stages.staging, place: placeOf(stages.staging) })).toEqual([
      'error example_project',
      'warning example_values',
      'warning alarm_address_missing',
      'by_hand checkout_unproved',
    ]);
  });
});

describe('any stage', () => {
  it('is told where the checkout is not what is deployed', () => {
    const other = { ...own, stytchProjectId: 'project-live-00000000-1111-4222-8333-444455556666' };
    expect(found({ stage: other })).toContain('warning checkout_differs');
    expect(found({ stage: undefined })).toEqual(['by_hand stage_unknown']);
  });

  it('is told of policies that nobody meets', () => {
    expect(found({ policyWarnings: ['aal2 needs a password'] })).toContain('warning policy_unreachable');
  });
});

describe('E4 a rotation', () => {
  const token = { value: 'n'.repeat(43), previous: 'o'.repeat(43) };
  const codes = (at: string, changes: object = {}) =>
    rotationFindings('prod', { ...token, ...changes }, new Date('2026-03-01T00:00:00Z'), Date.parse(at)).map(
      ({ code }) => code,
    );

  it('is to end after a day', () => {
    expect(codes('2026-03-01T23:00:00Z')).toEqual([]);
    expect(codes('2026-03-02T01:00:00Z')).toEqual(['rotation_open']);
    expect(codes('2026-03-02T01:00:00Z', { previous: undefined })).toEqual([]);
  });
});

describe('E4 a rotation of the origin secret', () => {
  const seen = (at: string, hasPrevious: boolean) => {
    const changedAt = new Date('2026-03-01T00:00:00Z');
    const state = { judgement: 'good', note: 'note', changedAt, hasPrevious } as const;
    return originFindings(state, Date.parse(at));
  };

  it('is told while it is open, and is to end after a day', () => {
    expect(seen('2026-03-01T23:00:00Z', true)).toMatchObject([
      { severity: 'fine', text: expect.stringContaining('the previous one still counts') },
    ]);
    expect(seen('2026-03-02T01:00:00Z', true)).toMatchObject([
      { severity: 'warning', code: 'origin_rotation_open', fix: expect.stringContaining('docs/deploy.md') },
    ]);
    expect(seen('2026-03-02T01:00:00Z', false)).toMatchObject([{ severity: 'fine', code: 'origin_secret' }]);
  });
});

describe('a secret', () => {
  const seen = (judgement: SecretState['judgement'], name: SecretState['name'] = 'unit-events') =>
    secretFindings('prod', { name, judgement, note: 'note', changedAt: null, hasPrevious: false });

  it('that nobody could prove is neither fine nor at fault', () => {
    expect(seen('unproved')).toMatchObject([{ severity: 'by_hand', code: 'scopes_unseen' }]);
  });

  it('comes with the whole command that mends it', () => {
    expect(seen('empty')).toMatchObject([
      { code: 'secret_empty', fix: 'npm run secrets -- --stage prod --only unit-events --apply' },
    ]);
    expect(seen('empty', 'webhook')).toMatchObject([
      { fix: 'npm run secrets -- --stage prod --only webhook --generate webhook --apply' },
    ]);
  });
});

describe('a clock', () => {
  it('that was not seen is not silently fine', () => {
    expect(clockFindings('Unit', null)).toMatchObject([{ severity: 'by_hand', code: 'clock_unseen' }]);
    expect(clockFindings('Unit', 2)).toMatchObject([{ severity: 'fine', code: 'clock' }]);
  });
});

describe('the webhooks at Unit', () => {
  const url = 'https://api.harbour.test/webhooks/unit';
  const token = { value: 'n'.repeat(43) };
  const webhook = (webhookId: string, changes: Partial<Webhook> = {}): Webhook => ({
    webhookId,
    label: '',
    url,
    status: 'Enabled',
    token: token.value,
    deliveryMode: 'AtLeastOnce',
    includeResources: false,
    subscriptionType: 'All',
    ...changes,
  });
  const stepsOf = (...webhooks: readonly Webhook[]) =>
    diagnose({ stage: 'prod', url }, token, webhooks).steps.map((step) =>
      'webhookId' in step ? `${step.kind} ${step.webhookId}` : step.kind,
    );
  const bad = { includeResources: true };

  it('of what a broken --fix has left behind one is kept, the best, and the rest is retired', () => {
    expect(stepsOf(webhook('1', bad))).toEqual(['create', 'retire 1']);
    expect(stepsOf(webhook('1', bad), webhook('2'))).toEqual(['retire 1']);
    expect(stepsOf(webhook('1'), webhook('2'))).toEqual(['retire 2']);
    expect(stepsOf(webhook('1', { status: 'Disabled' }), webhook('2'))).toEqual(['retire 1']);
    expect(stepsOf(webhook('1', { token: 'other' }), webhook('2'))).toEqual(['retire 1']);
    expect(stepsOf(webhook('1', bad), webhook('2', { token: null, status: 'Disabled' }))).toEqual([
      'sign 2',
      'enable 2',
      'retire 1',
    ]);
    expect(stepsOf(webhook('1'))).toEqual([]);
  });

  it('are not called signed where our own token could not be read', () => {
    for (const word of ['empty', 'malformed', 'unreadable'] as const) {
      const { findings } = diagnose({ stage: 'prod', url }, word, [webhook('1')]);
      expect(findings).toMatchObject([{ severity: 'by_hand', code: 'webhook_signature_unseen' }]);
    }
  });
});

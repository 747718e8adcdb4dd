// The doctor's rules about live stages, which no world on loopback can be.
import { describe, expect, it } from '@jest/globals';
import type { Stage } from '../../lib/stages.ts';
import { stages } from '../../lib/stages.ts';
import { type Deployment, stackFindings } from '../../ops/doctor/stack.ts';
import { secretFindings } from '../../ops/doctor/vendors.ts';
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
  tableName: 'IdMapping',
  stytchUrl: stytchBaseUrl,
  stytchProjectId,
  unitUrl: unitBaseUrl,
});
const good: Deployment = {
  stage: own,
  place: placeOf(own),
  stack: { outputs: new Map(), status: 'UPDATE_COMPLETE', isProtected: true },
  concurrency: 1000,
  isTableProtected: true,
  policyWarnings: [],
};
const found = (changes: Partial<Deployment>) =>
  stackFindings({ ...good, ...changes })
    .filter(({ severity }) => severity !== 'fine')
    .map(({ severity, code }) => `${severity} ${code}`);

describe('a live stage', () => {
  it('that is as it should be leaves one thing to do by hand', () => {
    expect(found({})).toEqual(['by_hand alarm_subscription']);
  });

  it('is not left without protection from deletion', () => {
    const stack = { ...good.stack, isProtected: false };
    expect(found({ stack, isTableProtected: false })).toEqual([
      'error stack_unprotected',
      'error table_unprotected',
      'by_hand alarm_subscription',
    ]);
    expect(found({ isTableProtected: null })).toContain('by_hand table_protection_unseen');
  });

  it('has no example values and no silent alarms', () => {
    expect(found({ stage: stages.prod, place: placeOf(stages.prod) })).toEqual([
      'error example_project',
      'error example_values',
      'error alarm_address_missing',
    ]);
  });
});

describe('a test stage', () => {
  it('is warned of the same, and needs its own project all the more', () => {
    expect(found({ stage: stages.staging, place: placeOf(stages.staging) })).toEqual([
      'error example_project',
      'warning example_values',
      'warning alarm_address_missing',
    ]);
  });
});

describe('any stage', () => {
  it('is told where the checkout is not what is deployed', () => {
    const other = { ...own, stytchProjectId: 'project-live-00000000-1111-4222-8333-444455556666' };
    expect(found({ stage: other })).toContain('warning checkout_differs');
    expect(found({ stage: undefined })).toEqual(['by_hand stage_unknown']);
  });

  it('is told of policies that nobody meets, and of an address beside CloudFront', () => {
    expect(found({ policyWarnings: ['aal2 needs a password'] })).toContain('warning policy_unreachable');
    expect(found({ stage: { ...own, trustedProxy: 'cloudfront' } })).toContain('warning proxy_passed_by');
    const customDomain = { name: 'api.harbour.test', certificateArn: 'arn' };
    expect(found({ stage: { ...own, trustedProxy: 'cloudfront', customDomain } })).not.toContain(
      'warning proxy_passed_by',
    );
  });
});

describe('E4 a rotation', () => {
  const state: SecretState = {
    name: 'webhook',
    judgement: 'good',
    note: '43 characters',
    changedAt: new Date('2026-03-01T00:00:00Z'),
    hasPrevious: true,
  };
  const codes = (at: string) => secretFindings('prod', state, Date.parse(at)).map(({ code }) => code);

  it('is to end after a day', () => {
    expect(codes('2026-03-01T23:00:00Z')).toEqual(['secret_works']);
    expect(codes('2026-03-02T01:00:00Z')).toEqual(['secret_works', 'rotation_open']);
  });
});

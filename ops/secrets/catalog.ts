// The secrets that operators fill: by which name, where they are, and what each Unit org token must be able to do.
import type { UnitOrgTokenJob } from '../../functions/contract/settings.ts';

/** Exactly what each job's functions call. */
export const wantedScopes = {
  exchange: ['customer-token-write'],
  onboarding: ['applications', 'applications-write', 'customers'],
  events: ['applications', 'customers', 'events', 'webhooks'],
  contact: ['customers'],
} as const satisfies Record<UnitOrgTokenJob, readonly string[]>;

interface Entry {
  /** For people. */
  readonly title: string;
  /** The output of the stack that holds its ARN. */
  readonly output: string;
  /** The variable of the environment that brings a value. */
  readonly variable: string;
  /** Of a Unit org token. */
  readonly job?: UnitOrgTokenJob;
}

export const secretNames = [
  'stytch',
  'unit-exchange',
  'unit-onboarding',
  'unit-events',
  'unit-contact',
  'webhook',
] as const;
export type SecretName = (typeof secretNames)[number];

const orgToken = (job: UnitOrgTokenJob, output: string, variable: string): Entry => ({
  title: `Unit org token, ${job} (${wantedScopes[job].join(' ')})`,
  output,
  variable,
  job,
});

export const catalog: Readonly<Record<SecretName, Entry>> = {
  stytch: {
    title: 'secret of the Stytch project',
    output: 'StytchSecretArn',
    variable: 'STYTCH_SECRET',
  },
  'unit-exchange': orgToken('exchange', 'UnitExchangeTokenSecretArn', 'UNIT_EXCHANGE_TOKEN'),
  'unit-onboarding': orgToken('onboarding', 'UnitOnboardingTokenSecretArn', 'UNIT_ONBOARDING_TOKEN'),
  'unit-events': orgToken('events', 'UnitEventsTokenSecretArn', 'UNIT_EVENTS_TOKEN'),
  'unit-contact': orgToken('contact', 'UnitContactTokenSecretArn', 'UNIT_CONTACT_TOKEN'),
  webhook: {
    title: 'token of the Unit webhook',
    output: 'UnitWebhookSecretArn',
    variable: 'UNIT_WEBHOOK_TOKEN',
  },
};

// What differs between the stages. A team replaces the example domains and the project ids, and adds stages of its own.
// What each setting means stands in stage-schema.ts.
import { defaultLimits } from '../functions/core/limits.ts';
import type { Stage } from './stage-schema.ts';

export type { Stage, Throttle } from './stage-schema.ts';

/** How many calls a minute Unit allows an address of this stage. */
export const unitCallsPerMinuteOf = ({ unitCallsPerMinute = 1000 }: Stage): number => unitCallsPerMinute;

/** The name that clients and Unit call; undefined where it is the one that AWS gives. */
export const publicNameOf = ({ trustedProxy, cloudFrontDomain, customDomain }: Stage): string | undefined =>
  trustedProxy === 'cloudfront' ? cloudFrontDomain : customDomain?.name;

/** The name of a stage's stack. */
export const stackNameOf = (stage: string): string => `StytchUnitBridge-${stage}`;

const testVendors = {
  vendorEnvironment: 'test',
  stytchProjectId: 'project-test-00000000-0000-4000-8000-000000000000',
  stytchBaseUrl: 'https://test.stytch.com',
  unitBaseUrl: 'https://api.s.unit.sh',
} as const;

const liveVendors = {
  vendorEnvironment: 'live',
  stytchProjectId: 'project-live-00000000-0000-4000-8000-000000000000',
  stytchBaseUrl: 'https://api.stytch.com',
  unitBaseUrl: 'https://api.unit.co',
} as const;

const everyStage = {
  sessionTransport: 'body',
  session: { idleSeconds: 3600, maxSeconds: 43_200 },
  tokenPolicy: 'default',
  limits: defaultLimits,
  // With the webhook's 840 a minute, and 990 with the reconcile's 150: below the 1,000 that Unit allows one address, even if
  // every request became one call.
  throttles: {
    rate: 9,
    burst: 50,
    routes: {
      // Open to strangers, and never asks Unit: a flood of sign-ups must not keep others out.
      signUp: { rate: 5, burst: 20 },
      authenticate: { rate: 5, burst: 20 },
      unitWebhook: { rate: 5, burst: 25 },
    },
  },
  trustedProxy: 'none',
  tracing: 'sampled',
} as const;

/** The stages that `bin/app.ts` makes a stack of. */
export const stages = {
  dev: {
    name: 'dev',
    ...testVendors,
    ...everyStage,
    allowedOrigins: ['http://localhost:4400'],
    redirectUrls: ['http://localhost:4400/callback'],
    passkeyDomain: 'localhost',
    problemTypeBaseUrl: 'http://localhost:4400/docs/problems/',
    logRetentionDays: 14,
    deletionProtection: false,
  },
  staging: {
    name: 'staging',
    ...testVendors,
    ...everyStage,
    allowedOrigins: ['https://staging.app.bank.example'],
    redirectUrls: ['https://staging.app.bank.example/callback'],
    passkeyDomain: 'staging.app.bank.example',
    problemTypeBaseUrl: 'https://staging.app.bank.example/docs/problems/',
    logRetentionDays: 90,
    deletionProtection: true,
  },
  prod: {
    name: 'prod',
    ...liveVendors,
    ...everyStage,
    allowedOrigins: ['https://app.bank.example'],
    redirectUrls: ['https://app.bank.example/callback'],
    passkeyDomain: 'app.bank.example',
    problemTypeBaseUrl: 'https://app.bank.example/docs/problems/',
    logRetentionDays: 400,
    deletionProtection: true,
  },
} as const satisfies Readonly<Record<string, Stage>>;

// What differs between the stages. A team replaces the example domains and the project ids, and adds stages of its own.
import type { SessionTransport } from '../functions/contract/route.ts';
import type { FunctionName, routes } from '../functions/contract/routes.ts';
import { defaultLimits, type Limits } from '../functions/core/limits.ts';

/** Requests a second, and how many may come at once. AWS keeps to both as best it can, not exactly. */
export interface Throttle {
  readonly rate: number;
  readonly burst: number;
}

export interface Stage {
  /** Lower-case letters, digits and dashes; part of the stack's name. */
  readonly name: string;
  /** The AWS account, twelve digits: nothing deploys the stage into another. @default - that of the credentials */
  readonly account?: string;
  /** The region, with the account. @default - that of the credentials */
  readonly region?: string;
  /** Both vendors are live, or both are test: no mix. */
  readonly vendorEnvironment: 'test' | 'live';
  readonly stytchProjectId: string;
  readonly stytchBaseUrl: string;
  /** The custom domain of the Stytch project, which then issues its JWTs. @default - none */
  readonly stytchCustomDomain?: string;
  readonly unitBaseUrl: string;
  /** Exact browser origins that may call the API; none for native apps alone. */
  readonly allowedOrigins: readonly string[];
  /** Exact URLs that a magic link, or Unit's form once it is sent, may lead to. */
  readonly redirectUrls: readonly string[];
  /** The domain that passkeys are bound to; changing it makes every enrolled passkey useless. */
  readonly passkeyDomain: string;
  /** Where the docs pages of the problem types live; ends with a slash. */
  readonly problemTypeBaseUrl: string;
  /**
   * Where the session token travels: in JSON bodies, or in a cookie of the API's own domain that no script can read. A
   * cookie needs `customDomain` on the site of the app, and leaves native apps out.
   */
  readonly sessionTransport: SessionTransport;
  readonly session: { readonly idleSeconds: number; readonly maxSeconds: number };
  /** A named policy in `config/token-policy.json`. */
  readonly tokenPolicy: string;
  readonly limits: Limits;
  /** Of all callers together. A route that is named here has a throttle of its own, which no other route can use up. */
  readonly throttles: Throttle & {
    readonly routes?: Readonly<Partial<Record<keyof typeof routes, Throttle>>>;
  };
  /** What Unit has agreed to for one address. @default 1000, what it allows everybody */
  readonly unitCallsPerMinute?: number;
  /** One of the periods that CloudWatch Logs knows. */
  readonly logRetentionDays: number;
  /** Protects the table and the stack from deletion; always so in a live stage, whose logs also outlive the stack. */
  readonly deletionProtection: boolean;
  /** Gets every alarm. @default - alarms change state and tell nobody */
  readonly alarmEmail?: string;
  /**
   * What stands in front of the gateway, and so where the caller's address is read from. With `cloudfront` every request
   * has to bring the origin secret.
   */
  readonly trustedProxy: 'none' | 'cloudfront';
  /**
   * The name of CloudFront that clients and Unit call once it is trusted. With it the stack generates the origin secret,
   * for CloudFront to have before. @default - no CloudFront
   */
  readonly cloudFrontDomain?: string;
  /** `sampled` is Lambda's own fixed rate: one request a second and 5 % of the rest. */
  readonly tracing: 'sampled' | 'off';
  /** A domain of the stage's own, with its certificate in ACM of the same region. @default - AWS's own address */
  readonly customDomain?: { readonly name: string; readonly certificateArn: string };
  /**
   * Closes AWS's own address of the API, once clients and Unit call the custom domain: on from its second deploy.
   * @default false
   */
  readonly closeAwsEndpoint?: boolean;
  /** Concurrent runs kept for a function. New AWS accounts have 10 in all. @default - none reserved */
  readonly reservedConcurrency?: Readonly<Partial<Record<FunctionName, number>>>;
}

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

// What a stage may set. The type of a stage is made of this, so what the compiler takes and what a synth takes are one.
import * as z from 'zod/mini';
import { functionNames, sessionTransports } from '../functions/contract/route.ts';
import { type RouteName, routes } from '../functions/contract/routes.ts';
import { defaultLimits, type LimitName } from '../functions/core/limits.ts';

const isLimitName = (name: string): name is LimitName => Object.hasOwn(defaultLimits, name);
const isRouteName = (name: string): name is RouteName => Object.hasOwn(routes, name);
const limitNames = Object.keys(defaultLimits).filter(isLimitName);
const routeNames = Object.keys(routes).filter(isRouteName);

/** For a name that is none of these the message lists them: the issue itself has the strange names alone. */
const strange = (names: readonly string[]) => ({
  error: ({ code }: { readonly code: string }) =>
    code === 'unrecognized_keys' ? names.join(' ') : undefined,
});

const settings = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.strictObject(shape, strange(Object.keys(shape)));

/** Requests a second, and how many may come at once. AWS keeps to both as best it can, not exactly. */
const rates = { rate: z.number(), burst: z.number() };
const throttle = settings(rates);
export type Throttle = Readonly<z.infer<typeof throttle>>;

const texts = z.readonly(z.array(z.string()));

export const stageSchema = settings({
  /** Lower-case letters, digits and dashes; part of the stack's name. */
  name: z.string(),
  /** The AWS account, twelve digits: nothing deploys the stage into another. @default - that of the credentials */
  account: z.exactOptional(z.string()),
  /** The region, with the account. @default - that of the credentials */
  region: z.exactOptional(z.string()),
  /** Both vendors are live, or both are test: no mix. */
  vendorEnvironment: z.enum(['test', 'live']),
  stytchProjectId: z.string(),
  stytchBaseUrl: z.string(),
  /** The custom domain of the Stytch project, which then issues its JWTs. @default - none */
  stytchCustomDomain: z.exactOptional(z.string()),
  unitBaseUrl: z.string(),
  /** Exact browser origins that may call the API; none for native apps alone. */
  allowedOrigins: texts,
  /** Exact URLs that a magic link, or Unit's form once it is sent, may lead to. */
  redirectUrls: texts,
  /** The domain that passkeys are bound to; changing it makes every enrolled passkey useless. */
  passkeyDomain: z.string(),
  /** Where the docs pages of the problem types live; ends with a slash. */
  problemTypeBaseUrl: z.string(),
  /**
   * Where the session token travels: in JSON bodies, or in a cookie of the API's own domain that no script can read. A
   * cookie needs `customDomain` on the site of the app, and leaves native apps out.
   */
  sessionTransport: z.enum(sessionTransports),
  session: z.readonly(settings({ idleSeconds: z.number(), maxSeconds: z.number() })),
  /** A named policy in `config/token-policy.json`. */
  tokenPolicy: z.string(),
  limits: z.readonly(
    z.record(
      z.enum(limitNames),
      z.readonly(settings({ max: z.number(), windowSeconds: z.number() })),
      strange(limitNames),
    ),
  ),
  /** Of all callers together. A route that is named here has a throttle of its own, which no other route can use up. */
  throttles: z.readonly(
    settings({
      ...rates,
      routes: z.exactOptional(
        z.readonly(z.partialRecord(z.enum(routeNames), z.readonly(throttle), strange(routeNames))),
      ),
    }),
  ),
  /** What Unit has agreed to for one address. @default 1000, what it allows everybody */
  unitCallsPerMinute: z.exactOptional(z.number()),
  /** One of the periods that CloudWatch Logs knows. */
  logRetentionDays: z.number(),
  /** Protects the table and the stack from deletion; always so in a live stage, whose logs also outlive the stack. */
  deletionProtection: z.boolean(),
  /** Gets every alarm. @default - alarms change state and tell nobody */
  alarmEmail: z.exactOptional(z.string()),
  /**
   * What stands in front of the gateway, and so where the caller's address is read from. With `cloudfront` every request
   * has to bring the origin secret.
   */
  trustedProxy: z.enum(['none', 'cloudfront']),
  /**
   * The name of CloudFront that clients and Unit call once it is trusted. With it the stack generates the origin secret,
   * for CloudFront to have before. @default - no CloudFront
   */
  cloudFrontDomain: z.exactOptional(z.string()),
  /** `sampled` is Lambda's own fixed rate: one request a second and 5 % of the rest. */
  tracing: z.enum(['sampled', 'off']),
  /** A domain of the stage's own, with its certificate in ACM of the same region. @default - AWS's own address */
  customDomain: z.exactOptional(z.readonly(settings({ name: z.string(), certificateArn: z.string() }))),
  /**
   * Closes AWS's own address of the API, once clients and Unit call the custom domain: on from its second deploy.
   * @default false
   */
  closeAwsEndpoint: z.exactOptional(z.boolean()),
  /** Concurrent runs kept for a function. New AWS accounts have 10 in all. @default - none reserved */
  reservedConcurrency: z.exactOptional(
    z.readonly(z.partialRecord(z.enum(functionNames), z.number(), strange(functionNames))),
  ),
});

export type Stage = Readonly<z.infer<typeof stageSchema>>;

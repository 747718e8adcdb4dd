// The only reader of the environment: each setting with its schema, and every fault in one message.
import * as z from 'zod/mini';
import { parseJson } from './adapters/json.ts';
import { type SessionTransport, sessionTransports } from './contract/route.ts';
import type { FunctionName } from './contract/routes.ts';
import { functionSettings, type SettingName } from './contract/settings.ts';
import { ServiceError } from './core/errors.ts';
import type { LimitName, Limits } from './core/limits.ts';

const text = z.string().check(z.minLength(1));
const arn = z.string().check(z.regex(/^arn:aws[\w-]*:secretsmanager:/));
const seconds = z.pipe(z.string().check(z.regex(/^[1-9]\d{0,5}$/)), z.transform(Number));

const loopback = /^http:\/\/(127\.0\.0\.1|localhost):\d{1,5}$/;

/** The vendors' own hosts over https, or loopback over http: nothing else may ever get our secrets. */
const vendorUrls = {
  test: ['https://test.stytch.com', 'https://api.s.unit.sh'],
  live: ['https://api.stytch.com', 'https://api.unit.co'],
} as const satisfies Record<string, readonly string[]>;

const baseUrl = (...hosts: readonly string[]) =>
  z.string().check(z.refine((url) => hosts.some((host) => host === url) || loopback.test(url)));

const json = <Schema extends z.ZodMiniType>(schema: Schema) =>
  z.pipe(z.pipe(z.string(), z.transform(parseJson)), schema);

/** What each setting is, once read. */
interface Settings {
  readonly STAGE: string;
  readonly VENDOR_ENVIRONMENT: 'test' | 'live';
  readonly STYTCH_PROJECT_ID: string;
  readonly STYTCH_BASE_URL: string;
  readonly STYTCH_ISSUERS: readonly string[];
  readonly UNIT_BASE_URL: string;
  readonly PROBLEM_TYPE_BASE_URL: string;
  readonly ID_MAPPING_TABLE_NAME: string;
  readonly HASH_KEY_SECRET_ARN: string;
  readonly STYTCH_SECRET_ARN: string;
  readonly UNIT_ORG_TOKEN_SECRET_ARN: string;
  readonly UNIT_WEBHOOK_SECRET_ARN: string;
  readonly SESSION_TRANSPORT: SessionTransport;
  readonly ALLOWED_ORIGINS: readonly string[];
  /** Null where the stage does not know its own. */
  readonly UNIT_WEBHOOK_HOST: string | null;
  readonly REDIRECT_URLS: readonly string[];
  readonly PASSKEY_DOMAIN: string;
  readonly SESSION_IDLE_SECONDS: number;
  readonly SESSION_MAX_SECONDS: number;
  readonly TRUSTED_PROXY: 'none' | 'cloudfront';
  /** `none` without a proxy. */
  readonly ORIGIN_SECRET_ARN: string;
  readonly TOKEN_POLICY: string;
  readonly LIMITS: Limits;
}

const limit = z.object({ max: z.int().check(z.minimum(0)), windowSeconds: z.int().check(z.minimum(1)) });
const limits = z.object({
  sendsPerAddressAndSource: limit,
  sendsPerAddress: limit,
  sendsPerSource: limit,
  sendsPerNumber: limit,
  triesPerChallenge: limit,
  failuresInARow: limit,
  failuresPerDay: limit,
  submissionsPerDay: limit,
  uploadsPerDay: limit,
  sensitiveExchanges: limit,
} satisfies Record<LimitName, typeof limit>);

const settings: { readonly [Name in SettingName]: z.ZodMiniType<Settings[Name]> } = {
  STAGE: text,
  VENDOR_ENVIRONMENT: z.enum(['test', 'live']),
  STYTCH_PROJECT_ID: z.string().check(z.regex(/^project-(test|live)-[\w-]{1,64}$/)),
  STYTCH_BASE_URL: baseUrl('https://test.stytch.com', 'https://api.stytch.com'),
  STYTCH_ISSUERS: json(
    z.array(z.string().check(z.regex(/^(stytch\.com\/project-|https:\/\/)[\w.-]+$/))).check(z.minLength(1)),
  ),
  UNIT_BASE_URL: baseUrl('https://api.s.unit.sh', 'https://api.unit.co'),
  PROBLEM_TYPE_BASE_URL: z.url(),
  ID_MAPPING_TABLE_NAME: text,
  HASH_KEY_SECRET_ARN: arn,
  STYTCH_SECRET_ARN: arn,
  UNIT_ORG_TOKEN_SECRET_ARN: arn,
  UNIT_WEBHOOK_SECRET_ARN: arn,
  SESSION_TRANSPORT: z.enum(sessionTransports),
  ALLOWED_ORIGINS: json(z.array(z.url())),
  UNIT_WEBHOOK_HOST: z.pipe(
    z.string().check(z.regex(/^(any|[a-z0-9-]+(\.[a-z0-9-]+)+)$/)),
    z.transform((host) => (host === 'any' ? null : host)),
  ),
  REDIRECT_URLS: json(z.array(z.url()).check(z.minLength(1))),
  PASSKEY_DOMAIN: z.string().check(z.regex(/^[a-z0-9-]+(\.[a-z0-9-]+)*$/)),
  SESSION_IDLE_SECONDS: seconds,
  SESSION_MAX_SECONDS: seconds,
  TRUSTED_PROXY: z.enum(['none', 'cloudfront']),
  ORIGIN_SECRET_ARN: z.union([z.literal('none'), arn]),
  TOKEN_POLICY: text,
  LIMITS: json(limits),
};

export interface Config {
  get<Name extends SettingName>(name: Name): Settings[Name];
}

/**
 * Checks every setting of a function at once.
 * @throws ServiceError `server_error` whose reason names all that are missing or bad; values are never told
 */
export function readConfig(name: FunctionName, environment: NodeJS.ProcessEnv = process.env): Config {
  const faults = [
    ...functionSettings[name].settings.filter((one) => !settings[one].safeParse(environment[one]).success),
    ...mixedVendors(environment),
    ...unlockedProxy(environment),
  ];
  if (faults.length > 0) throw badSettings(faults);
  return {
    get(one) {
      const parsed = settings[one].safeParse(environment[one]);
      if (!parsed.success) throw badSettings([one]);
      return parsed.data;
    },
  };
}

/** The stage by name, for what must work even where the settings do not. */
export const stageName = (environment: NodeJS.ProcessEnv = process.env): string =>
  environment['STAGE'] ?? 'unknown';

const credentials = z.object({
  AWS_ACCESS_KEY_ID: text,
  AWS_SECRET_ACCESS_KEY: text,
  AWS_SESSION_TOKEN: z.optional(z.string()),
});

/**
 * The credentials of the function's role, which Lambda sets.
 * @throws ServiceError `server_error`
 */
export function readCredentials(environment: NodeJS.ProcessEnv = process.env) {
  const parsed = credentials.safeParse(environment);
  if (!parsed.success) throw badSettings(['AWS credentials']);
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = parsed.data;
  return {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    ...(AWS_SESSION_TOKEN === undefined ? {} : { sessionToken: AWS_SESSION_TOKEN }),
  };
}

const badSettings = (names: readonly string[]): ServiceError =>
  new ServiceError('server_error', { reason: `settings: ${names.join(', ')}` });

/** A proxy is trusted by its secret, and a secret is there for a proxy: one without the other trusts strangers. */
const unlockedProxy = ({
  TRUSTED_PROXY,
  ORIGIN_SECRET_ARN = 'none',
}: NodeJS.ProcessEnv): readonly string[] =>
  (TRUSTED_PROXY === 'cloudfront') === (ORIGIN_SECRET_ARN !== 'none')
    ? []
    : ['TRUSTED_PROXY (and its secret)'];

/** Test and live, or simulated and real, never meet; the operators' commands keep to the same rule. */
export function mixedVendors(environment: NodeJS.ProcessEnv): readonly string[] {
  const { VENDOR_ENVIRONMENT, STYTCH_PROJECT_ID, STYTCH_BASE_URL, UNIT_BASE_URL } = environment;
  const urls = [STYTCH_BASE_URL, UNIT_BASE_URL].filter((url) => url !== undefined);
  const expected: readonly string[] = vendorUrls[VENDOR_ENVIRONMENT === 'live' ? 'live' : 'test'];
  const isReal = urls.every((url) => expected.includes(url));
  const isSimulated = VENDOR_ENVIRONMENT !== 'live' && urls.every((url) => loopback.test(url));
  const isOwnProject =
    STYTCH_PROJECT_ID === undefined || STYTCH_PROJECT_ID.startsWith(`project-${VENDOR_ENVIRONMENT}-`);
  return (isReal || isSimulated) && isOwnProject ? [] : ['VENDOR_ENVIRONMENT (vendors are mixed)'];
}

// Refuses a stage that could not work or would not be safe, before anything is made of it.
import tokenPolicies from '../config/token-policy.json' with { type: 'json' };
import { policyNames } from '../functions/contract/token-policy.ts';
import { frontDoorFaults } from './check-front-door.ts';
import { safetyFaults } from './check-safety.ts';
import { readStage } from './check-settings.ts';
import { isLoopback, isWithin } from './hosts.ts';
import { Refusal } from './refusal.ts';
import { publicNameOf, type Stage, type Throttle } from './stages.ts';

/**
 * Takes a stage as the file has it, since a synth runs without the compiler.
 * @throws Refusal that names every field at fault: of values only where every setting is there and of its kind
 */
export function checkStage(written: Partial<Stage>): void {
  const read = readStage(written);
  const faults = read.faults ?? valueFaults(read.stage);
  if (faults.length > 0)
    throw new Refusal(`Stage ${written.name ?? 'without a name'}:\n- ${faults.join('\n- ')}`);
}

function valueFaults(stage: Stage): readonly string[] {
  return [
    ...vendorFaults(stage),
    ...addressFaults(stage),
    ...cookieFaults(stage),
    ...sessionFaults(stage),
    ...limitFaults(stage),
    ...operationFaults(stage),
    ...frontDoorFaults(stage),
    ...safetyFaults(stage),
  ];
}

const vendorHosts = {
  test: { stytch: 'https://test.stytch.com', unit: 'https://api.s.unit.sh' },
  live: { stytch: 'https://api.stytch.com', unit: 'https://api.unit.co' },
} as const;

const hostName = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/;

function* vendorFaults(stage: Stage): Generator<string> {
  const { vendorEnvironment } = stage;
  const hosts = vendorHosts[vendorEnvironment];
  const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
  if (!new RegExp(`^project-${vendorEnvironment}-${uuid}$`).test(stage.stytchProjectId))
    yield `stytchProjectId must be project-${vendorEnvironment}-<uuid> where vendorEnvironment is ${vendorEnvironment}`;
  if (stage.stytchBaseUrl !== hosts.stytch)
    yield `stytchBaseUrl must be ${hosts.stytch} where vendorEnvironment is ${vendorEnvironment}`;
  if (stage.stytchCustomDomain !== undefined && !hostName.test(stage.stytchCustomDomain))
    yield 'stytchCustomDomain must be a bare host name in lower case';
  if (stage.unitBaseUrl !== hosts.unit)
    yield `unitBaseUrl must be ${hosts.unit} where vendorEnvironment is ${vendorEnvironment}`;
}

function* addressFaults(stage: Stage): Generator<string> {
  const https = stage.vendorEnvironment === 'live' ? 'https' : 'https, or http on loopback';
  for (const [index, origin] of stage.allowedOrigins.entries())
    if (!isSecureUrl(stage, origin) || new URL(origin).origin !== origin)
      yield `allowedOrigins[${index}] must be an exact origin (${https}; no path, no wildcard)`;
  if (stage.redirectUrls.length === 0) yield 'redirectUrls must name at least one URL';
  for (const [index, url] of stage.redirectUrls.entries())
    if (!isSecureUrl(stage, url) || new URL(url).href !== url || url.includes('#'))
      yield `redirectUrls[${index}] must be an exact URL (${https}; normalized, no fragment, no wildcard)`;
  const base = stage.problemTypeBaseUrl;
  if (!isSecureUrl(stage, base) || new URL(base).href !== base || !/^[^?#]+\/$/.test(base))
    yield `problemTypeBaseUrl must be a URL (${https}) that ends with a slash`;
  if (!hostName.test(stage.passkeyDomain)) yield 'passkeyDomain must be a bare host name in lower case';
  if (stage.vendorEnvironment === 'live' && isLoopback(stage.passkeyDomain))
    yield 'passkeyDomain must not be loopback where vendorEnvironment is live';
  // A browser refuses a passkey on a page outside its domain, so then no page could use one.
  if (
    stage.allowedOrigins.length > 0 &&
    !stage.allowedOrigins.some((it) => isWithin(stage.passkeyDomain, it))
  )
    yield 'passkeyDomain must be the host of one of allowedOrigins, or a parent of it';
}

/** A cookie reaches the API from pages of the same site alone: another domain, or http beside https, is another site. */
function* cookieFaults(stage: Stage): Generator<string> {
  const { sessionTransport, customDomain, allowedOrigins } = stage;
  if (sessionTransport !== 'cookie') return;
  const name = publicNameOf(stage);
  if (allowedOrigins.length === 0)
    yield 'allowedOrigins must name at least one origin where sessionTransport is cookie: native apps alone need body';
  if (customDomain === undefined || name === undefined) {
    yield 'customDomain must be there where sessionTransport is cookie: the address that AWS gives is another site';
    return;
  }
  for (const [index, origin] of allowedOrigins.entries())
    if (isSecureUrl(stage, origin) && !isOwnSite(stage, origin, name))
      yield `allowedOrigins[${index}] must be https under a domain of two labels or more that is also ${name}'s, the name that browsers call, where sessionTransport is cookie`;
}

/** Without the list of public suffixes: two names under `co.uk` pass here, and then the browser keeps the cookie back. */
function isOwnSite({ vendorEnvironment }: Stage, origin: string, api: string): boolean {
  const { protocol, hostname } = new URL(origin);
  if (isLoopback(hostname)) return vendorEnvironment === 'test' && hostname === 'localhost';
  const [own, theirs] = [hostname, api].map((host) => host.split('.').toReversed());
  return (
    protocol === 'https:' &&
    own !== undefined &&
    [0, 1].every((i) => own[i] !== undefined && own[i] === theirs?.[i])
  );
}

function* sessionFaults({ session }: Stage): Generator<string> {
  // Stytch makes no session of less than five minutes.
  if (!isWhole(session.idleSeconds, 300, 3600)) yield 'session.idleSeconds must be 300 to 3600';
  // NIST SP 800-63B-4: at most a day until both factors are asked for again.
  if (!isWhole(session.maxSeconds, session.idleSeconds, 86_400))
    yield 'session.maxSeconds must be session.idleSeconds to 86400';
}

function* limitFaults({ limits, throttles }: Stage): Generator<string> {
  for (const [name, { max, windowSeconds }] of Object.entries(limits)) {
    if (!isWhole(max, 1)) yield `limits.${name}.max must be a whole number above 0`;
    if (!isWhole(windowSeconds, 1)) yield `limits.${name}.windowSeconds must be a whole number above 0`;
  }
  // At ten Stytch itself locks the user, so strangers could lock people out.
  if (limits.failuresInARow.max >= 10) yield 'limits.failuresInARow.max must be below 10';
  yield* throttleFaults('throttles', throttles);
  for (const [name, throttle] of Object.entries(throttles.routes ?? {}))
    yield* throttleFaults(`throttles.routes.${name}`, throttle);
}

function* throttleFaults(field: string, { rate, burst }: Throttle): Generator<string> {
  if (!isWhole(rate, 1)) yield `${field}.rate must be a whole number above 0`;
  if (!isWhole(burst, Math.max(1, rate))) yield `${field}.burst must be ${field}.rate or more`;
}

const policies = policyNames(tokenPolicies);
const logRetentionPeriods = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

function* operationFaults(stage: Stage): Generator<string> {
  const { customDomain } = stage;
  if (customDomain !== undefined && !(hostName.test(customDomain.name) && customDomain.name.includes('.')))
    yield 'customDomain.name must be a bare host name in lower case';
  if (
    customDomain !== undefined &&
    !/^arn:aws[\w-]*:acm:[\w-]+:\d{12}:certificate\/[\w-]+$/.test(customDomain.certificateArn)
  )
    yield 'customDomain.certificateArn must be the ARN of a certificate in ACM';
  if (stage.trustedProxy === 'cloudfront' && customDomain === undefined)
    yield 'trustedProxy must be none without customDomain: the address that AWS gives would be a way around CloudFront';
  if (!/^[a-z][a-z0-9-]{0,31}$/.test(stage.name))
    yield 'name must be lower-case letters, digits and dashes, 32 at most';
  if (!policies.includes(stage.tokenPolicy))
    yield `tokenPolicy must be a policy in config/token-policy.json: ${policies.join(', ')}`;
  if (!logRetentionPeriods.includes(stage.logRetentionDays))
    yield `logRetentionDays must be one of ${logRetentionPeriods.join(', ')}`;
  if (stage.alarmEmail !== undefined && !/^[^@\s]+@[^@\s]+$/.test(stage.alarmEmail))
    yield 'alarmEmail must be an email address';
  for (const [name, runs] of Object.entries(stage.reservedConcurrency ?? {}))
    if (!isWhole(runs, 1)) yield `reservedConcurrency.${name} must be a whole number above 0`;
}

function isSecureUrl({ vendorEnvironment }: Stage, text: string): boolean {
  if (!URL.canParse(text) || /[*\s]/.test(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  if (username !== '' || password !== '') return false;
  if (!isLoopback(hostname)) return protocol === 'https:';
  return vendorEnvironment === 'test' && (protocol === 'https:' || protocol === 'http:');
}

function isWhole(value: number, least: number, most = Number.MAX_SAFE_INTEGER): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

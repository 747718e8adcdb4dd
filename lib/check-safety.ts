// Refuses a stage that would work and yet not be safe: limits that limit nothing, hosts of strangers, logs cut short.
import { routes } from '../functions/contract/routes.ts';
import { defaultLimits, type LimitName } from '../functions/core/limits.ts';
import { MOST_UNIT_CALLS } from '../functions/core/reconcile/budget.ts';
import { isWithin } from './hosts.ts';
import { type Stage, unitCallsPerMinuteOf } from './stages.ts';

export function* safetyFaults(stage: Stage): Generator<string> {
  yield* unitShareFaults(stage);
  yield* hostFaults(stage);
  yield* domainFaults(stage);
  if (stage.vendorEnvironment === 'live') yield* liveFaults(stage);
}

/** PCI DSS 4.0.1, 10.5.1: a year of audit logs. */
const LEAST_LOG_DAYS = 365;

function* liveFaults({ limits, deletionProtection, logRetentionDays }: Stage): Generator<string> {
  if (!deletionProtection) yield 'deletionProtection must be true where vendorEnvironment is live';
  if (logRetentionDays < LEAST_LOG_DAYS)
    yield `logRetentionDays must be ${LEAST_LOG_DAYS} or more where vendorEnvironment is live`;
  for (const [name, { max, windowSeconds }] of Object.entries(limits)) {
    if (!isLimitName(name)) continue;
    const per = defaultLimits[name].windowSeconds;
    const most = mostOf[name];
    if (max > most || max * per > most * windowSeconds)
      yield `limits.${name} must let through ${most} in ${per} seconds or fewer where vendorEnvironment is live`;
  }
}

/** In the window of the default: above these a limit no longer does what it is there for. */
const mostOf = {
  sendsPerAddressAndSource: 100,
  sendsPerAddress: 200,
  // A company or a campus behind one address.
  sendsPerSource: 10_000,
  sendsPerNumber: 20,
  // Of the million codes that there are.
  triesPerChallenge: 10,
  failuresInARow: 9,
  // NIST SP 800-63B-4, 3.2.2: no more than 100 failed tries of one account.
  failuresPerDay: 100,
  submissionsPerDay: 100,
  uploadsPerDay: 1000,
  sensitiveExchanges: 100,
} as const satisfies Record<LimitName, number>;

const isLimitName = (name: string): name is LimitName => Object.hasOwn(defaultLimits, name);

/** Most requests become one call to Unit, which counts by address; sign-up asks Stytch alone. The reconcile runs once a minute. */
function* unitShareFaults(stage: Stage): Generator<string> {
  const { rate, burst, routes: own = {} } = stage.throttles;
  const most = unitCallsPerMinuteOf(stage);
  const callsUnit = new Set(
    Object.entries(routes).flatMap(([name, route]) => (route.function === 'signup' ? [] : [name])),
  );
  const rates = Object.entries(own).map(([name, throttle]) => (callsUnit.has(name) ? throttle.rate : 0));
  const total = rates.reduce((sum, one) => sum + one, rate);
  if (!(Number.isInteger(most) && most > 0)) yield 'unitCallsPerMinute must be a whole number above 0';
  else if (total * 60 + MOST_UNIT_CALLS > most)
    yield `throttles.rate must be lower: with the routes' own, ${total} a second and the reconcile's ${MOST_UNIT_CALLS} calls a minute are more than the ${most} that Unit allows an address`;
  if (burst > most) yield `throttles.burst must be ${most} or fewer, the calls that Unit allows in a minute`;
}

/** Whoever holds the host of a redirect gets sign-in links. */
function* hostFaults({ redirectUrls, allowedOrigins, passkeyDomain }: Stage): Generator<string> {
  const origins = allowedOrigins.filter((origin) => URL.canParse(origin)).map((it) => new URL(it).hostname);
  for (const [index, url] of redirectUrls.entries())
    if (URL.canParse(url) && !isWithin(passkeyDomain, url) && !origins.includes(new URL(url).hostname))
      yield `redirectUrls[${index}] must be on passkeyDomain, below it, or on the host of one of allowedOrigins`;
}

/** A name under which anybody may have a domain; browsers know the whole list and refuse passkeys for them. */
const registries = /^(?:[a-z]+|(?:ac|co|com|edu|gov|net|org)\.[a-z]{2})$/;

function* domainFaults({ passkeyDomain }: Stage): Generator<string> {
  if (passkeyDomain !== 'localhost' && registries.test(passkeyDomain))
    yield 'passkeyDomain must be a domain of your own, not one that others have names under';
}

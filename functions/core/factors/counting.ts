// Which factors count: on the user now, verified, and known to us long enough (design of the enrolment rules).
import type { FactorRecord, UserRecord } from '../onboarding/records.ts';
import type { AuthenticationFactor, User, UserFactor } from '../session/session.ts';
import { isPossession } from './presets.ts';

/** A factor that appeared on somebody who had applied already waits this long before it counts. */
export const LATE_FACTOR_WAIT_SECONDS = 86_400;

/** Whether a factor of the session counts, by the user as Stytch shows it now and by our records. */
export function countsBy(
  user: User,
  records: readonly FactorRecord[],
  now: number,
): (factor: AuthenticationFactor) => boolean {
  return (factor) => isOnUser(factor, user.factors) && isKnown(factor, records, now);
}

/** Whether a factor that is enrolled would count, were it proved now. */
export const couldCount = (factor: UserFactor, records: readonly FactorRecord[], now: number): boolean =>
  factor.isVerified && isKnown(factor, records, now);

function isOnUser(factor: AuthenticationFactor, onUser: readonly UserFactor[]): boolean {
  return onUser.some(
    (candidate) =>
      candidate.kind === factor.kind && candidate.factorId === factor.factorId && candidate.isVerified,
  );
}

function isKnown(
  factor: { readonly kind: UserFactor['kind']; readonly factorId: string | null },
  records: readonly FactorRecord[],
  now: number,
): boolean {
  if (!isPossession(factor.kind)) return true;
  const record = records.find((candidate) => candidate.factorId === factor.factorId);
  return record !== undefined && countsFrom(record) <= now;
}

/** Since when a factor counts or will count; null for one that we have no record of. */
export function countsSince({ factorId }: UserFactor, records: readonly FactorRecord[]): number | null {
  const record = records.find((candidate) => candidate.factorId === factorId);
  return record === undefined ? null : countsFrom(record);
}

function countsFrom(record: FactorRecord): number {
  switch (record.origin) {
    case 'seen':
      return record.firstSeenAt;
    case 'enrolled':
      // Begun here and never confirmed here: no more than a factor that we first saw late.
      return record.confirmedAt === null ? record.firstSeenAt + LATE_FACTOR_WAIT_SECONDS : record.firstSeenAt;
    case 'seen_late':
    case 'recovered':
      return record.firstSeenAt + LATE_FACTOR_WAIT_SECONDS;
  }
}

/** Whether a lost TOTP was replaced within the last day. */
export const isWaitingAfterRecovery = (records: readonly FactorRecord[], now: number): boolean =>
  records.some(
    ({ origin, firstSeenAt }) => origin === 'recovered' && firstSeenAt + LATE_FACTOR_WAIT_SECONDS > now,
  );

/** Time in which an enrolment that was begun here may still be confirmed. */
export const CONFIRM_WITHIN_SECONDS = 600;

/**
 * Enrolments under way whose factor Stytch shows verified: their confirmation's answer was lost. Not where the user has
 * applied since: what was begun while there was nothing to steal must then be confirmed here, or wait.
 */
export const newlyConfirmed = (user: User, known: UserRecord, now: number): readonly FactorRecord[] =>
  known.factors
    .filter(
      ({ factorId, origin, confirmedAt, firstSeenAt }) =>
        (origin === 'enrolled' || origin === 'recovered') &&
        confirmedAt === null &&
        now - firstSeenAt <= CONFIRM_WITHIN_SECONDS &&
        !known.applications.some(({ createdAt }) => createdAt >= firstSeenAt) &&
        user.factors.some((factor) => factor.factorId === factorId && factor.isVerified),
    )
    .map((record) => ({ ...record, confirmedAt: now }));

/**
 * Records for the verified possession factors that we have not met before. One whose enrolment was begun here and then
 * proved past us is met only now: whoever began it may have waited until there was something to steal.
 */
export function newlySeen(user: User, known: UserRecord, now: number): readonly FactorRecord[] {
  // From the first application on there is something to steal.
  const hasApplied = known.applications.length > 0 || known.customers.length > 0;
  const confirmed = newlyConfirmed(user, known, now);
  const isMet = ({ factorId, origin, confirmedAt }: FactorRecord): boolean =>
    !hasApplied ||
    origin !== 'enrolled' ||
    confirmedAt !== null ||
    confirmed.some((record) => record.factorId === factorId);
  const origin = hasApplied ? 'seen_late' : 'seen';
  return user.factors.flatMap(({ kind, factorId, isVerified }, i) => {
    const isNew =
      !known.factors.some((record) => record.factorId === factorId && isMet(record)) &&
      // One number stands for SMS and for WhatsApp.
      user.factors.findIndex((other) => other.factorId === factorId) === i;
    return isVerified && isNew && factorId !== null && isPossession(kind)
      ? [{ factorId, kind, origin, firstSeenAt: now, confirmedAt: null } as const]
      : [];
  });
}

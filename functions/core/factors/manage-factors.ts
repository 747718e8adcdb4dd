// A user's factors: what there is and what counts, and taking one away.
import type { FactorsAnswer } from '../../contract/factors.ts';
import { ServiceError } from '../errors.ts';
import { timestamp } from '../session/answers.ts';
import type { Session, UserFactor } from '../session/session.ts';
import { couldCount, countsSince } from './counting.ts';
import { ENROLMENT_WINDOW_SECONDS, type EnrolmentPorts, readEnrolled } from './enrolment.ts';
import { admit, judgePresented } from './gate.ts';
import { isPossession } from './presets.ts';

/** Factors that have an id to name them by; one number stands once, as SMS. */
const isListed = (factor: UserFactor): factor is UserFactor & { readonly factorId: string } =>
  factor.factorId !== null && factor.kind !== 'whatsapp';

/** The factors of the signed-in user, numbers masked, and what the policy will ask for. */
export async function listFactors(
  ports: EnrolmentPorts,
  presented: Session,
  signal: AbortSignal,
): Promise<FactorsAnswer> {
  const { current, known } = await readEnrolled(ports, presented, signal);
  const now = ports.clock();
  const { apply, scopes } = ports.policy;
  return {
    factors: current.user.factors.filter(isListed).map((factor) => {
      const since = countsSince(factor, known.factors);
      return {
        factorId: factor.factorId,
        kind: factor.kind === 'impersonated' ? 'other' : factor.kind,
        label: factor.phoneNumber === undefined ? null : `***${factor.phoneNumber.slice(-2)}`,
        isVerified: factor.isVerified,
        counts: couldCount(factor, known.factors, now),
        countsFrom: since === null ? null : timestamp(since),
      };
    }),
    requirements: [
      { for: 'apply', ...apply },
      ...Object.entries(scopes).map(([scope, one]) => ({ for: scope, ...one })),
    ].map(({ for: what, preset, maxFactorAgeSeconds }) => ({ for: what, preset, maxFactorAgeSeconds })),
  };
}

/** Taking a factor away needs one that is held, proved a moment ago (ASVS A7.5.1). */
const removal = { preset: 'stytch-mfa', maxFactorAgeSeconds: ENROLMENT_WINDOW_SECONDS } as const;

/**
 * Removes one of the user's own second factors, never the last that counts.
 * @throws ServiceError `not_found`, `conflict`, `insufficient_user_authentication`, `enrollment_required`
 */
export async function removeFactor(
  ports: EnrolmentPorts,
  presented: Session,
  factorId: string,
  signal: AbortSignal,
): Promise<void> {
  await judgePresented(ports, removal, presented, signal);
  const now = ports.clock();
  // Two removals at once would each see the other's factor as the one that stays.
  if (!(await ports.mappings.takeUserLease(presented.stytchUserId, now, now + REMOVAL_LEASE_SECONDS))) {
    throw new ServiceError('conflict', { detail: 'Another removal is under way.', reason: 'lease' });
  }
  const [removed] = await Promise.allSettled([removeUnderLease(ports, presented, factorId, signal)]);
  // The lease lapses by itself; a store that fails now must not turn a removal into an error.
  await Promise.allSettled([ports.mappings.endUserLease(presented.stytchUserId)]);
  if (removed.status === 'rejected') throw removed.reason;
}

/** Longer than the route's deadline. */
const REMOVAL_LEASE_SECONDS = 15;

async function removeUnderLease(
  ports: EnrolmentPorts,
  presented: Session,
  factorId: string,
  signal: AbortSignal,
): Promise<void> {
  const admitted = await readEnrolled(ports, presented, signal);
  await admit(ports, removal, admitted);
  const { current, known } = admitted;
  const own = current.user.factors.find((factor) => factor.factorId === factorId);
  if (own === undefined || !isPossession(own.kind)) {
    throw new ServiceError('not_found', { reason: 'factor_not_own' });
  }
  const now = ports.clock();
  const others = current.user.factors.filter(
    (factor) =>
      factor.factorId !== factorId && isPossession(factor.kind) && couldCount(factor, known.factors, now),
  );
  if (others.length === 0) {
    throw new ServiceError('conflict', { detail: 'The last factor stays.', reason: 'last_factor' });
  }
  await ports.provider.deleteFactor(own, signal);
  ports.log.record('factor.removed', { stytchUserId: presented.stytchUserId, factorId, kind: own.kind });
}

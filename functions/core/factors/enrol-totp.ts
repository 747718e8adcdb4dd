// TOTP enrolment in two steps: the secret goes out once, and a first code confirms it and steps the session up.
import type { ConfirmTotpRequest, SteppedUpAnswer, TotpEnrolmentAnswer } from '../../contract/factors.ts';
import { ServiceError } from '../errors.ts';
import type { UserRecord } from '../onboarding/records.ts';
import { sessionAnswer } from '../session/answers.ts';
import { revokeOthers } from '../session/keep-session.ts';
import type { Session, UserFactor } from '../session/session.ts';
import { CONFIRM_WITHIN_SECONDS } from './counting.ts';
import {
  ENROLMENT_WINDOW_SECONDS,
  type EnrolmentPorts,
  readEnrolled,
  requireEnrolment,
  without,
} from './enrolment.ts';
import { prove } from './prove.ts';

const grounds = ['nothing_yet', 'held_factor', 'recovery'] as const;

/**
 * Begins an enrolment; one that was left unfinished is replaced, and so is a lost TOTP after a recovery.
 * @throws ServiceError `insufficient_user_authentication`, `factor_not_allowed`, `conflict` when a TOTP is active
 */
export async function enrolTotp(
  ports: EnrolmentPorts,
  presented: Session,
  signal: AbortSignal,
): Promise<TotpEnrolmentAnswer> {
  const { current, known } = await readEnrolled(ports, presented, signal);
  const ground = requireEnrolment(ports.policy, presented, current, known, ports.clock(), 0, grounds);
  const totps = totpsOf(current.user.factors);
  if (ground !== 'recovery' && totps.some((totp) => totp.isVerified)) {
    throw new ServiceError('conflict', { reason: 'totp_active' });
  }
  const { stytchUserId } = presented;
  if (ground === 'recovery') await beginReplacement(ports, presented, signal);
  for (const replaced of totps) await ports.provider.deleteFactor(replaced, signal);

  const enrolment = await ports.provider.createTotp(stytchUserId, CONFIRM_WITHIN_SECONDS / 60, signal);
  // Written before the first code, so that a lost answer to the confirmation leaves a factor that counts.
  await ports.mappings.beginFactor(stytchUserId, {
    factorId: enrolment.factorId,
    kind: 'totp',
    origin: ground === 'recovery' ? 'recovered' : 'enrolled',
    firstSeenAt: ports.clock(),
    confirmedAt: null,
  });
  ports.log.record('factor.enrolment_begun', {
    stytchUserId,
    factorId: enrolment.factorId,
    kind: 'totp',
    ground,
  });
  return { ...enrolment, recoveryCodes: [...enrolment.recoveryCodes] };
}

/**
 * What must stand before the lost TOTP goes: no other session lives, and a record says that a recovery is under way,
 * whatever fails after it.
 */
async function beginReplacement(
  ports: EnrolmentPorts,
  presented: Session,
  signal: AbortSignal,
): Promise<void> {
  await revokeOthers(ports, presented, signal);
  await ports.mappings.putFactor(presented.stytchUserId, {
    factorId: `recovery-${presented.sessionId}`,
    kind: 'recovery_code',
    origin: 'recovered',
    firstSeenAt: ports.clock(),
    confirmedAt: null,
  });
}

/**
 * Confirms the enrolment under way by a first code, which also steps the session up.
 * @throws ServiceError `conflict` when none is under way, `invalid_grant`, and those of {@link enrolTotp}
 */
export async function confirmTotp(
  ports: EnrolmentPorts,
  presented: Session,
  { code }: ConfirmTotpRequest,
  signal: AbortSignal,
): Promise<SteppedUpAnswer> {
  const { current, known } = await readEnrolled(ports, presented, signal);
  const underWay = totpsOf(current.user.factors).find((totp) => isUnderWay(totp, known, ports.clock()));
  if (underWay?.factorId == null) throw new ServiceError('conflict', { reason: 'no_enrolment' });
  requireEnrolment(
    ports.policy,
    presented,
    current,
    without(known, underWay.factorId),
    ports.clock(),
    ENROLMENT_WINDOW_SECONDS,
    grounds,
  );
  const { stytchUserId, sessionJwt } = presented;
  const ask = () => ports.provider.authenticateTotp({ stytchUserId, code, sessionJwt }, signal);
  const proved = await prove(ports, presented, current, 'totp', ask, signal);
  await ports.mappings.confirmFactor(stytchUserId, underWay.factorId, ports.clock());
  ports.log.record('factor.enrolled', { stytchUserId, factorId: underWay.factorId, kind: 'totp' });
  return sessionAnswer(proved.session);
}

const totpsOf = (factors: readonly UserFactor[]): readonly UserFactor[] =>
  factors.filter((factor) => factor.kind === 'totp');

const isUnderWay = (totp: UserFactor, known: UserRecord, now: number): boolean =>
  known.factors.some(
    (record) =>
      record.factorId === totp.factorId &&
      (record.origin === 'enrolled' || record.origin === 'recovered') &&
      record.confirmedAt === null &&
      now - record.firstSeenAt <= CONFIRM_WITHIN_SECONDS,
  );

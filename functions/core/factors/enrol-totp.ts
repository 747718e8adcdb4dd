// TOTP enrolment in two steps: the secret goes out once, and a first code confirms it and steps the session up.
import type { ConfirmTotpRequest, SteppedUpAnswer, TotpEnrolmentAnswer } from '../../contract/factors.ts';
import { ServiceError } from '../errors.ts';
import type { UserRecord } from '../onboarding/records.ts';
import { sessionAnswer } from '../session/answers.ts';
import type { Session, UserFactor } from '../session/session.ts';
import { ENROLMENT_WINDOW_SECONDS, requireEnrolment } from './enrolment.ts';
import { type Admitted, confirm, type GatePorts, meetNewFactors, refuseBarred } from './gate.ts';
import { type ProofPorts, proveTotp } from './prove-totp.ts';

export interface EnrolmentPorts extends ProofPorts, GatePorts {}

/** Time to scan the code and type the first passcode. */
const CONFIRM_WITHIN_SECONDS = 600;

/**
 * Begins an enrolment; one that was left unfinished is replaced.
 * @throws ServiceError `insufficient_user_authentication`, `factor_not_allowed`, `conflict` when a TOTP is active
 */
export async function enrolTotp(
  ports: EnrolmentPorts,
  presented: Session,
  signal: AbortSignal,
): Promise<TotpEnrolmentAnswer> {
  const { current, known } = await readAll(ports, presented, signal);
  requireEnrolment(ports.policy, presented, current, known, ports.clock(), 0);
  const totps = totpsOf(current.user.factors);
  if (totps.some((totp) => totp.isVerified)) throw new ServiceError('conflict', { reason: 'totp_active' });
  for (const unfinished of totps) await ports.provider.deleteFactor(unfinished, signal);

  const enrolment = await ports.provider.createTotp(
    presented.stytchUserId,
    CONFIRM_WITHIN_SECONDS / 60,
    signal,
  );
  // Written before the first code, so that a lost answer to the confirmation leaves a factor that counts.
  await ports.mappings.putFactor(presented.stytchUserId, {
    factorId: enrolment.factorId,
    kind: 'totp',
    origin: 'enrolled',
    firstSeenAt: ports.clock(),
    confirmedAt: null,
  });
  ports.log.record('factor.enrolment_begun', {
    stytchUserId: presented.stytchUserId,
    factorId: enrolment.factorId,
    kind: 'totp',
  });
  return { ...enrolment, recoveryCodes: [...enrolment.recoveryCodes] };
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
  const { current, known } = await readAll(ports, presented, signal);
  requireEnrolment(
    ports.policy,
    presented,
    current,
    withoutUnconfirmed(known),
    ports.clock(),
    ENROLMENT_WINDOW_SECONDS,
  );
  const underWay = totpsOf(current.user.factors).find((totp) => isUnderWay(totp, known, ports.clock()));
  if (underWay?.factorId == null) throw new ServiceError('conflict', { reason: 'no_enrolment' });

  const proved = await proveTotp(ports, presented, code, signal);
  await ports.mappings.confirmFactor(presented.stytchUserId, underWay.factorId, ports.clock());
  ports.log.record('factor.enrolled', {
    stytchUserId: presented.stytchUserId,
    factorId: underWay.factorId,
    kind: 'totp',
  });
  return sessionAnswer(proved.session);
}

async function readAll(ports: EnrolmentPorts, presented: Session, signal: AbortSignal): Promise<Admitted> {
  const [current, known] = await Promise.all([
    confirm(ports, presented, signal),
    ports.mappings.readUser(presented.stytchUserId),
  ]);
  refuseBarred(known, ports.clock());
  return { current, known: await meetNewFactors(ports, { current, known }) };
}

const totpsOf = (factors: readonly UserFactor[]): readonly UserFactor[] =>
  factors.filter((factor) => factor.kind === 'totp');

const isUnderWay = (totp: UserFactor, known: UserRecord, now: number): boolean =>
  known.factors.some(
    (record) =>
      record.factorId === totp.factorId &&
      record.origin === 'enrolled' &&
      record.confirmedAt === null &&
      now - record.firstSeenAt <= CONFIRM_WITHIN_SECONDS,
  );

/** A factor cannot vouch for its own enrolment. */
const withoutUnconfirmed = (known: UserRecord): UserRecord => ({
  ...known,
  factors: known.factors.filter((record) => record.origin !== 'enrolled' || record.confirmedAt !== null),
});

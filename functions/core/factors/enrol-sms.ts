// SMS enrolment: a code to a new number, and its proof makes the number a factor and steps the session up.
import type {
  ConfirmSmsRequest,
  EnrolSmsRequest,
  SentChallengeAnswer,
  SteppedUpAnswer,
} from '../../contract/factors.ts';
import { ServiceError } from '../errors.ts';
import type { UserRecord } from '../onboarding/records.ts';
import { sessionAnswer } from '../session/answers.ts';
import type { Session } from '../session/session.ts';
import {
  ENROLMENT_WINDOW_SECONDS,
  type EnrolmentPorts,
  readEnrolled,
  requireEnrolment,
  without,
} from './enrolment.ts';
import { prove } from './prove.ts';
import { countSms, openOwnChallenge, sendSms } from './step-up.ts';

const grounds = ['nothing_yet', 'held_factor', 'unit_phone'] as const;

/**
 * Sends a code to a number that is to become a factor.
 * @param source the network that the caller comes from
 * @throws ServiceError `factor_not_allowed`, `insufficient_user_authentication`, `conflict` for a number that is one
 */
export async function enrolSms(
  ports: EnrolmentPorts,
  presented: Session,
  { phoneNumber }: EnrolSmsRequest,
  source: string,
  signal: AbortSignal,
): Promise<SentChallengeAnswer> {
  const { current, known } = await readEnrolled(ports, presented, signal);
  const ground = requireEnrolment(ports.policy, presented, current, known, ports.clock(), 0, grounds);
  // Before Unit is asked: numbers must not be guessed against what it holds.
  await countSms(ports, presented, source);
  if (ground === 'unit_phone') await requireUnitPhone(ports, known, phoneNumber, signal);
  const isEnrolled = current.user.factors.some(
    (factor) => factor.kind === 'sms' && factor.phoneNumber === phoneNumber && factor.isVerified,
  );
  if (isEnrolled) throw new ServiceError('conflict', { reason: 'number_enrolled' });

  const { factorId, challengeId, retryAfterSeconds } = await sendSms(
    ports,
    presented,
    phoneNumber,
    phoneNumber,
    signal,
  );
  await ports.mappings.beginFactor(presented.stytchUserId, {
    factorId,
    kind: 'sms',
    origin: 'enrolled',
    firstSeenAt: ports.clock(),
    confirmedAt: null,
  });
  ports.log.record('factor.enrolment_begun', {
    stytchUserId: presented.stytchUserId,
    factorId,
    kind: 'sms',
    ground,
  });
  return { challengeId, retryAfterSeconds };
}

/** Only the number that Unit holds for one of the user's own customers; it is compared, and kept nowhere. */
async function requireUnitPhone(
  { contacts, mappings }: EnrolmentPorts,
  { stytchUserId, customers }: UserRecord,
  phoneNumber: string,
  signal: AbortSignal,
): Promise<void> {
  for (const { unitCustomerId, status } of customers) {
    const claim = status === 'Active' ? await mappings.readClaim(unitCustomerId) : null;
    if (claim?.stytchUserId !== stytchUserId) continue;
    if ((await contacts.readPhoneNumber(unitCustomerId, signal)) === phoneNumber) return;
  }
  throw new ServiceError('factor_not_allowed', { reason: 'not_the_number_of_unit' });
}

/**
 * Confirms the number by its code, which also steps the session up.
 * @throws ServiceError `invalid_grant`, `rate_limited`, and those of {@link enrolSms}
 */
export async function confirmSms(
  ports: EnrolmentPorts,
  presented: Session,
  { challengeId, code }: ConfirmSmsRequest,
  signal: AbortSignal,
): Promise<SteppedUpAnswer> {
  const { current, known } = await readEnrolled(ports, presented, signal);
  const { methodId } = await openOwnChallenge(ports, presented, challengeId);
  const ground = requireEnrolment(
    ports.policy,
    presented,
    current,
    without(known, methodId),
    ports.clock(),
    ENROLMENT_WINDOW_SECONDS,
    grounds,
  );
  const phoneNumber = current.user.factors.find(({ factorId }) => factorId === methodId)?.phoneNumber;
  if (ground === 'unit_phone') await requireUnitPhone(ports, known, phoneNumber ?? '', signal);
  const record = known.factors.find(({ factorId }) => factorId === methodId);
  // A challenge of a step-up, or of a number first seen elsewhere, is no enrolment.
  if (record?.origin !== 'enrolled' || record.confirmedAt !== null) {
    throw new ServiceError('invalid_grant', { reason: 'no_enrolment' });
  }
  const { stytchUserId, sessionJwt } = presented;
  const ask = () => ports.provider.authenticateOtp({ methodId, code, sessionJwt }, signal);
  const proved = await prove(ports, presented, current, 'sms', ask, signal);
  await ports.mappings.confirmFactor(stytchUserId, methodId, ports.clock());
  ports.log.record('factor.enrolled', { stytchUserId, factorId: methodId, kind: 'sms' });
  return sessionAnswer(proved.session);
}

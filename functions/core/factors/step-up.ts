// Step-up: an enrolled factor proved once more, and the session's JWT then carries it.
import type {
  ChallengeRequest,
  PasskeyOptionsAnswer,
  SentChallengeAnswer,
  SteppedUpAnswer,
  StepUpRequest,
} from '../../contract/factors.ts';
import { ServiceError } from '../errors.ts';
import { sessionAnswer } from '../session/answers.ts';
import { openChallenge, RESEND_AFTER_SECONDS } from '../session/challenges.ts';
import { revokeOthers } from '../session/keep-session.ts';
import type { Session, UserFactor } from '../session/session.ts';
import { couldCount } from './counting.ts';
import { type EnrolmentPorts, readEnrolled } from './enrolment.ts';
import type { Admitted } from './gate.ts';
import { prove } from './prove.ts';
import { requireRecovery } from './recovery.ts';

/**
 * Begins a step-up: a code to an enrolled number, or the options for a passkey.
 * @param source the network that the caller comes from
 * @throws ServiceError `not_found` for a factor that is not the user's own, `enrollment_required`, `rate_limited`
 */
export async function beginStepUp(
  ports: EnrolmentPorts,
  presented: Session,
  request: ChallengeRequest,
  source: string,
  signal: AbortSignal,
): Promise<SentChallengeAnswer | PasskeyOptionsAnswer> {
  const admitted = await readEnrolled(ports, presented, signal);
  if (request.factor === 'passkey') {
    requireCounting(admitted, 'passkey', ports.clock());
    return { options: await ports.provider.startPasskeyProof(presented.stytchUserId, signal) };
  }
  const own = admitted.current.user.factors.find(
    ({ kind, factorId }) => kind === 'sms' && factorId === request.factorId,
  );
  if (own?.phoneNumber === undefined) throw new ServiceError('not_found', { reason: 'factor_not_own' });
  if (!couldCount(own, admitted.known.factors, ports.clock())) {
    throw new ServiceError('enrollment_required', { reason: 'factor_does_not_count' });
  }
  await countSms(ports, presented, source);
  const counted = `${presented.stytchUserId} ${request.factorId}`;
  return sendSms(ports, presented, own.phoneNumber, counted, signal);
}

/**
 * Counts a message that a user asks for, by user and by network, before anything is looked up for it.
 * @throws ServiceError `rate_limited`
 */
export async function countSms(
  { counters }: Pick<EnrolmentPorts, 'counters'>,
  { stytchUserId }: Session,
  source: string,
): Promise<void> {
  await counters.take('sendsPerSource', source);
  await counters.take('sendsPerAddressAndSource', `sms ${stytchUserId} ${source}`);
  await counters.take('sendsPerAddress', `sms ${stytchUserId}`);
}

/**
 * Sends a code to a number and seals what its proof is bound to. `counted` is the number for an enrolment, and the
 * user's own factor for a step-up, so that strangers who try to enrol a number cannot use up its owner's messages.
 */
export async function sendSms(
  ports: EnrolmentPorts,
  { stytchUserId }: Session,
  phoneNumber: string,
  counted: string,
  signal: AbortSignal,
): Promise<SentChallengeAnswer & { readonly factorId: string }> {
  await ports.counters.take('sendsPerNumber', counted);
  const { methodId } = await ports.provider.sendSms({ stytchUserId, phoneNumber }, signal);
  return {
    factorId: methodId,
    challengeId: await ports.challenges.seal({ purpose: 'sms', methodId, stytchUserId }),
    retryAfterSeconds: RESEND_AFTER_SECONDS,
  };
}

/**
 * Steps a session up. Only factors that are confirmed and count are asked, so that no enrolment can be finished here.
 * @throws ServiceError `enrollment_required`, `invalid_grant`, `rate_limited`, `user_locked`
 */
export async function stepUp(
  ports: EnrolmentPorts,
  presented: Session,
  request: StepUpRequest,
  signal: AbortSignal,
): Promise<SteppedUpAnswer> {
  const admitted = await readEnrolled(ports, presented, signal);
  const { current } = admitted;
  const { stytchUserId, sessionJwt } = presented;
  switch (request.factor) {
    case 'totp': {
      requireCounting(admitted, 'totp', ports.clock());
      const { code } = request;
      const ask = () => ports.provider.authenticateTotp({ stytchUserId, code, sessionJwt }, signal);
      return sessionAnswer((await prove(ports, presented, current, 'totp', ask, signal)).session);
    }
    case 'passkey': {
      requireCounting(admitted, 'passkey', ports.clock());
      const { credential } = request;
      const ask = () => ports.provider.authenticatePasskey({ credential, sessionJwt }, signal);
      return sessionAnswer((await prove(ports, presented, current, 'passkey', ask, signal)).session);
    }
    case 'sms': {
      requireCounting(admitted, 'sms', ports.clock());
      const { methodId } = await openOwnChallenge(ports, presented, request.challengeId);
      const own = current.user.factors.find(({ factorId }) => factorId === methodId);
      if (own === undefined || !couldCount(own, admitted.known.factors, ports.clock())) {
        throw new ServiceError('invalid_grant', { reason: 'factor_gone' });
      }
      const ask = () => ports.provider.authenticateOtp({ methodId, code: request.code, sessionJwt }, signal);
      return sessionAnswer((await prove(ports, presented, current, 'sms', ask, signal)).session);
    }
    case 'recovery_code': {
      requireRecovery(ports, presented, current);
      const { recoveryCode } = request;
      const ask = () => ports.provider.recoverTotp({ stytchUserId, recoveryCode, sessionJwt }, signal);
      const recovered = await prove(ports, presented, current, 'recovery_code', ask, signal);
      const ended = await revokeOthers(ports, presented, signal);
      ports.log.record('factor.recovery_begun', { stytchUserId, sessionsEnded: ended });
      return sessionAnswer(recovered.session);
    }
  }
}

/**
 * The challenge of a code that was sent to this very user.
 * @throws ServiceError `invalid_grant`, `rate_limited`
 */
export async function openOwnChallenge(ports: EnrolmentPorts, presented: Session, sealed: string) {
  const challenge = await openChallenge(ports, sealed, 'sms');
  if (challenge.stytchUserId === presented.stytchUserId) return challenge;
  throw new ServiceError('invalid_grant', { reason: 'challenge_of_another' });
}

function requireCounting({ current, known }: Admitted, kind: UserFactor['kind'], now: number): void {
  const counts = current.user.factors.some(
    (factor) => factor.kind === kind && couldCount(factor, known.factors, now),
  );
  if (!counts) throw new ServiceError('enrollment_required', { reason: `no_${kind}_counts` });
}

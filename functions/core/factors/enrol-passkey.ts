// Passkey enrolment: options for the browser, and the credential it made becomes a factor and steps the session up.
import type { ConfirmPasskeyRequest, PasskeyOptionsAnswer, SteppedUpAnswer } from '../../contract/factors.ts';
import type { UserRecord } from '../onboarding/records.ts';
import { sessionAnswer } from '../session/answers.ts';
import type { Session } from '../session/session.ts';
import {
  ENROLMENT_WINDOW_SECONDS,
  type EnrolmentPorts,
  readEnrolled,
  requireEnrolment,
} from './enrolment.ts';
import { prove } from './prove.ts';

const grounds = ['nothing_yet', 'held_factor'] as const;

/**
 * Options for `navigator.credentials.create`.
 * @throws ServiceError `insufficient_user_authentication`, `factor_not_allowed`
 */
export async function enrolPasskey(
  ports: EnrolmentPorts,
  presented: Session,
  signal: AbortSignal,
): Promise<PasskeyOptionsAnswer> {
  const { current, known } = await readEnrolled(ports, presented, signal);
  requireEnrolment(ports.policy, presented, current, known, ports.clock(), 0, grounds);
  return { options: await ports.provider.startPasskeyEnrolment(presented.stytchUserId, signal) };
}

/**
 * Registers the credential. Its id is known only now, so a lost answer leaves a factor that counts by the rules for
 * those that we first see.
 * @throws ServiceError `invalid_grant`, `rate_limited`, and those of {@link enrolPasskey}
 */
export async function confirmPasskey(
  ports: EnrolmentPorts,
  presented: Session,
  { credential }: ConfirmPasskeyRequest,
  signal: AbortSignal,
): Promise<SteppedUpAnswer> {
  const { current, known } = await readEnrolled(ports, presented, signal);
  const grace = ENROLMENT_WINDOW_SECONDS;
  requireEnrolment(ports.policy, presented, current, known, ports.clock(), grace, grounds);
  const { stytchUserId, sessionJwt } = presented;
  let recorded: PromiseSettledResult<void> | undefined;
  const ask = async () => {
    const outcome = await ports.provider.registerPasskey({ stytchUserId, credential, sessionJwt }, signal);
    if (outcome.isProved)
      [recorded] = await Promise.allSettled([recordEnrolled(ports, known, outcome.factorId)]);
    return outcome;
  };
  const { session } = await prove(ports, presented, current, 'passkey', ask, signal);
  // Stytch took the proof: it counts as no failure, though its record was lost.
  if (recorded?.status === 'rejected') throw recorded.reason;
  return sessionAnswer(session);
}

/**
 * Records the one that Stytch says it registered now, and none that somebody else added meanwhile. Another request may
 * have met it already and made it wait; only one that was known before this call stays what it was.
 */
async function recordEnrolled(
  { mappings, clock, log }: EnrolmentPorts,
  { stytchUserId, factors }: UserRecord,
  factorId: string | null,
): Promise<void> {
  if (factorId === null || factors.some((known) => known.factorId === factorId)) return;
  const now = clock();
  await mappings.beginFactor(stytchUserId, {
    factorId,
    kind: 'passkey',
    origin: 'enrolled',
    firstSeenAt: now,
    confirmedAt: now,
  });
  log.record('factor.enrolled', { stytchUserId, factorId, kind: 'passkey' });
}

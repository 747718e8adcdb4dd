// A sent code's challenge: what its proof must be bound to, sealed so that no id of Stytch goes out before sign-in.
import { ServiceError } from '../errors.ts';
import type { Challenges, Clock, Counters } from '../ports.ts';

/** What a code was sent for. */
export type ChallengePurpose = 'email_magic_link' | 'email_otp' | 'sms';

export interface Challenge {
  readonly purpose: ChallengePurpose;
  /** Stytch's id of the address or number. */
  readonly methodId: string;
  readonly stytchUserId: string;
  /** Tells two challenges for one number apart. */
  readonly nonce: string;
  readonly sentAt: number;
}

/** Codes live as long as NIST allows one out of band. */
export const CODE_MINUTES = 10;

export const RESEND_AFTER_SECONDS = 30;

/**
 * Opens a challenge and counts a try against it. A sealed text that is not ours, of another purpose or too old reads
 * like a wrong code.
 * @throws ServiceError `invalid_grant`, `rate_limited`
 */
export async function openChallenge(
  { challenges, counters, clock }: { challenges: Challenges; counters: Counters; clock: Clock },
  sealed: string,
  purpose: ChallengePurpose,
): Promise<Challenge> {
  const challenge = await challenges.open(sealed);
  const isLive = challenge !== null && clock() - challenge.sentAt <= CODE_MINUTES * 60;
  if (challenge === null || !isLive || challenge.purpose !== purpose) {
    throw new ServiceError('invalid_grant', { reason: 'challenge' });
  }
  await counters.take('triesPerChallenge', challenge.nonce, challenge.sentAt);
  return challenge;
}

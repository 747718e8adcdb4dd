// The applicant is the user: told before anything is sent to Unit, or, for Unit's own form, when its customer is mapped.
import { ServiceError } from '../errors.ts';
import type { Hashes, UnitApplication } from '../ports.ts';
import type { ApplicationRecord } from './records.ts';

/** @throws ServiceError `email_not_verified`, with the place of the email in the request */
export function requireOwnEmail(verified: readonly string[], email: string, pointer: string): void {
  if (verified.includes(email.toLowerCase())) return;
  throw emailNotVerified(pointer);
}

export const emailNotVerified = (pointer: string): ServiceError =>
  new ServiceError('email_not_verified', {
    errors: [{ pointer, reason: 'This is not a verified email of the signed-in user.' }],
  });

/** What an item keeps of an email; another for every user, so that no two users can be compared. */
export const emailFingerprint = (hashes: Hashes, stytchUserId: string, email: string): Promise<string> =>
  hashes.fingerprint(`email ${stytchUserId} ${email.toLowerCase()}`);

/**
 * Whether somebody else than the user, or another kind of applicant than was asked for, filled in Unit's form: its
 * link can be passed on. What came through us was checked on the way in.
 */
export async function foreignApplicant(
  { hashes }: { readonly hashes: Hashes },
  { stytchUserId, via, type, emailFingerprints }: ApplicationRecord,
  unit: Pick<UnitApplication, 'type' | 'applicantEmail'>,
): Promise<'other_type' | 'other_email' | null> {
  if (via === 'json') return null;
  if (unit.type !== type) return 'other_type';
  if (unit.applicantEmail === null) return 'other_email';
  const fingerprint = await emailFingerprint(hashes, stytchUserId, unit.applicantEmail);
  return emailFingerprints.includes(fingerprint) ? null : 'other_email';
}

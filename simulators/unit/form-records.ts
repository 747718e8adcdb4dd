// What the simulator remembers of a hosted form.
import type { Tags } from './records.ts';

/** A hosted form before and after it was sent. */
export interface ApplicationForm {
  readonly id: string;
  readonly createdAt: string;
  updatedAt: string;
  readonly token: string;
  expiresAt: number;
  readonly tags: Tags;
  readonly jwtSubject?: string;
  readonly allowedApplicationTypes: readonly FormApplicationType[];
  readonly prefill: Readonly<Record<string, unknown>>;
  readonly settings: Readonly<Record<string, unknown>>;
  applicationId?: string;
}

/** The kinds of applicant that a form knows. */
export const formApplicationTypes = [
  'Individual',
  'SoleProprietorship',
  'Business',
  'MultipleMemberBusiness',
  'SingleMemberBusiness',
] as const;

/** One of those kinds. */
export type FormApplicationType = (typeof formApplicationTypes)[number];

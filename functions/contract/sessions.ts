// Sessions after sign-in: a fresh JWT for the session token, and the end of one session or of all.
import * as z from 'zod/mini';
import { factorKind, sessionAnswer, timestamp } from './common.ts';

const sessionToken = z.string().check(z.minLength(1), z.maxLength(512));

export const refreshRequest = z.strictObject({ sessionToken });

export const refreshedAnswer = sessionAnswer;
export type RefreshedAnswer = z.infer<typeof refreshedAnswer>;

/** One session by its token; all of the user's by a bearer JWT. */
export const revokeRequest = z.union([
  z.strictObject({ sessionToken }),
  z.strictObject({ all: z.literal(true) }),
]);

/** Where this user stands, and what comes next. */
export const meAnswer = z.object({
  userId: z.string(),
  factors: z.array(z.object({ kind: factorKind, lastAuthenticatedAt: z.nullable(timestamp) })),
  applications: z.array(z.object({ applicationId: z.string(), type: z.string(), status: z.string() })),
  customers: z.array(z.object({ customerId: z.string(), type: z.string(), status: z.string() })),
  next: z.enum([
    'enroll_factor',
    'step_up',
    'apply',
    'complete_form',
    'upload_documents',
    'wait_for_decision',
    'exchange_token',
    'contact_support',
  ]),
});
export type MeAnswer = z.infer<typeof meAnswer>;

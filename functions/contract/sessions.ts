// Sessions after sign-in: a fresh JWT for the session token, and the end of one session or of all.
import * as z from 'zod/mini';
import { sessionAnswer } from './common.ts';

const sessionToken = z.string().check(z.minLength(1), z.maxLength(512));

export const refreshRequest = z.strictObject({ sessionToken });

export const refreshedAnswer = sessionAnswer;
export type RefreshedAnswer = z.infer<typeof refreshedAnswer>;

/** One session by its token; all of the user's by a bearer JWT. */
export const revokeRequest = z.union([
  z.strictObject({ sessionToken }),
  z.strictObject({ all: z.literal(true) }),
]);

// Sessions after sign-in: a fresh JWT for the session token, and the end of one session or of all.
import * as z from 'zod/mini';
import { sessionAnswer } from './common.ts';

const sessionToken = z.string().check(z.minLength(1), z.maxLength(512));

export const refreshRequest = z.strictObject({ sessionToken });

/** Where a cookie brings the token, the body brings none: the two never mix. */
export const cookieRefreshRequest = z.strictObject({});

export const refreshedAnswer = sessionAnswer;
export type RefreshedAnswer = z.infer<typeof refreshedAnswer>;

/** One session by its token; all of the user's by a bearer JWT. */
export const revokeRequest = z.union([
  z.strictObject({ sessionToken }),
  z.strictObject({ all: z.literal(true) }),
]);

/** One session by its cookie; all of the user's by a bearer JWT. */
export const cookieRevokeRequest = z.strictObject({ all: z.optional(z.literal(true)) });

// The ids that operators type.
import * as z from 'zod/mini';

/** A Stytch user id. */
export const stytchUserId = z.string().check(
  z.regex(/^user-(test|live)-[\w-]{1,64}$/, {
    error: 'takes a Stytch user id (user-live-... or user-test-...)',
  }),
);

/** An id of Unit. */
export const unitId = z.string().check(z.regex(/^[1-9]\d{0,18}$/, { error: 'takes an id of Unit (digits)' }));

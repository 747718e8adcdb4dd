// The reasons that operators write down stay in the table for years: they name a ticket, never a person's numbers.
import * as z from 'zod/mini';

/** Nine digits in a row, an SSN with its separators, or as many digits as a card has (INV5). */
const numbersOfPeople = /\d{9}|\d{3}[-. ]\d{2}[-. ]\d{4}|\d(?:[-. ]?\d){12}/;

/** Who acts, for the record. */
export const operatorName = z.string().check(
  z.regex(/^[\w.@+/:-]{2,128}$/, { error: 'takes a name or address without spaces' }),
  z.refine((text) => !numbersOfPeople.test(text), { error: 'holds what looks like the number of a person' }),
);

/** A text of 3 to 200 characters on one line. */
export const reasonText = z.string().check(
  z.refine((text) => text.length >= 3 && text.length <= 200 && !/\p{Cc}/u.test(text), {
    error: 'takes 3 to 200 characters on one line',
  }),
  z.refine((text) => !numbersOfPeople.test(text), {
    error: 'holds what looks like an SSN, an account or a card number: name a ticket instead',
  }),
);

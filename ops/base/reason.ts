// The reasons that operators write down stay in the table for years: they name a ticket, never a person's numbers or dates.
import * as z from 'zod/mini';

/** Nine digits or more, whatever signs stand between them: SSNs, passports, accounts, cards (INV5). */
const longNumber = /\p{Nd}(?:[^\p{L}\p{Nd}]*\p{Nd}){8}/u;

const month =
  '(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)';
/** Dates may be birth dates: in digits with signs between, as eight digits, or with the month's name. */
const dates = [
  /(?<!\p{Nd})\p{Nd}{1,4}\s*[\p{Pd}.,/\\_\s]\s*\p{Nd}{1,2}\s*[\p{Pd}.,/\\_\s]\s*\p{Nd}{2,4}(?!\p{Nd})/u,
  /(?<!\d)(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d)/,
  /(?<!\d)(?:0[1-9]|[12]\d|3[01]){2}(?:19|20)\d\d(?!\d)/,
  new RegExp(`\\d(?:st|nd|rd|th)?[^\\p{L}\\d]*(?:of )?${month}[^\\p{L}\\d]*\\d`, 'iu'),
  new RegExp(`(?<!\\p{L})${month}[^\\p{L}\\d]*\\d{1,2}(?:st|nd|rd|th)?[^\\p{L}\\d]+\\d{2,4}`, 'iu'),
];

/** One to three letters and six digits or more, nine letters and digits mixed, or what stands behind the word. */
const passports = [
  /(?<![a-z\d])(?:[a-z]{1,2}\d{6,8}|[a-z]{3}\d{6})[a-z]?(?![a-z\d])/i,
  /(?<![A-Za-z\d])[A-Z]{1,2}[ -]\d{6,8}(?![A-Za-z\d])/,
  /(?<![a-z\d])(?=(?:[a-z]*\d){4})(?=[a-z]*\d+[a-z])[a-z][a-z\d]{8}(?![a-z\d])/i,
  /passport(?:[\s.:#]|number|no|nr)*[a-z]{0,3}\d/i,
];

const isPersonal = (text: string): boolean => [longNumber, ...dates].some((shape) => shape.test(text));

/** Who acts, for the record. */
export const operatorName = z.string().check(
  z.regex(/^[\w.@+/:-]{2,128}$/, { error: 'takes a name or address without spaces' }),
  z.refine((text) => !isPersonal(text), { error: 'holds what looks like the number of a person' }),
);

/** A text of 3 to 200 characters on one line. */
export const reasonText = z.string().check(
  z.refine((text) => text.length >= 3 && text.length <= 200 && !/\p{Cc}/u.test(text), {
    error: 'takes 3 to 200 characters on one line',
  }),
  z.refine((text) => !isPersonal(text) && !passports.some((shape) => shape.test(text)), {
    error:
      'holds what looks like a date or a number of a person (SSN, passport, account, card): name a ticket instead',
  }),
);

// An application for an account, by a person or a sole proprietor, in Unit's fields and enums (unit.co, Applications).
import * as z from 'zod/mini';
import { applicationStatuses, applicationTypes, documentSides } from './application-states.ts';
import { email, text, timestamp } from './common.ts';
import {
  annualIncomes,
  annualRevenues,
  businessVerticals,
  employeeCounts,
  industries,
  occupations,
  sourcesOfIncome,
} from './unit-enums.ts';

export type { ApplicationStatus, ApplicationType, DocumentSide } from './application-states.ts';

const nineDigits = z.string().check(z.regex(/^\d{9}$/));
const alpha2 = z.string().check(z.regex(/^[A-Z]{2}$/));

export const address = z.strictObject({
  street: text(255),
  street2: z.optional(text(255)),
  city: text(255),
  state: alpha2,
  postalCode: z.string().check(z.regex(/^\d{5}(-\d{4})?$/)),
  country: z.literal('US'),
});

export const phone = z.strictObject({
  countryCode: z.string().check(z.regex(/^[1-9]\d{0,2}$/)),
  number: z.string().check(z.regex(/^\d{4,14}$/)),
});

export const fullName = z.strictObject({ first: text(255), last: text(255) });

export const website = z.url().check(z.maxLength(255));

const applicant = {
  fullName,
  email,
  phone,
  address,
  dateOfBirth: z.iso.date(),
  ssn: z.optional(nineDigits),
  passport: z.optional(z.string().check(z.regex(/^[A-Za-z0-9]{5,20}$/))),
  nationality: z.optional(alpha2),
  occupation: z.optional(z.enum(occupations)),
  annualIncome: z.optional(z.enum(annualIncomes)),
  sourceOfIncome: z.optional(z.enum(sourcesOfIncome)),
};

interface Identity {
  readonly ssn?: string | undefined;
  readonly passport?: string | undefined;
  readonly nationality?: string | undefined;
}

/** Either an SSN, or a passport with its nationality. */
const isIdentified = (body: Identity): boolean =>
  (body.ssn === undefined) !== (body.passport === undefined) &&
  (body.passport === undefined) === (body.nationality === undefined);

export const individualRequest = z
  .strictObject({
    type: z.literal('individual'),
    ...applicant,
    industry: z.optional(z.enum(industries)),
  })
  .check(z.refine(isIdentified, { path: ['ssn'] }));

export const soleProprietorRequest = z
  .strictObject({
    type: z.literal('sole_proprietor'),
    ...applicant,
    dba: z.optional(text(255)),
    ein: z.optional(nineDigits),
    annualRevenue: z.optional(z.enum(annualRevenues)),
    numberOfEmployees: z.optional(z.enum(employeeCounts)),
    businessVertical: z.optional(z.enum(businessVerticals)),
    website: z.optional(website),
  })
  .check(z.refine(isIdentified, { path: ['ssn'] }));

export const applicationRequest = z.discriminatedUnion('type', [individualRequest, soleProprietorRequest]);
export type ApplicationRequest = z.infer<typeof applicationRequest>;

const applicationDocument = z.object({
  documentId: z.string(),
  documentType: z.string(),
  status: z.string(),
  /** The sides that Unit waits for. */
  missing: z.array(z.enum(documentSides)),
});

export const applicationAnswer = z.object({
  applicationId: z.string(),
  type: z.enum(applicationTypes),
  status: z.enum(applicationStatuses),
  /** While Unit's form is open. */
  formExpiresAt: z.optional(timestamp),
  customerId: z.optional(z.string()),
  documents: z.array(applicationDocument),
});
export type ApplicationAnswer = z.infer<typeof applicationAnswer>;

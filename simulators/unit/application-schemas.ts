// What an applicant may send, for individuals, sole proprietors and businesses; unknown attributes are refused.
import * as z from 'zod/mini';
import {
  address,
  annualIncome,
  businessVertical,
  calendarDate,
  ein,
  emailAddress,
  fullName,
  industry,
  ipAddress,
  occupation,
  phone,
  shortText,
  sourceOfIncome,
  tags,
} from './common-schemas.ts';

const ssn = z.string().check(z.regex(/^\d{9}$/));
const subject = z.optional(z.nullable(z.string()));

/** How a person is identified: SSN, or passport with nationality. */
const identity = {
  dateOfBirth: calendarDate,
  ssn: z.optional(ssn),
  passport: z.optional(shortText),
  nationality: z.optional(z.string().check(z.regex(/^[A-Z]{2}$/))),
};

const income = {
  annualIncome: z.optional(annualIncome),
  sourceOfIncome: z.optional(sourceOfIncome),
};

const evaluationParams = z.strictObject({
  useSelfieVerification: z.optional(z.enum(['Never', 'ReplaceIdentification', 'Always'])),
  requireIdVerification: z.optional(z.boolean()),
});

const deviceFingerprints = z
  .array(z.strictObject({ provider: z.literal('iovation'), value: shortText }))
  .check(z.maxLength(1));

const requestedProducts = z.array(z.enum(['Banking', 'BillPay', 'Capital']));

/** What an application request carries beside the applicant. */
const requestFields = {
  tags: z.optional(tags),
  ip: z.optional(ipAddress),
  deviceFingerprints: z.optional(deviceFingerprints),
  idempotencyKey: z.optional(shortText),
  requestedProducts: z.optional(requestedProducts),
};

/** What only a sole proprietor sends. */
const soleProprietorFields = {
  soleProprietorship: z.optional(z.boolean()),
  dba: z.optional(shortText),
  ein: z.optional(ein),
  matriculaConsular: z.optional(shortText),
  annualRevenue: z.optional(
    z.enum(['UpTo50k', 'Between50kAnd100k', 'Between100kAnd200k', 'Between200kAnd500k', 'Over500k']),
  ),
  numberOfEmployees: z.optional(z.enum(['One', 'Between2And5', 'Between5And10', 'Over10'])),
  businessVertical: z.optional(businessVertical),
  website: z.optional(shortText),
};

/** Attributes of `individualApplication`. */
export const individualAttributes = z.strictObject({
  fullName,
  email: emailAddress,
  phone,
  address,
  ...identity,
  jwtSubject: subject,
  ...requestFields,
  occupation: z.optional(occupation),
  ...income,
  industry: z.optional(industry),
  evaluationParams: z.optional(evaluationParams),
  powerOfAttorneyAgent: z.optional(
    z.strictObject({ fullName, email: emailAddress, phone, address, ...identity, jwtSubject: subject }),
  ),
  operatingAddress: z.optional(address),
  ...soleProprietorFields,
});

const officer = z.strictObject({
  fullName,
  email: emailAddress,
  phone,
  address,
  ...identity,
  occupation,
  ...income,
  title: z.optional(
    z.enum([
      'President',
      'CEO',
      'COO',
      'CFO',
      'BenefitsAdministrationOfficer',
      'CIO',
      'VP',
      'AVP',
      'Treasurer',
      'Secretary',
      'Controller',
      'Manager',
      'Partner',
      'Member',
    ]),
  ),
  evaluationParams: z.optional(evaluationParams),
});

const beneficialOwner = z.strictObject({
  fullName,
  email: emailAddress,
  phone,
  address,
  ...identity,
  occupation: z.optional(occupation),
  ...income,
  percentage: z.optional(z.int().check(z.gte(0), z.lte(100))),
  evaluationParams: z.optional(evaluationParams),
});

/** The only part of a business application that may name the JWT's subject. */
export const businessContact = z.strictObject({
  fullName,
  email: emailAddress,
  phone,
  jwtSubject: subject,
});

/** Attributes of `businessApplication`. */
export const businessAttributes = z.strictObject({
  name: shortText,
  ein,
  entityType: z.enum([
    'Corporation',
    'LLC',
    'Partnership',
    'PubliclyTradedCorporation',
    'PrivatelyHeldCorporation',
    'NotForProfitOrganization',
  ]),
  stateOfIncorporation: z.string().check(z.regex(/^[A-Z]{2}$/)),
  phone,
  address,
  contact: businessContact,
  officer,
  beneficialOwners: z.array(beneficialOwner),
  ...requestFields,
  dba: z.optional(shortText),
  dateOfIncorporation: z.optional(calendarDate),
  purpose: z.optional(z.string().check(z.minLength(1), z.maxLength(1024))),
  website: z.optional(shortText),
  industry: z.optional(industry),
  cashFlow: z.optional(z.enum(['Predictable', 'Unpredictable'])),
  yearOfIncorporation: z.optional(z.string().check(z.regex(/^\d{4}$/))),
  countriesOfOperation: z.optional(z.array(z.string().check(z.regex(/^[A-Z]{2}$/))).check(z.minLength(1))),
  stockSymbol: z.optional(z.string().check(z.minLength(1), z.maxLength(5))),
  operatingAddress: z.optional(address),
  annualRevenue: z.optional(
    z.enum(['UpTo250k', 'Between250kAnd500k', 'Between500kAnd1m', 'Between1mAnd5m', 'Over5m']),
  ),
  numberOfEmployees: z.optional(
    z.enum(['UpTo10', 'Between10And50', 'Between50And100', 'Between100And500', 'Over500']),
  ),
  businessVertical: z.optional(businessVertical),
});

/** What an individual or a sole proprietor has sent. */
export type IndividualAttributes = z.infer<typeof individualAttributes>;
/** What a business has sent. */
export type BusinessAttributes = z.infer<typeof businessAttributes>;

/** Who applies, by the type of the application. */
export type Applicant =
  | { readonly type: 'individualApplication'; attributes: IndividualAttributes }
  | { readonly type: 'businessApplication'; attributes: BusinessAttributes };

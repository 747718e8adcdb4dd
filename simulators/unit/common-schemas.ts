// The parts that several requests share: names, phones, addresses, identities, tags.
import { isIP } from 'node:net';
import * as z from 'zod/mini';
import { states } from './states.ts';

/** 1 to 255 characters. */
export const shortText = z.string().check(z.minLength(1), z.maxLength(255));

/** Something before and after an `@`; Unit publishes no stricter rule. */
export const emailAddress = shortText.check(z.regex(/^[^@\s]+@[^@\s]+$/));

/** First and last name. */
export const fullName = z.strictObject({ first: shortText, last: shortText });

/** Two texts, for which Unit publishes no pattern. */
export const phone = z.strictObject({ countryCode: shortText, number: shortText });

/** Nine digits, no dash. */
export const ein = z.string().check(z.regex(/^\d{9}$/));

/** Version 4 or 6. */
export const ipAddress = z.string().check(z.refine((value) => isIP(value) !== 0));

/** At most 15 keys; a null value, where one may be, deletes its key. */
export const tags = z
  .record(shortText, shortText)
  .check(z.refine((value) => Object.keys(value).length <= 15, { error: 'at most 15 tags' }));

/** Tags of a PATCH, where null deletes a key. */
export const tagChanges = z.record(shortText, z.nullable(shortText));

const usPostalCode = /^[0-9]{5}(-[0-9]{4})?$/;

/** An address of the United States unless `country` says otherwise. */
export const address = z
  .strictObject({
    street: shortText,
    street2: z.optional(z.nullable(shortText)),
    city: shortText,
    state: z.optional(shortText),
    postalCode: shortText,
    country: z._default(z.string().check(z.regex(/^[A-Z]{2}$/)), 'US'),
  })
  .check(
    z.refine((value) => value.country !== 'US' || states.has(value.state ?? ''), {
      path: ['state'],
      error: 'state must be the two letters of a US state or territory',
    }),
    z.refine((value) => value.country !== 'US' || usPostalCode.test(value.postalCode), {
      path: ['postalCode'],
      error: 'postalCode must be a US postal code',
    }),
  );

/** A real calendar day. */
export const calendarDate = z.string().check(
  z.refine((value) => {
    const time = Date.parse(`${value}T00:00:00.000Z`);
    return !Number.isNaN(time) && new Date(time).toISOString().startsWith(value) && value.length === 10;
  }),
);

/** Bands of yearly income of a person. */
export const annualIncome = z.enum([
  'UpTo10k',
  'Between10kAnd25k',
  'Between25kAnd50k',
  'Between50kAnd100k',
  'Between100kAnd250k',
  'Over250k',
]);

/** Where a person’s income comes from. */
export const sourceOfIncome = z.enum([
  'EmploymentOrPayrollIncome',
  'PartTimeOrContractorIncome',
  'InheritancesAndGifts',
  'PersonalInvestments',
  'BusinessOwnershipInterests',
  'GovernmentBenefits',
]);

/** Industries, for individuals and businesses alike. */
export const industry = z.enum([
  'Retail',
  'Wholesale',
  'Restaurants',
  'Hospitals',
  'Construction',
  'Insurance',
  'Unions',
  'RealEstate',
  'FreelanceProfessional',
  'OtherProfessionalServices',
  'OnlineRetailer',
  'OtherEducationServices',
]);

/** Occupations of a person. */
export const occupation = z.enum([
  'ArchitectOrEngineer',
  'BusinessAnalystAccountantOrFinancialAdvisor',
  'CommunityAndSocialServicesWorker',
  'ConstructionMechanicOrMaintenanceWorker',
  'Doctor',
  'Educator',
  'EntertainmentSportsArtsOrMedia',
  'ExecutiveOrManager',
  'FarmerFishermanForester',
  'FoodServiceWorker',
  'GigWorker',
  'HospitalityOfficeOrAdministrativeSupportWorker',
  'HouseholdManager',
  'JanitorHousekeeperLandscaper',
  'Lawyer',
  'ManufacturingOrProductionWorker',
  'MilitaryOrPublicSafety',
  'NurseHealthcareTechnicianOrHealthcareSupport',
  'PersonalCareOrServiceWorker',
  'PilotDriverOperator',
  'SalesRepresentativeBrokerAgent',
  'ScientistOrTechnologist',
  'Student',
]);

/** Lines of business. */
export const businessVertical = z.enum([
  'AdultEntertainmentDatingOrEscortServices',
  'AgricultureForestryFishingOrHunting',
  'ArtsEntertainmentAndRecreation',
  'BusinessSupportOrBuildingServices',
  'Cannabis',
  'Construction',
  'DirectMarketingOrTelemarketing',
  'EducationalServices',
  'FinancialServicesCryptocurrency',
  'FinancialServicesDebitCollectionOrConsolidation',
  'FinancialServicesMoneyServicesBusinessOrCurrencyExchange',
  'FinancialServicesOther',
  'FinancialServicesPaydayLending',
  'GamingOrGambling',
  'HealthCareAndSocialAssistance',
  'HospitalityAccommodationOrFoodServices',
  'LegalAccountingConsultingOrComputerProgramming',
  'Manufacturing',
  'Mining',
  'Nutraceuticals',
  'PersonalCareServices',
  'PublicAdministration',
  'RealEstate',
  'ReligiousCivicAndSocialOrganizations',
  'RepairAndMaintenance',
  'RetailTrade',
  'TechnologyMediaOrTelecom',
  'TransportationOrWarehousing',
  'Utilities',
  'WholesaleTrade',
]);

/** A person who may act for a customer. */
export const authorizedUser = z.strictObject({
  fullName,
  email: emailAddress,
  phone,
  jwtSubject: z.optional(z.nullable(z.string())),
});

// The fields of the hosted form, by kind of applicant.
import { businessAttributes, individualAttributes } from './application-schemas.ts';
import { annualIncome, businessVertical, occupation, sourceOfIncome } from './common-schemas.ts';
import type { ApplicationForm, FormApplicationType } from './form-records.ts';

/** One input of the page; its name is the way into the attributes. */
export interface FormField {
  readonly name: string;
  readonly label: string;
  readonly isRequired: boolean;
  readonly inputType: 'text' | 'email' | 'date' | 'tel' | 'number';
  readonly options?: readonly string[];
}

/** Fields that stand together under a title. */
export interface FieldGroup {
  readonly title: string;
  readonly fields: readonly FormField[];
}

interface Extra {
  readonly isOptional?: true;
  readonly inputType?: FormField['inputType'];
  readonly options?: readonly string[];
}

const field = (name: string, label: string, { isOptional, ...rest }: Extra = {}): FormField => ({
  name,
  label,
  isRequired: isOptional !== true,
  inputType: 'text',
  ...rest,
});

const person = (at: string): FormField[] => [
  field(`${at}fullName.first`, 'First name'),
  field(`${at}fullName.last`, 'Last name'),
  field(`${at}email`, 'Email', { inputType: 'email' }),
  ...telephone(at),
];

const telephone = (at: string): FormField[] => [
  field(`${at}phone.countryCode`, 'Country code', { inputType: 'tel' }),
  field(`${at}phone.number`, 'Phone number', { inputType: 'tel' }),
];

const address = (at: string): FormField[] => [
  field(`${at}address.street`, 'Street'),
  field(`${at}address.street2`, 'Apartment or suite', { isOptional: true }),
  field(`${at}address.city`, 'City'),
  field(`${at}address.state`, 'State (two letters)', { isOptional: true }),
  field(`${at}address.postalCode`, 'Postal code'),
  field(`${at}address.country`, 'Country (two letters)', { isOptional: true }),
];

const identity = (at: string, hasPassport: boolean): FormField[] => [
  field(`${at}dateOfBirth`, 'Date of birth', { inputType: 'date' }),
  field(`${at}ssn`, 'Social security number', hasPassport ? { isOptional: true } : {}),
  ...(hasPassport
    ? [
        field(`${at}passport`, 'Passport number', { isOptional: true }),
        field(`${at}nationality`, 'Nationality (two letters)', { isOptional: true }),
      ]
    : []),
];

const income = (at: string): FormField[] => [
  field(`${at}occupation`, 'Occupation', { options: occupation.options }),
  field(`${at}annualIncome`, 'Annual income', { isOptional: true, options: annualIncome.options }),
  field(`${at}sourceOfIncome`, 'Source of income', { isOptional: true, options: sourceOfIncome.options }),
];

const { annualRevenue, numberOfEmployees } = individualAttributes.shape;

const soleProprietor: FieldGroup = {
  title: 'Your business',
  fields: [
    field('dba', 'Trade name', { isOptional: true }),
    field('ein', 'Employer identification number', { isOptional: true }),
    field('annualRevenue', 'Annual revenue', {
      isOptional: true,
      options: annualRevenue.def.innerType.options,
    }),
    field('numberOfEmployees', 'Employees', {
      isOptional: true,
      options: numberOfEmployees.def.innerType.options,
    }),
    field('businessVertical', 'Line of business', { isOptional: true, options: businessVertical.options }),
    field('website', 'Website', { isOptional: true }),
  ],
};

const businessGroups = (hasPassport: boolean): FieldGroup[] => [
  {
    title: 'The business',
    fields: [
      field('name', 'Name'),
      field('ein', 'Employer identification number'),
      field('entityType', 'Kind of entity', { options: businessAttributes.shape.entityType.options }),
      field('stateOfIncorporation', 'State of incorporation (two letters)'),
      ...telephone(''),
      ...address(''),
    ],
  },
  { title: 'The contact', fields: person('contact.') },
  {
    title: 'The officer',
    fields: [
      ...person('officer.'),
      ...identity('officer.', hasPassport),
      ...address('officer.'),
      ...income('officer.'),
    ],
  },
  {
    title: 'An owner, if there is one with 25 per cent or more',
    fields: [...person('owner.'), ...identity('owner.', hasPassport), ...address('owner.')]
      .map((own) => ({ ...own, isRequired: false }))
      .concat(field('owner.percentage', 'Percentage', { isOptional: true, inputType: 'number' })),
  },
];

/** Whether a kind of applicant is a business to Unit. */
export const isBusinessType = (type: FormApplicationType): boolean => type.endsWith('Business');

/** The fields for a kind of applicant. */
export function groupsOf(type: FormApplicationType, form: ApplicationForm): readonly FieldGroup[] {
  const hasPassport = form.settings['disablePassportApplication'] !== true;
  if (isBusinessType(type)) return businessGroups(hasPassport);
  return [
    { title: 'About you', fields: [...person(''), ...identity('', hasPassport)] },
    { title: 'Your address', fields: address('') },
    { title: 'Your work', fields: income('') },
    ...(type === 'SoleProprietorship' ? [soleProprietor] : []),
  ];
}

/** What a field shows at first: the value of the prefill, if there is one. */
export function prefilled(form: ApplicationForm, name: string): string {
  let value: unknown = form.prefill;
  for (const part of name.split('.')) {
    value = typeof value === 'object' && value !== null ? Reflect.get(value, part) : undefined;
  }
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

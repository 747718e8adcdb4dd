// What a document slot says of itself: whose it is, and what has to be on it.
import type { Applicant, IndividualAttributes } from './application-schemas.ts';

/** What Unit repeats of the applicant on a document, by its type. */
export interface DocumentDetails {
  readonly address?: IndividualAttributes['address'];
  readonly dateOfBirth?: string;
  readonly passport?: string | undefined;
  readonly ein?: string | undefined;
}

const descriptions: Readonly<Record<string, string>> = {
  IdDocument: 'A driver license or state ID, front and back.',
  Passport: 'The page of the passport with the photo.',
  AddressVerification: 'A recent bill, bank statement, lease or pay stub with the address.',
  SocialSecurityCard: 'The social security card.',
  CertificateOfIncorporation: 'The certificate of incorporation.',
  EmployerIdentificationNumberConfirmation: 'The letter that confirms the EIN.',
  PowerOfAttorney: 'The power of attorney.',
  ClientRequested: 'A document that the organization asked for.',
  SelfieVerification: 'A selfie.',
};

/** The applicant's name, as documents carry it. */
export function nameOf(applicant: Applicant): string {
  if (applicant.type === 'businessApplication') return applicant.attributes.name;
  const { first, last } = applicant.attributes.fullName;
  return `${first} ${last}`;
}

/** The words for a document of this type; Unit's own differ. */
export const descriptionOf = (documentType: string): string => descriptions[documentType] ?? documentType;

/** What a document of this type repeats; for a business, of its officer or of the business itself. */
export function detailsOf({ type, attributes }: Applicant, documentType: string): DocumentDetails {
  const person = type === 'businessApplication' ? attributes.officer : attributes;
  switch (documentType) {
    case 'AddressVerification':
      return { address: attributes.address };
    case 'IdDocument':
      return { dateOfBirth: person.dateOfBirth };
    case 'Passport':
      return { dateOfBirth: person.dateOfBirth, passport: person.passport };
    case 'EmployerIdentificationNumberConfirmation':
      return { ein: attributes.ein };
    default:
      return {};
  }
}

import { describe, expect, it } from '@jest/globals';
import { missingSides } from '../../../functions/core/onboarding/missing-sides.ts';

const types = [
  'IdDocument',
  'Passport',
  'AddressVerification',
  'SocialSecurityCard',
  'CertificateOfIncorporation',
  'EmployerIdentificationNumberConfirmation',
  'PowerOfAttorney',
  'ClientRequested',
  'SelfieVerification',
  'SomethingNew',
] as const;

/** By status: what is missing of an ID document, and of every other one. */
const table: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['Required', ['front', 'back'], ['front']],
  ['Invalid', ['front', 'back'], ['front']],
  ['ReceivedFront', ['back'], []],
  ['ReceivedBack', ['front'], ['front']],
  ['PendingReview', [], []],
  ['Approved', [], []],
  ['SomethingNew', [], []],
  ['', [], []],
];

const cases = table.flatMap(([status, ofIdDocument, ofOthers]) =>
  types.map((type) => [type, status, type === 'IdDocument' ? ofIdDocument : ofOthers] as const),
);

describe('The sides of a document that Unit waits for', () => {
  it.each(cases)('%s, %s: %j', (documentType, status, missing) => {
    expect(missingSides({ documentType, status })).toEqual(missing);
  });
});

// The status in which an application begins: in the sandbox some SSNs and one street force it.
import type { IndividualAttributes } from './application-schemas.ts';
import type { Application, ApplicationStatus } from './records.ts';
import type { World } from './world.ts';

/** A first status, and the documents wanted with it. */
export interface Outcome {
  readonly status: ApplicationStatus;
  readonly documentTypes: readonly string[];
}

const REGISTERED_AGENT_STREET = '13 Registered Agent st';

type Person = Pick<IndividualAttributes, 'ssn' | 'address'>;

/** The outcome of an evaluation; outside the sandbox everybody is approved. assumed */
export function outcomeOf(world: World, { applicant }: Application): Outcome {
  if (world.environment !== 'sandbox') return approved;
  if (applicant.type === 'individualApplication') return outcomeOfPeople([applicant.attributes], false);
  const { officer, beneficialOwners, address } = applicant.attributes;
  if (address.street === REGISTERED_AGENT_STREET) return registeredAgent;
  return outcomeOfPeople([officer, ...beneficialOwners], true);
}

const approved: Outcome = { status: 'Approved', documentTypes: [] };
// assumed: what the handling of a registered agent's address is
const registeredAgent: Outcome = { status: 'AwaitingDocuments', documentTypes: ['AddressVerification'] };

function outcomeOfPeople(people: readonly Person[], isBusiness: boolean): Outcome {
  if (people.some(({ address }) => address.street === REGISTERED_AGENT_STREET)) return registeredAgent;
  const has = (ssn: string): boolean => people.some((person) => person.ssn === ssn);
  if (has('000000001')) return { status: 'Denied', documentTypes: [] };
  const wanted = [
    ...(has('000000002') ? ['AddressVerification'] : []),
    ...(has('000000003') ? ['IdDocument'] : []),
    // assumed: which document an officer with this number owes
    ...(isBusiness && people[0]?.ssn === '000000005' ? ['IdDocument'] : []),
    ...(has('000000006') ? ['SocialSecurityCard'] : []),
  ];
  if (wanted.length > 0) return { status: 'AwaitingDocuments', documentTypes: [...new Set(wanted)] };
  return has('000000004') ? { status: 'PendingReview', documentTypes: [] } : approved;
}

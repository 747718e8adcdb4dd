// What must hold: at every moment, whenever no container runs, and once all is quiet. Told from Unit's state and the table.
import type { Application, Customer } from '../../../simulators/unit/records.ts';

export const invariants = {
  single: 'INV3 at most one open or approved application of a user and kind at Unit, at every moment',
  truth: 'INV4 once quiet, the mapping is what Unit says',
  owner: 'INV2 no customer is owned by two users, or by one whom Unit does not name',
  index: 'INV4 whatever is not settled stands in the unsettled index whenever no container runs',
  secrets: 'INV5 no name, SSN, email, phone, address or birth date is in the table',
  answers: 'INV6 every answer is documented, and an error has a cause outside',
  ends: 'INV6 every request ends',
  again: 'INV3 whoever has nothing open or approved may apply',
} as const;
export type Invariant = keyof typeof invariants;

export class Violation extends Error {
  readonly invariant: Invariant;

  constructor(invariant: Invariant, message: string) {
    super(`${invariants[invariant]}: ${message}`);
    this.invariant = invariant;
  }
}

export type Row = Readonly<Record<string, unknown>>;

/** Both sides at one moment. */
export interface View {
  readonly users: readonly string[];
  readonly applications: readonly Application[];
  readonly customers: readonly Customer[];
  /** By `pk sk`. */
  readonly rows: ReadonlyMap<string, Row>;
}

export const rowsByKey = (items: readonly Row[]): View['rows'] =>
  new Map(items.map((item) => [`${String(item['pk'])} ${String(item['sk'])}`, item]));

export const subjectOf = ({ applicant }: Application): string =>
  ('jwtSubject' in applicant.attributes ? applicant.attributes.jwtSubject : null) ?? '';

const namedBy = ({ person }: Customer): string | null | undefined =>
  'jwtSubject' in person.attributes ? person.attributes.jwtSubject : undefined;

const tagOf = ({ tags }: Application): string | undefined => tags['bridgeApplicationId'];

/** Denied and cancelled ones are over; an approved one stays, even when its customer is archived. */
export const isOpenOrApproved = ({ status }: Application): boolean =>
  status !== 'Denied' && status !== 'Canceled';

export function checkSingle({ users, applications }: Pick<View, 'users' | 'applications'>): void {
  for (const user of users) {
    const open = applications.filter((one) => isOpenOrApproved(one) && subjectOf(one) === user);
    if (open.length > 1) {
      throw new Violation('single', open.map((one) => `${one.id} ${one.status} ${tagOf(one)}`).join(', '));
    }
  }
}

const customerRow = (rows: View['rows'], user: unknown, customerId: unknown): Row | undefined =>
  rows.get(`USER#${String(user)} CUSTOMER#${String(customerId)}`);

const claimRow = (rows: View['rows'], customerId: unknown): Row | undefined =>
  rows.get(`CUSTOMER#${String(customerId)} OWNER`);

function* applicationRows({ rows, users }: View): Generator<Row> {
  for (const row of rows.values()) {
    const isTheirs = users.some((user) => row['pk'] === `USER#${user}`);
    if (isTheirs && String(row['sk']).startsWith('APPLICATION#')) yield row;
  }
}

/** What holds whenever no container runs and nothing is on its way. */
export function checkAtRest(view: View): void {
  const { rows, applications } = view;
  for (const row of applicationRows(view)) {
    const { stytchUserId, applicationId, status, unitCustomerId } = row;
    const isAtUnit = applications.some((one) => tagOf(one) === applicationId);
    const isMapped =
      customerRow(rows, stytchUserId, unitCustomerId) !== undefined &&
      claimRow(rows, unitCustomerId) !== undefined;
    const isSettled =
      status === 'Denied' ||
      status === 'Canceled' ||
      (status === 'NotSubmitted' && !isAtUnit) ||
      (status === 'Approved' && isMapped);
    const isIndexed = row['unsettledPk'] !== undefined && row['nextCheckAt'] !== undefined;
    if (!isSettled && !isIndexed) {
      const where = isAtUnit ? 'and Unit has it' : 'and Unit does not have it';
      throw new Violation('index', `${String(applicationId)} is ${String(status)}, ${where}`);
    }
  }
  checkOwners(view, false);
}

/** At rest a claim is what counts; once quiet also Unit's word. */
function checkOwners({ rows, customers, users }: View, isQuiet: boolean): void {
  for (const customer of customers) {
    const { id } = customer;
    const claimedBy = claimRow(rows, id)?.['stytchUserId'];
    const active = users.filter((user) => customerRow(rows, user, id)?.['status'] === 'Active');
    if (active.length > 1) throw new Violation('owner', `${id} is active for ${active.join(' and ')}`);
    const strangers = active.filter((user) => user !== claimedBy || (isQuiet && user !== namedBy(customer)));
    if (strangers.length > 0) {
      const owners = `claimed by ${String(claimedBy)}, at Unit ${String(namedBy(customer))}`;
      throw new Violation('owner', `${id} is active for ${strangers.join()}; ${owners}`);
    }
  }
}

function wrong(message: string): never {
  throw new Violation('truth', message);
}

/** What holds once everything has ended, every check has been made, and nothing is on its way. */
export function checkQuiet(view: View): void {
  const { rows, users, customers } = view;
  const atUnit = view.applications.filter((one) => users.includes(subjectOf(one)));
  for (const application of atUnit) {
    const user = subjectOf(application);
    const tag = tagOf(application);
    const what = `${application.id} (${application.status} at Unit)`;
    const row = rows.get(`USER#${user} APPLICATION#${tag}`) ?? wrong(`${what} is not in the table`);
    const { status, unitApplicationId } = row;
    if (status !== application.status) wrong(`${what} is ${String(status)} in the table`);
    if (unitApplicationId !== application.id) wrong(`${what} is ${String(unitApplicationId)} in the table`);
    const pointer = rows.get(`UNIT_APPLICATION#${application.id} OWNER`);
    if (pointer?.['applicationId'] !== tag) wrong(`${what} has no pointer`);
    const lock = rows.get(`USER#${user} LOCK#person`);
    if (isOpenOrApproved(application) && lock?.['applicationId'] !== tag) wrong(`${what} holds no lock`);
    const customer = customers.find(({ id }) => id === application.customerId);
    if (customer !== undefined) checkCustomer(rows, user, row, customer);
  }
  for (const { status, applicationId } of applicationRows(view)) {
    const isAtUnit = atUnit.some((one) => tagOf(one) === applicationId);
    if (status !== 'NotSubmitted' && !isAtUnit) {
      wrong(`${String(applicationId)} is ${String(status)}, and Unit has nothing of it`);
    }
  }
  checkOwners(view, true);
}

function checkCustomer(rows: View['rows'], user: string, row: Row, customer: Customer): void {
  const { id, status } = customer;
  if (row['unitCustomerId'] !== id) wrong(`${id} is not on its application`);
  const item = customerRow(rows, user, id) ?? wrong(`${id} is not among the customers of ${user}`);
  const claim = claimRow(rows, id);
  const isNamed = namedBy(customer) === user;
  if (isNamed && claim === undefined) wrong(`${id} is claimed by nobody`);
  const isClaimed = claim?.['stytchUserId'] === user;
  // Parked is parked: an operator decides, and no token comes of it either way.
  const allowed = status === 'Archived' ? ['Archived'] : isNamed && isClaimed ? ['Active'] : ['Review'];
  if (!isClaimed) allowed.push('Review');
  if (!allowed.includes(String(item['status']))) {
    wrong(`${id} is ${status} at Unit and ${String(item['status'])} in the table`);
  }
}

/** Looks for every one of these values in every item. */
export function checkSecrets(items: readonly Row[], secrets: readonly string[]): void {
  const text = JSON.stringify(items).toLowerCase();
  const found = secrets.find((secret) => text.includes(secret.toLowerCase()));
  if (found !== undefined) throw new Violation('secrets', `the table holds ${found}`);
}

// What must hold: at every moment, whenever no container runs, and once all is quiet. Told from Unit's state and the table.
import type { Application, Customer } from '../../../simulators/unit/records.ts';

export const invariants = {
  single:
    'INV3 at most one open form, or open or approved application at Unit, of a user and kind, at every moment',
  truth: 'INV4 once quiet, the mapping is what Unit says',
  applicant: 'INV2 a customer whom somebody else applied for is parked, and nobody has it',
  owner: 'INV2 no customer is owned by two users, or by one whom Unit does not name',
  index: 'INV4 whatever is not settled stands in the unsettled index whenever no container runs',
  secrets: 'INV5 no name, SSN, email, phone, address, birth date or link of a form is in the table',
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

export type Kind = 'person' | 'business';

export const kindOf = (type: string): Kind => (type.startsWith('business') ? 'business' : 'person');

export interface HandedOut {
  readonly user: string;
  readonly kind: Kind;
  readonly applicationId: string;
  /** Seconds since the epoch. */
  readonly expiresAt: number;
}

/** Both sides at one moment. */
export interface View {
  /** The verified email of every user. */
  readonly emails: ReadonlyMap<string, string>;
  /** Seconds since the epoch. */
  readonly now: number;
  readonly applications: readonly Application[];
  /** Every link to a form that a user was given. */
  readonly links: readonly HandedOut[];
  readonly customers: readonly Customer[];
  /** By `pk sk`. */
  readonly rows: ReadonlyMap<string, Row>;
}

export const rowsByKey = (items: readonly Row[]): View['rows'] =>
  new Map(items.map((item) => [`${String(item['pk'])} ${String(item['sk'])}`, item]));

const applicantOf = ({ applicant }: Application) =>
  applicant.type === 'businessApplication' ? applicant.attributes.contact : applicant.attributes;

export const subjectOf = (application: Application): string => applicantOf(application).jwtSubject ?? '';

const namedBy = ({ person }: Customer): string | null | undefined =>
  person.type === 'businessCustomer' ? person.attributes.contact.jwtSubject : person.attributes.jwtSubject;

/** Whether somebody filled in the form with an email that is not the user's. */
const isByAnother = ({ emails }: Pick<View, 'emails'>, application: Application): boolean =>
  applicantOf(application).email !== emails.get(subjectOf(application));

const tagOf = ({ tags }: Application): string | undefined => tags['bridgeApplicationId'];

/** Denied and cancelled ones are over; an approved one stays, even when its customer is archived. */
export const isOpenOrApproved = ({ status }: Application): boolean =>
  status !== 'Denied' && status !== 'Canceled';

type Standing = Pick<View, 'emails' | 'now' | 'applications' | 'links'>;

export function checkSingle({ emails, now, applications, links }: Standing): void {
  const open = new Map<string, string[]>();
  const add = (user: string, kind: Kind, what: string): void => {
    if (emails.has(user)) open.set(`${user} ${kind}`, [...(open.get(`${user} ${kind}`) ?? []), what]);
  };
  for (const one of applications.filter(isOpenOrApproved)) {
    add(subjectOf(one), kindOf(one.applicant.type), `${one.id} ${one.status} ${tagOf(one)}`);
  }
  const sent = new Set(applications.map(tagOf));
  const ids = new Set<string>();
  for (const { user, kind, applicationId, expiresAt } of links) {
    if (expiresAt <= now || sent.has(applicationId) || ids.has(applicationId)) continue;
    ids.add(applicationId);
    add(user, kind, `an open form ${applicationId}`);
  }
  for (const all of open.values()) if (all.length > 1) throw new Violation('single', all.join(', '));
}

const customerRow = (rows: View['rows'], user: unknown, customerId: unknown): Row | undefined =>
  rows.get(`USER#${String(user)} CUSTOMER#${String(customerId)}`);

const claimRow = (rows: View['rows'], customerId: unknown): Row | undefined =>
  rows.get(`CUSTOMER#${String(customerId)} OWNER`);

function* applicationRows({ rows, emails }: View): Generator<Row> {
  for (const row of rows.values()) {
    const isTheirs = emails.has(String(row['pk']).slice('USER#'.length));
    if (isTheirs && String(row['sk']).startsWith('APPLICATION#')) yield row;
  }
}

/** What holds whenever no container runs and nothing is on its way. */
export function checkAtRest(view: View): void {
  const { rows, applications } = view;
  for (const row of applicationRows(view)) {
    const { stytchUserId, applicationId, status, unitCustomerId } = row;
    const isAtUnit = applications.some((one) => tagOf(one) === applicationId);
    const customer = customerRow(rows, stytchUserId, unitCustomerId);
    const isParked = customer !== undefined && customer['status'] !== 'Active';
    const isMapped = isParked || (customer !== undefined && claimRow(rows, unitCustomerId) !== undefined);
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
  checkApplicants(view);
}

function checkApplicants(view: View): void {
  const { rows, applications } = view;
  for (const application of applications.filter((one) => isByAnother(view, one))) {
    const { customerId } = application;
    const status = customerRow(rows, subjectOf(application), customerId)?.['status'];
    const claim = customerId === undefined ? undefined : claimRow(rows, customerId);
    if (status !== 'Active' && claim?.['stytchUserId'] !== subjectOf(application)) continue;
    throw new Violation('applicant', `${customerId} is ${String(status)}`);
  }
}

/** At rest a claim is what counts; once quiet also Unit's word. */
function checkOwners({ rows, customers, emails }: View, isQuiet: boolean): void {
  for (const customer of customers) {
    const { id } = customer;
    const claimedBy = claimRow(rows, id)?.['stytchUserId'];
    const active = [...emails.keys()].filter((user) => customerRow(rows, user, id)?.['status'] === 'Active');
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

/** After its end a form is waited for, and then looked at in its turn. */
const FORM_MAY_REST_SECONDS = 900 + 2 * 905;

/** What holds once everything has ended, every check has been made, and nothing is on its way. */
export function checkQuiet(view: View): void {
  const { rows, emails, customers } = view;
  const atUnit = view.applications.filter((one) => emails.has(subjectOf(one)));
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
    const lock = rows.get(`USER#${user} LOCK#${kindOf(application.applicant.type)}`);
    if (isOpenOrApproved(application) && lock?.['applicationId'] !== tag) wrong(`${what} holds no lock`);
    const customer = customers.find(({ id }) => id === application.customerId);
    if (customer !== undefined) checkCustomer(view, application, row, customer);
  }
  for (const { status, applicationId, formExpiresAt } of applicationRows(view)) {
    const isAtUnit = atUnit.some((one) => tagOf(one) === applicationId);
    const isOpenForm = status === 'Submitting' && Number(formExpiresAt) > view.now - FORM_MAY_REST_SECONDS;
    if (status !== 'NotSubmitted' && !isAtUnit && !isOpenForm) {
      wrong(`${String(applicationId)} is ${String(status)}, and Unit has nothing of it`);
    }
  }
  checkOwners(view, true);
  checkApplicants(view);
}

function checkCustomer(view: View, application: Application, row: Row, customer: Customer): void {
  const { rows } = view;
  const { id, status } = customer;
  const user = subjectOf(application);
  if (row['unitCustomerId'] !== id) wrong(`${id} is not on its application`);
  const item = customerRow(rows, user, id) ?? wrong(`${id} is not among the customers of ${user}`);
  const claim = claimRow(rows, id);
  const isNamed = namedBy(customer) === user;
  if (isNamed && !isByAnother(view, application) && claim === undefined) wrong(`${id} is claimed by nobody`);
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

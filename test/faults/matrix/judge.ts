// What must hold in every cell of the matrix; each judgement is a list of what broke.
import { routes } from '../../../functions/contract/routes.ts';
import { undocumented } from '../../support/documented.ts';
import { person } from '../../support/world.ts';
import { subjectOf } from '../model/invariants.ts';
import type { Asked } from './asks.ts';
import { RETRY_AFTER } from './breakages.ts';
import { allowed, type CallRow } from './calls.ts';
import { type Place, vendorWords } from './place.ts';
import type { Cell, Ground } from './play.ts';
import { NOT_WARM } from './warm.ts';

export interface Answered {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** Of a problem; empty for a success. */
  readonly code: string;
  readonly headers: Headers;
  readonly text: string;
  readonly ms: number;
}

/** For the gateway, the network and a machine that does other things too. */
const MARGIN_MS = 1_000;

/** How a judgement begins that a machine with too much to do breaks by itself. */
const TOOK = 'took ';
const RECOVERED_AFTER = 'recovered only after ';
/** A deadline of ours has passed where no fault has made it pass. */
const TIMED_OUT = 'timed out: ';
const lateness = [TOOK, RECOVERED_AFTER, TIMED_OUT, `Error: ${NOT_WARM}`] as const;

/** One that then follows: what was late elsewhere has not come as far as the fault. */
const NOT_MET = 'the fault was met ';

/** Whether a busy machine may be what broke the rules: something was late, and nothing else is wrong. */
export function mayBeLoad(faults: readonly string[]): boolean {
  const begins = (fault: string, starts: readonly string[]) =>
    starts.some((start) => fault.startsWith(start));
  return (
    faults.some((fault) => begins(fault, lateness)) &&
    faults.every((fault) => begins(fault, [...lateness, NOT_MET]))
  );
}

type LogRecord = Readonly<Record<string, unknown>>;

const recordsOf = (lines: readonly string[], code: string): readonly LogRecord[] =>
  lines
    .flatMap((line): LogRecord[] => {
      try {
        return [JSON.parse(line)];
      } catch {
        return [];
      }
    })
    .filter((one) => one['code'] === code);

/** The names of an error of ours, and of AWS's SDK, where a deadline has ended a call. */
const ofDeadlines: readonly unknown[] = ['Deadline', 'TimeoutError'];

const lateIf = ({ code }: Answered, lines: readonly string[]): string =>
  code === 'upstream_timeout' ||
  recordsOf(lines, 'request.refused').some((one) => ofDeadlines.includes(one['vendorCode']))
    ? TIMED_OUT
    : '';

/** The answer is one that may come of this fault, as documented, and in time. */
export function judgeAnswer(
  { row, breakage, phase }: Cell,
  answered: Answered,
  lines: readonly string[],
): string[] {
  const { method, path, status, code, headers, text, ms } = answered;
  const told = `${status} ${code}`.trim();
  const faults = [...undocumented(method, path, { status, headers, text })];
  const may = allowed(row, breakage, phase);
  if (!may.includes(told))
    faults.push(
      `${lateIf(answered, lines)}answered ${told}, where only ${may.join(' or ')} may come: ${text}`,
    );
  const { deadlineMs } = routes[row.route];
  if (ms > deadlineMs + MARGIN_MS) faults.push(`${TOOK}${ms} ms, with a deadline of ${deadlineMs} ms`);
  const wait = headers.get('retry-after');
  const isTold = breakage === 'status 429, Retry-After: 7' && row.blamed !== 'aws' && status >= 400;
  if (isTold && wait !== RETRY_AFTER) faults.push(`Retry-After is ${wait}, the vendor's was ${RETRY_AFTER}`);
  if (status === 503 && wait === null) faults.push('503 without a Retry-After');
  return faults;
}

/** The log blames whoever failed, and nobody else. */
export function judgeLogs({ row }: Cell, answered: Answered, lines: readonly string[]): string[] {
  const { status } = answered;
  if (status >= 500) {
    const blamed = recordsOf(lines, 'request.refused').map((one) => one['provider']);
    return blamed.length === 1 && blamed[0] === row.blamed
      ? []
      : [`${lateIf(answered, lines)}the log blames ${JSON.stringify(blamed)}, not ${row.blamed}`];
  }
  const isUnknown = status === 202 && row.blamed === 'unit';
  if (isUnknown && !recordsOf(lines, 'application.submitted').some((one) => one['outcome'] === 'unknown'))
    return ['the log does not say that the outcome is unknown'];
  return [];
}

/** Each request met its fault: otherwise the cell would say nothing. */
export function judgeMet({ row, breakage, phase }: Cell, met: number, requests: number): string[] {
  if (breakage === 'refused connection') return [];
  // An answer that is no success tells of the fault by itself.
  const least = allowed(row, breakage, phase).includes(String(row.success)) ? requests : 1;
  return met < least ? [`${NOT_MET}${met} times in ${requests} requests`] : [];
}

export const judgeRecovery = (after: number): string[] =>
  after <= 2 ? [] : [`${RECOVERED_AFTER}${after} requests`];

/** A session that was said to be ended is over at Stytch. */
export function judgeEnded({ world }: Ground, told: readonly Asked[]): string[] {
  const ended = told.filter(({ exchange }) => exchange.status < 300).map(({ user }) => user);
  const alive = ended.filter(({ userId, sessionId }) =>
    world.stytch.controls.sessions(userId).some((one) => one['session_id'] === sessionId),
  );
  return alive.map(({ sessionId }) => `A7.4.1: ${sessionId} lives on after its end was told`);
}

/** No secret in what was printed or answered, and at most one application of each user at Unit. */
export function judgeEnd(
  { world }: Ground,
  { route }: CallRow,
  place: Place,
  told: readonly Asked[],
  answers: readonly Answered[],
): string[] {
  const ours: Readonly<Record<string, readonly string[]>> = {
    'a secret of ours': Object.values(world.secrets.seeded),
    'a session token': told.map(({ user }) => user.sessionToken),
    'what the applicant wrote': [person.dateOfBirth, person.address.street, person.fullName.last],
    'the words of a vendor': vendorWords,
  };
  const jwts = { 'a session JWT': told.map(({ user }) => user.sessionJwt) };
  const tokens = told.flatMap(({ exchange: { body } }) =>
    typeof body === 'object' && body !== null && 'customerToken' in body ? [String(body.customerToken)] : [],
  );
  const users = new Set(told.map(({ user }) => user.userId));
  const applications = world.unit.controls.applications().map(subjectOf);
  const twice = [...users].filter((user) => applications.filter((one) => one === user).length > 1);
  return [
    ...leaksIn('the log', place.lines.join('\n'), { ...ours, ...jwts, 'a customer token': tokens }),
    // A refresh hands one out, which within the same second is the one that there was.
    ...leaksIn('an answer', answers.map(({ text }) => text).join('\n'), {
      ...ours,
      ...(route === 'refresh' ? {} : jwts),
    }),
    ...twice.map((user) => `INV3: ${user} has more than one application at Unit`),
  ];
}

const leaksIn = (
  where: string,
  printed: string,
  secrets: Readonly<Record<string, readonly string[]>>,
): string[] =>
  Object.entries(secrets).flatMap(([what, values]) =>
    values.some((value) => printed.includes(value)) ? [`INV5: ${where} holds ${what}`] : [],
  );

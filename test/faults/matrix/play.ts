// One cell of the matrix: a process meets a broken service, the service heals, and the same process goes on.
import { setTimeout as pause } from 'node:timers/promises';
import type { World } from '../../../local/world.ts';
import type { Pieces } from '../../../simulators/aws/template.ts';
import type { SignedInUser } from '../../support/world.ts';
import { ageUser } from '../http/age-table.ts';
import { type Asked, sessionOf } from './asks.ts';
import { type BreakageName, breakageOf, isSlow } from './breakages.ts';
import type { CallRow, Phase } from './calls.ts';
import {
  type Answered,
  judgeAnswer,
  judgeEnd,
  judgeEnded,
  judgeLogs,
  judgeMet,
  judgeRecovery,
} from './judge.ts';
import { makePlace, type Place } from './place.ts';
import { makeWarm } from './warm.ts';

export interface Cell {
  readonly row: CallRow;
  readonly breakage: BreakageName;
  readonly phase: Phase;
}

export interface Played extends Cell {
  readonly answers: readonly Answered[];
  /** How many requests it took after the service had healed, and how long. */
  readonly recoveredAfter: number;
  readonly recoveredMs: number;
  /** What broke a rule; empty when all held. */
  readonly faults: readonly string[];
  /** What broke one before the cell was played again alone. */
  readonly excused?: readonly string[];
}

/** What all cells of a world share. */
export interface Ground {
  readonly world: World;
  readonly pieces: Pieces;
  readonly customer: SignedInUser;
  /** Keeps processes from starting all at once. */
  readonly oneAtATime: <T>(work: () => Promise<T>) => Promise<T>;
}

const FOREVER = 1_000_000;
/** How often the caller asks while the fault stays. */
const ASKED_WHILE_BROKEN = 3;
const ASKED_AFTER = 40;
const BETWEEN_MS = 1000;
/** The lease of a submission, and then some. */
const LEASE_IS_OVER_SECONDS = 160;

export async function playCell(ground: Ground, cell: Cell): Promise<Played> {
  const { world, pieces } = ground;
  const { row, breakage, phase } = cell;
  const isWarm = phase !== 'before start';
  const place = await makePlace(world, pieces, row.function, {
    // A warm process asks for keys and secrets again only when those that it holds are refused.
    areKeysOld: isWarm && row.name === 'Stytch: JWKS',
  });
  const link = place.links[row.service];
  const breakIt = (times: number) => link.break(breakageOf(breakage, row.lateMs), row.target, times);
  const faults: string[] = [];
  const answers: Answered[] = [];
  const told: Asked[] = [];
  const ask = async (): Promise<Answered> => {
    const one = await row.ask(world, place.apiUrl, await userFor(ground, row));
    told.push(one);
    return toAnswered(one);
  };
  try {
    if (!isWarm) await breakIt(FOREVER);
    if (isWarm && row.service === 'secrets') place.secrets.put('unitExchange', 'v2.public.withdrawn-token');
    await ground.oneAtATime(() => place.start());
    const pid = place.pid();
    if (isWarm) {
      await makeWarm(place, row, ask);
      await breakIt(phase === 'in flight' ? 1 : FOREVER);
    }
    told.length = 0;
    const before = { linkCalls: link.calls.length, tokenCalls: tokenCalls(place) };
    for (let i = 0; i < (phase === 'until healed' ? ASKED_WHILE_BROKEN : 1); i += 1) {
      const from = place.lines.length;
      const answered = await ask();
      answers.push(answered);
      const lines = place.lines.slice(from);
      faults.push(...judgeAnswer(cell, answered, lines), ...judgeLogs(cell, answered, lines));
    }
    const isExchange = row.route === 'exchangeToken';
    if (phase === 'until healed' && isExchange) faults.push(...(await weakIsRefused(ground, place, row)));
    if (answers.every(({ status }) => status >= 400) && isBeforeUnit(row)) {
      const made = tokenCalls(place) - before.tokenCalls;
      if (made > 0) faults.push(`INV1: Unit was asked for ${made} tokens without the whole gate`);
    }
    faults.push(
      ...sentTooOften(cell, place, answers.length, before.linkCalls),
      ...judgeMet(cell, link.met(), answers.length),
    );
    await link.heal();
    const disturbed = [...told];
    const recovery = await recover(ask, row);
    faults.push(...judgeRecovery(recovery.after));
    if (isExchange) faults.push(...(await weakIsChallenged(ground, place, row)));
    if (place.pid() !== pid) faults.push('the process was replaced');
    if (row.isSubmission) {
      // What was late may still be at work at Unit.
      if (isSlow(breakage)) await pause(row.lateMs > 20_000 ? 2_500 : 0);
      for (const one of disturbed) faults.push(...(await converges(world, place, one)));
    }
    if (row.route === 'revoke') faults.push(...judgeEnded(ground, told));
    faults.push(...judgeEnd(ground, row, place, told, answers));
    return { ...cell, answers, recoveredAfter: recovery.after, recoveredMs: recovery.ms, faults };
  } finally {
    await place.close();
  }
}

/** What must not be repeated is sent once for each request of ours at most. */
function sentTooOften({ row }: Cell, place: Place, asked: number, from: number): string[] {
  if (row.isRepeated || row.isRead) return [];
  const { method, path } = row.target;
  const wanted = new RegExp(`^${method} ${path.replaceAll('*', '[^/]+')}$`);
  const sent = place.links[row.service].calls.slice(from).filter((one) => wanted.test(one)).length;
  return sent > asked ? [`INV3: sent ${sent} times for ${asked} requests`] : [];
}

const isBeforeUnit = ({ service, route }: CallRow): boolean =>
  route === 'exchangeToken' && (service === 'stytch' || service === 'table');

const tokenCalls = ({ links }: Place): number =>
  links.unit.calls.filter((one) => /^POST \/customers\/\d+\/token$/.test(one)).length;

/** A new session for each request of the customer's; who applies is made by the row. */
const userFor = ({ world, customer }: Ground, { isSubmission }: CallRow): Promise<SignedInUser> =>
  isSubmission ? Promise.resolve(customer) : sessionOf(world, customer, true);

const toAnswered = ({ exchange: { status, body, headers, method, url }, ms }: Asked): Answered => ({
  method,
  path: new URL(url).pathname,
  status,
  code: typeof body === 'object' && body !== null && 'code' in body ? String(body.code) : '',
  headers,
  text: body === null ? '' : JSON.stringify(body),
  ms,
});

/** A session without a second factor gets no token, whatever is broken. */
async function weakIsRefused({ world, customer }: Ground, place: Place, row: CallRow): Promise<string[]> {
  const weak = await sessionOf(world, customer, false);
  const { exchange } = await row.ask(world, place.apiUrl, weak);
  return exchange.status < 400 ? [`INV1: a weak session was answered ${exchange.status}`] : [];
}

/** Nothing that was remembered of the fault lets it in afterwards either. */
async function weakIsChallenged({ world, customer }: Ground, place: Place, row: CallRow): Promise<string[]> {
  const weak = await sessionOf(world, customer, false);
  const { status, code } = toAnswered(await row.ask(world, place.apiUrl, weak));
  return status === 401 && code === 'insufficient_user_authentication'
    ? []
    : [`INV1: after healing a weak session was answered ${status} ${code}`];
}

/** A second apart, as a client with some patience would. */
async function recover(
  ask: () => Promise<Answered>,
  { success }: CallRow,
): Promise<{ after: number; ms: number }> {
  const startedAt = performance.now();
  for (let after = 1; after <= ASKED_AFTER; after += 1) {
    const { status } = await ask();
    if (status === success) return { after, ms: Math.round(performance.now() - startedAt) };
    await pause(BETWEEN_MS);
  }
  return { after: Number.POSITIVE_INFINITY, ms: Math.round(performance.now() - startedAt) };
}

/** Once the lease is over, the same request finishes what was begun; it may meet the webhook that does so too. */
async function converges(world: World, place: Place, { user, repeat }: Asked): Promise<string[]> {
  let told = '';
  for (let i = 0; i < 3; i += 1) {
    // A repeat that meets a connection which the fault has closed begins a lease of its own.
    await ageUser(world, user.userId, LEASE_IS_OVER_SECONDS);
    const { status, body } = await repeat(place.apiUrl);
    if (status === 201) return [];
    told = `${status} ${JSON.stringify(body)}`;
    await pause(BETWEEN_MS);
  }
  return [`INV4: the same request in the end: ${told}`];
}

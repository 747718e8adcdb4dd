// Brings a cell's process to where it has all that it keeps: keys, secrets and connections.
import { setTimeout as pause } from 'node:timers/promises';
import type { CallRow } from './calls.ts';
import type { Answered } from './judge.ts';
import type { Place } from './place.ts';

/** On a machine that does other things too the first requests may be too slow. */
const WARMING_TRIES = 5;
const WARM_WITHIN_MS = 10_000;
/** From a call's arrival to where its caller has the answer. */
const ANSWERED_WITHIN_MS = 50;
export const NOT_WARM = 'the process did not warm up';

/** @throws Error when it does not come true in time: a starved process may give up before it has called */
async function until(isTrue: () => boolean): Promise<void> {
  const startedAt = performance.now();
  while (!isTrue()) {
    if (performance.now() - startedAt > WARM_WITHIN_MS) throw new Error(NOT_WARM);
    await pause(20);
  }
}

export async function makeWarm(place: Place, row: CallRow, ask: () => Promise<Answered>): Promise<void> {
  const hasCalled = (name: string): boolean =>
    place.links[row.service].calls.some((one) => one.includes(name));
  if (row.name === 'Stytch: JWKS') {
    await until(() => hasCalled('/v1/sessions/jwks/'));
    place.listKeys();
    await pause(ANSWERED_WITHIN_MS);
    return;
  }
  if (row.service === 'secrets') {
    // Each of the function's secrets is read while it starts.
    await until(() => place.links.secrets.calls.length >= 3);
    await pause(ANSWERED_WITHIN_MS);
    place.secrets.put('unitExchange', place.secrets.seeded.unitExchange);
    return;
  }
  let told = '';
  for (let i = 0; i < WARMING_TRIES; i += 1) {
    const { status, text } = await ask();
    if (status === row.success) return;
    told = `${status} ${text}`;
  }
  throw new Error(`${row.name} does not work at all: ${told}`);
}

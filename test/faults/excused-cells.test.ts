// Which cells of the matrix are played again: what a busy machine breaks, and nothing that a fault of ours would.
import { describe, expect, it } from '@jest/globals';
import { type Answered, judgeAnswer, judgeLogs, judgeMet, judgeRecovery, mayBeLoad } from './matrix/judge.ts';
import type { Cell } from './matrix/play.ts';
import { allCells } from './matrix/run.ts';
import { NOT_WARM } from './matrix/warm.ts';

const cellOf = (call: string, breakage: string, phase: string): Cell => {
  const found = allCells.find(
    (one) => one.row.name === call && one.breakage === breakage && one.phase === phase,
  );
  if (found === undefined) throw new Error('no such cell');
  return found;
};
const token = cellOf('Unit: customer token', 'status 503', 'in flight');
const told = cellOf('Unit: customer token', 'status 429, Retry-After: 7', 'until healed');
const table = cellOf('DynamoDB, exchanging', 'status 503', 'in flight');

const answer = (status: number, code: string, { ms = 50, retryAfter = '2' } = {}): Answered => ({
  method: 'POST',
  path: '/v1/token',
  status,
  code,
  headers: new Headers({
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    'retry-after': retryAfter,
  }),
  text: JSON.stringify({ code }),
  ms,
});
const refused = (provider: string, vendorCode: string | null = null): readonly string[] => [
  JSON.stringify({ code: 'request.refused', provider, vendorCode }),
];

/** The judgements of an answer, but for how it is documented, which the helper above does not imitate. */
const judged = (cell: Cell, given: Answered, lines: readonly string[]): readonly string[] =>
  [...judgeAnswer(cell, given, lines), ...judgeLogs(cell, given, lines)].filter((fault) =>
    /answered|took|blames|Retry-After is/.test(fault),
  );

describe('a cell of the matrix is played again alone', () => {
  it.each<[string, readonly string[]]>([
    [
      'an answer after its deadline',
      judged(token, answer(502, 'upstream_unavailable', { ms: 60_000 }), refused('unit')).filter((fault) =>
        fault.startsWith('took'),
      ),
    ],
    ['a recovery after many requests', judgeRecovery(3)],
    ['a timeout where the fault makes none', judged(token, answer(504, 'upstream_timeout'), refused('unit'))],
    ['a timeout of another service', judged(token, answer(504, 'upstream_timeout'), refused('stytch'))],
    [
      'a deadline of AWS that passed',
      judged(table, answer(503, 'temporarily_unavailable'), refused('aws', 'Deadline')),
    ],
    [
      'a timeout before the fault was met',
      [...judged(token, answer(504, 'upstream_timeout'), refused('stytch')), ...judgeMet(token, 0, 1)],
    ],
    ['a process that was not warm in time', [String(new Error(NOT_WARM))]],
  ])('after %s', (_what, faults) => {
    expect(faults.length).toBeGreaterThan(0);
    expect(mayBeLoad(faults)).toBe(true);
  });
});

describe('a cell of the matrix stays broken', () => {
  it.each<[string, readonly string[]]>([
    ['an answer that may not come', judged(token, answer(500, 'server_error'), refused('unit'))],
    [
      'a failure that another try should have met',
      judged(token, answer(502, 'upstream_unavailable'), refused('unit')),
    ],
    [
      'AWS said to be unavailable at once',
      judged(table, answer(503, 'temporarily_unavailable'), refused('aws', 'ServiceUnavailable')),
    ],
    ['a log that blames another', judged(told, answer(502, 'upstream_unavailable'), refused('stytch'))],
    [
      'a wait that is not handed on',
      judged(told, answer(502, 'upstream_unavailable', { retryAfter: '1' }), refused('unit')),
    ],
    ['a fault that was not met', judgeMet(token, 0, 1)],
    ['a process that was replaced', ['the process was replaced']],
    ['a late answer that breaks a rule too', [...judgeRecovery(3), 'INV3: sent 2 times for 1 requests']],
  ])('after %s', (_what, faults) => {
    expect(faults.length).toBeGreaterThan(0);
    expect(mayBeLoad(faults)).toBe(false);
  });

  it('never, where nothing is wrong', () => {
    expect(mayBeLoad([])).toBe(false);
  });
});

// The sequence diagram's rules, without a page: messages become groups, and groups become rows.
import { describe, expect, it } from '@jest/globals';
import { routes } from '../../functions/contract/routes.ts';
import type { Party, TraceMessage } from '../../local/demo/contract.ts';
import { groupMessages, lifelinesOf } from '../../local/demo/page/diagram/groups.ts';
import { headingOf } from '../../local/demo/page/diagram/headings.ts';
import { isProblem, labelOf } from '../../local/demo/page/diagram/labels.ts';
import { columns, place, ROW_HEIGHT, shorten } from '../../local/demo/page/diagram/layout.ts';

let nextId = 0;

const message = (
  callId: string,
  from: Party,
  to: Party,
  at: number,
  more: Partial<TraceMessage> = {},
): TraceMessage => {
  nextId += 1;
  return { id: nextId, callId, exchange: null, from, to, direction: 'request', at, title: callId, ...more };
};

const request = message;
const answer = (callId: string, from: Party, to: Party, at: number, more: Partial<TraceMessage> = {}) =>
  message(callId, from, to, at, { direction: 'answer', status: 200, durationMs: 5, ...more });

const six = (text: string): number => text.length * 6;

describe('the groups of the diagram', () => {
  it('hold what one call has caused, in the order of time, whatever order it came in', () => {
    const token = { exchange: 'a', title: 'POST /v1/token' };
    const groups = groupMessages([
      request('a', 'browser', 'api', 10, token),
      request('b', 'browser', 'api', 12, { exchange: 'b', title: 'GET /v1/me' }),
      answer('a', 'api', 'browser', 40, token),
      answer('a1', 'stytch', 'api', 30, { exchange: 'a' }),
      request('a1', 'api', 'stytch', 20, { exchange: 'a' }),
    ]);
    expect(groups.map(({ key, heading, kind }) => ({ key, heading, kind }))).toEqual([
      { key: 'a', heading: 'Session JWT in, customer token out', kind: 'call' },
      { key: 'b', heading: 'Where does this user stand?', kind: 'call' },
    ]);
    expect(groups[0]?.messages.map(({ callId, direction }) => `${callId} ${direction}`)).toEqual([
      'a request',
      'a1 request',
      'a1 answer',
      'a answer',
    ]);
  });

  it('tell a webhook, a call past the bridge and the background from each other', () => {
    const groups = groupMessages([
      request('w', 'unit', 'api', 0, { exchange: 'w', title: 'POST /webhooks/unit' }),
      request('d', 'browser', 'unit', 1, { title: 'GET /cards/1/secure-data' }),
      request('r1', 'api', 'dynamodb', 2, { function: 'reconcile' }),
      request('l', 'browser', 'stytch', 2.5, { title: 'GET /v1/magic_links/redirect' }),
      answer('d', 'unit', 'browser', 3),
      answer('r1', 'dynamodb', 'api', 4),
      request('r2', 'api', 'unit', 2900, { function: 'reconcile' }),
      request('r3', 'api', 'dynamodb', 60_000, { function: 'reconcile' }),
    ]);
    expect(groups.map(({ heading, kind, messages }) => [heading, kind, messages.length])).toEqual([
      ["Unit's webhook: something was decided", 'webhook', 1],
      ['Straight to Unit, past the bridge', 'direct', 2],
      ['In the background', 'background', 3],
      ['The mailed link leads over Stytch', 'direct', 1],
      ['In the background', 'background', 1],
    ]);
  });

  it('have a heading in words for every route of the API', () => {
    const titles = Object.values(routes).map(
      ({ method, path }) => `${method} ${path.replaceAll(/\{\w+\}/g, '01K9ABC')}`,
    );
    expect(titles.length).toBeGreaterThan(20);
    expect(titles.filter((title) => headingOf(title) === title)).toEqual([]);
    expect(headingOf('GET /elsewhere')).toBe('GET /elsewhere');
  });

  it('get a lifeline for Secrets Manager only once it is asked', () => {
    const first = [request('a', 'browser', 'api', 0)];
    expect(lifelinesOf(first)).toEqual(['browser', 'api', 'stytch', 'dynamodb', 'unit']);
    expect(lifelinesOf([...first, request('s', 'api', 'secrets_manager', 1)])).toContain('secrets_manager');
  });
});

describe('the label of an arrow', () => {
  it.each([
    [{ direction: 'request' as const, title: 'Query' }, 'Query', false],
    [{ status: 201, durationMs: 41.6 }, '201 · 42 ms', false],
    [{ status: 201, durationMs: 2345 }, '201 · 2.3 s', false],
    [{ status: 'cut' as const, durationMs: 3000 }, 'no answer · 3.0 s', true],
    [{ status: 401, body: { code: 'invalid_token' }, durationMs: 9 }, '401 invalid_token · 9 ms', true],
    [{ status: 400, body: { error_type: 'otp_code_not_found' } }, '400 otp_code_not_found · 5 ms', true],
    [
      { status: 400, body: { errors: [{ title: 'Bad', code: 'invalid_value' }] } },
      '400 invalid_value · 5 ms',
      true,
    ],
    [{ status: 401, body: { errors: [{ title: 'Unauthorized' }] } }, '401 Unauthorized · 5 ms', true],
    [{ status: 502, body: 'an HTML page' }, '502 · 5 ms', true],
  ])('of %j is %s', (more, label, problem) => {
    const one = answer('a', 'api', 'browser', 0, more);
    expect(labelOf(one)).toBe(label);
    expect(isProblem(one)).toBe(problem);
  });
});

describe('a call to the table', () => {
  it.each([
    ['RATE#failuresInARow#x#5', 'COUNT', 'UpdateItem: limit, failures in a row'],
    ['USER#user-test-1', 'FACTOR#totp-1', 'UpdateItem: factor'],
    ['USER#user-test-1', 'LOCK#person', 'UpdateItem: one application at a time'],
    ['CUSTOMER#700001', 'OWNER', 'UpdateItem: whose customer'],
    ['UNIT_APPLICATION#800001', 'OWNER', 'UpdateItem: whose application'],
    ['SOMETHING#1', 'ELSE', 'UpdateItem'],
  ])('of %s, %s is %s', (pk, sk, words) => {
    const body = { Key: { pk: { S: pk }, sk: { S: sk } } };
    expect(labelOf(request('a', 'api', 'dynamodb', 0, { title: 'UpdateItem', body }))).toBe(words);
  });

  it('names a whole user, a secret, and a condition that is not met, which is no problem', () => {
    const query = { ExpressionAttributeValues: { ':pk': { S: 'USER#user-test-1' } } };
    expect(labelOf(request('a', 'api', 'dynamodb', 0, { title: 'Query', body: query }))).toBe(
      'Query: all of the user',
    );
    const secret = {
      SecretId: 'arn:aws:secretsmanager:us-east-1:0:secret:Stage-SecretsUnitEvents0FA59126-A59126',
    };
    expect(
      labelOf(request('a', 'api', 'secrets_manager', 0, { title: 'GetSecretValue', body: secret })),
    ).toBe('GetSecretValue: UnitEvents');
    const unmet = answer('a', 'dynamodb', 'api', 0, {
      status: 400,
      body: { __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException' },
    });
    expect(labelOf(unmet)).toBe('condition not met · 5 ms');
    expect(isProblem(unmet)).toBe(false);
  });

  it('and long ids in a path are shortened', () => {
    const title = 'GET /v1/applications/HEWJHNHWUXXBMNWQAKOCLE2EWJ';
    expect(labelOf(request('a', 'browser', 'api', 0, { title }))).toBe('GET /v1/applications/HEWJH…');
    expect(labelOf(request('a', 'api', 'stytch', 0, { title: 'POST /v1/magic_links/authenticate' }))).toBe(
      'POST /v1/magic_links/authenticate',
    );
  });
});

describe('the layout of the diagram', () => {
  const parties = ['browser', 'api', 'stytch', 'dynamodb', 'unit'] as const;

  it.each([312, 640, 900])('keeps lifelines and labels inside of %d pixels', (width) => {
    const at = columns(parties, width);
    const { rows, height } = place(
      [
        request('a', 'browser', 'api', 0, { title: 'POST /v1/signup/authenticate' }),
        request('b', 'unit', 'api', 1, { title: 'x'.repeat(400) }),
        answer('c', 'unit', 'dynamodb', 2, { durationMs: 12 }),
      ],
      at,
      width,
      six,
    );
    const xs = [...at.values()];
    expect(xs).toEqual(xs.toSorted((a, b) => a - b));
    expect(height).toBeGreaterThanOrEqual(3 * ROW_HEIGHT);
    for (const { label, labelX, fromX, toX } of rows) {
      expect(labelX - six(label) / 2).toBeGreaterThanOrEqual(0);
      expect(labelX + six(label) / 2).toBeLessThanOrEqual(width);
      expect(Math.min(fromX, toX)).toBeGreaterThan(0);
      expect(Math.max(fromX, toX)).toBeLessThan(width);
    }
    expect(rows[0]).toMatchObject({ fromX: at.get('browser'), toX: at.get('api') });
    expect(rows[1]?.label.endsWith('…')).toBe(true);
  });

  it('shortens only what does not fit', () => {
    expect(shorten('short', 30, six)).toBe('short');
    expect(shorten('too long', 30, six)).toBe('too …');
  });
});

import { createHmac } from 'node:crypto';
import { describe, expect, it, jest } from '@jest/globals';
import { createSecret, type Secret, type SecretValue } from '../../../functions/adapters/secrets.ts';
import { ageOf, isSignedBy, parseBatch, requireSignature } from '../../../functions/adapters/unit/webhook.ts';
import { codeOf } from '../../support/adapters-errors.ts';
import { silent } from '../../support/adapters-log.ts';
import { ARN, fixedSecret, startSecrets } from '../../support/adapters-secrets.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'utf8');
const sign = (text: string, token: string): string => createHmac('sha1', token).update(text).digest('base64');

const TOKEN = 'unit-webhook-demo-secret';
const DEMO =
  '{"data":[{"id":"900001","type":"customer.created","attributes":{"createdAt":"2026-02-03T04:05:06.789Z","tags":{"env":"demo"}},"relationships":{"customer":{"data":{"id":"700001","type":"individualCustomer"}},"application":{"data":{"id":"800001","type":"individualApplication"}}}}]}';
const ESCAPED = DEMO.replace('"demo"', '"d\\u00e9mo"');

describe("Unit's signature over a delivery", () => {
  it.each([
    ['demo-webhook-token', '{"data":[{"id":"1","type":"customer.created"}]}', 'zPzNXhOHJ8kAB6ZJxsXxkWfVrs8='],
    [TOKEN, DEMO, '2c3vO87IC6deKBJldxw+wZEYFho='],
    [TOKEN, ESCAPED, '8jAM7/dFvPAl104KSHIg0UTvW/g='],
  ])('W2 is HMAC-SHA1 in base64 with the key as it is written: %s', (token, body, signature) => {
    expect(isSignedBy(bytes(body), signature, token)).toBe(true);
  });

  it('W1 is over the bytes as they came, not over the same JSON written again', () => {
    const again = JSON.stringify(JSON.parse(ESCAPED));
    expect([bytes(DEMO).length, bytes(ESCAPED).length, bytes(again).length]).toEqual([280, 285, 281]);
    expect(isSignedBy(bytes(again), '8jAM7/dFvPAl104KSHIg0UTvW/g=', TOKEN)).toBe(false);
    expect(isSignedBy(bytes(again), 'YskjSsJ5so9hLFr/rwHil8zT7/o=', TOKEN)).toBe(true);
  });

  const good = sign(DEMO, TOKEN);

  it.each<[string, string | undefined]>([
    ['missing', undefined],
    ['empty', ''],
    ['too short', good.slice(1)],
    ['too long', `A${good}`],
    ['of another length in base64', Buffer.alloc(32).toString('base64')],
    ['in hexadecimal', createHmac('sha1', TOKEN).update(DEMO).digest('hex')],
    ['in base64url', good.replaceAll('+', '-').replaceAll('/', '_')],
    ['by SHA-256', createHmac('sha256', TOKEN).update(DEMO).digest('base64')],
    ['of other bytes', sign(`${DEMO} `, TOKEN)],
    ['by another token', sign(DEMO, `${TOKEN}2`)],
    ['twice, joined by a comma', `${good},${good}`],
    ['followed by a line', `${good}\n`],
    ['of letters that are no base64', 'é'.repeat(28)],
  ])('W3 is refused without an exception when it is %s', (_, signature) => {
    expect(isSignedBy(bytes(DEMO), signature, TOKEN)).toBe(false);
  });

  it('W2 covers every byte: one flipped anywhere and it no longer fits', () => {
    for (let i = 0; i < DEMO.length; i += 13) {
      const changed = bytes(DEMO);
      changed[i] = (changed[i] ?? 0) ^ 1;
      expect(isSignedBy(changed, good, TOKEN)).toBe(false);
    }
  });

  it('W2 may be over bytes that are no text', () => {
    const raw = Uint8Array.from([0xff, 0xfe, 0x00, 0xc3]);
    const signature = createHmac('sha1', TOKEN).update(raw).digest('base64');
    expect(isSignedBy(raw, signature, TOKEN)).toBe(true);
  });
});

describe('proving a delivery', () => {
  const prove = (secret: Secret, token: string | undefined) =>
    requireSignature(secret, bytes(DEMO), token === undefined ? undefined : sign(DEMO, token));

  it('W3 takes the present token, and the previous one while a rotation is under way', async () => {
    const secret = fixedSecret('token-number-2', 'token-number-1');
    await expect(prove(secret, 'token-number-2')).resolves.toBeUndefined();
    await expect(prove(secret, 'token-number-1')).resolves.toBeUndefined();
    expect(await codeOf(prove(secret, 'token-number-0'))).toBe('invalid_signature');
    expect(await codeOf(prove(fixedSecret('token-number-2'), 'token-number-1'))).toBe('invalid_signature');
  });

  it('W3 tells our own log of a wrong signature, which may be Unit’s, apart from none', async () => {
    const details = { details: { reason: 'wrong' } };
    await expect(prove(fixedSecret('token-number-2'), 'token-number-1')).rejects.toMatchObject(details);
  });

  it('INV7 picks a token up that was rotated since it was cached', async () => {
    let value: SecretValue = { value: 'token-number-1' };
    const renew = jest.fn(async (): Promise<SecretValue | null> => {
      value = { value: 'token-number-2', previous: 'token-number-0' };
      return null;
    });
    const read = async () => value;
    const secret: Secret = { read, readFresh: read, renew };
    await expect(prove(secret, 'token-number-2')).resolves.toBeUndefined();
    value = { value: 'token-number-2' };
    await expect(prove(secret, 'token-number-0')).resolves.toBeUndefined();
    expect(await codeOf(prove(secret, 'token-number-3'))).toBe('invalid_signature');
    expect(renew).toHaveBeenCalledTimes(3);
  });

  it('INV7 picks it up for all of many deliveries at the same moment', async () => {
    const bench = await startSecrets();
    bench.put('token-number-1');
    const secret = createSecret(bench.client, ARN, () => 1_000_000, silent);
    await secret.read();
    bench.put('token-number-2');
    const proofs = await Promise.allSettled(Array.from({ length: 5 }, () => prove(secret, 'token-number-2')));
    await bench.close();
    expect(proofs.map(({ status }) => status)).toEqual(Array(5).fill('fulfilled'));
  });

  it('W3 does not even read the secret again for a delivery without a signature', async () => {
    const renew = jest.fn(async (): Promise<SecretValue | null> => null);
    const read = async () => ({ value: TOKEN });
    const secret: Secret = { read, readFresh: read, renew };
    expect(await codeOf(prove(secret, undefined))).toBe('invalid_signature');
    await expect(prove(secret, undefined)).rejects.toMatchObject({ details: { reason: 'missing' } });
    expect(renew).not.toHaveBeenCalled();
  });
});

describe('a batch of events', () => {
  const parsed = (value: unknown) =>
    parseBatch(bytes(typeof value === 'string' ? value : JSON.stringify(value)));
  const event = (changes: object = {}) => ({
    id: '900001',
    type: 'application.approved',
    relationships: {
      application: { data: { type: 'individualApplication', id: '800001' } },
      customer: { data: { type: 'individualCustomer', id: '700001' } },
    },
    ...changes,
  });

  it('W6 names each event, its type and the resources to read, and nothing else', () => {
    expect(parseBatch(bytes(DEMO))).toEqual({
      events: [
        {
          eventId: '900001',
          type: 'customer.created',
          unitApplicationId: '800001',
          unitCustomerId: '700001',
        },
      ],
      unreadable: 0,
      createdAt: Date.parse('2026-02-03T04:05:06.789Z') / 1000,
    });
  });

  it.each([undefined, {}, { application: null }, { application: {} }, { application: { data: null } }])(
    'W7 may hold an event that names no resource of ours: %j',
    (relationships) => {
      expect(parsed({ data: [event({ relationships })] }).events).toEqual([
        { eventId: '900001', type: 'application.approved', unitApplicationId: null, unitCustomerId: null },
      ]);
    },
  );

  it('W7 takes types that do not exist yet, and extra members everywhere', () => {
    const future = event({ type: 'orbit.decayed', attributes: { x: 1 }, meta: {} });
    expect(parsed({ data: [future], included: [], meta: {} })).toMatchObject({
      events: [{ type: 'orbit.decayed' }],
      unreadable: 0,
    });
  });

  it.each([
    ['null', null],
    ['text', 'event'],
    ['no id', { type: 'x' }],
    ['an id that is no number', event({ id: '../1' })],
    ['an id that is a number and no text', event({ id: 900001 })],
    ['no type', event({ type: undefined })],
    ['a type of a thousand letters', event({ type: 'x'.repeat(1000) })],
    [
      'a resource whose id is a path',
      event({ relationships: { application: { data: { id: '1/cancel' } } } }),
    ],
  ])('W7 is not held up by an entry that is no event, which is counted: %s', (_, entry) => {
    const batch = parsed({ data: [event(), entry, event({ id: '900002' })] });
    expect(batch.events.map(({ eventId }) => eventId)).toEqual(['900001', '900002']);
    expect(batch.unreadable).toBe(1);
  });

  it('W7 may be empty', () => {
    expect(parsed({ data: [] })).toEqual({ events: [], unreadable: 0, createdAt: null });
  });

  const at = (createdAt: unknown) => event({ attributes: { createdAt } });
  const ageAt = (now: string, ...entries: readonly unknown[]) =>
    ageOf(parsed({ data: entries }), Date.parse(now) / 1000);

  it('S7 W5 is as old as its oldest event, in whichever order they come', () => {
    const entries = [at('2026-02-03T04:05:06Z'), at('2026-02-03T05:00:00.000+01:00'), at(undefined)];
    expect(ageAt('2026-02-03T04:10:00.400Z', ...entries)).toBe(600);
    expect(ageAt('2026-02-03T04:10:00.400Z', ...entries.toReversed())).toBe(600);
  });

  it("S7 is never younger than now, when Unit's clock is ahead of ours", () => {
    expect(ageAt('2026-02-03T04:05:00Z', at('2026-02-03T04:05:30Z'))).toBe(0);
  });

  it.each([
    ['missing', event()],
    ['no attributes but null', event({ attributes: null })],
    ['null', at(null)],
    ['empty', at('')],
    ['no time', at('yesterday')],
    ['a day alone', at('2026-02-03')],
    ['a day that does not exist', at('2026-02-30T00:00:00Z')],
    ['a number', at(1_770_091_506)],
  ])('S7 W7 is read all the same, and has no age, where its time is %s', (_, entry) => {
    const batch = parsed({ data: [entry] });
    expect(batch).toMatchObject({ events: [{ eventId: '900001' }], unreadable: 0, createdAt: null });
    expect(ageOf(batch, 1_770_091_506)).toBeNull();
  });

  it.each([
    ['no JSON', '{'],
    ['empty', ''],
    ['a list', '[]'],
    ['null', 'null'],
    ['without a list of events', '{"data":{}}'],
    [
      'of more events than Unit ever sends',
      JSON.stringify({ data: Array.from({ length: 1001 }, () => null) }),
    ],
  ])('W1 is refused when it is %s', (_, text) => {
    expect(() => parsed(text)).toThrow('invalid_request');
  });
});

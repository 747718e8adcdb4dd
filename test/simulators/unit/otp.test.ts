import { beforeEach, describe, expect, it } from '@jest/globals';
import { acme, at, business, customerOf, type Reply, textAt, tokenBody, type Unit, unit } from './support.ts';

let bank: Unit;
let id: string;

beforeEach(async () => {
  bank = unit();
  id = await customerOf(bank);
});

const start = (attributes: object = {}): Promise<Reply> =>
  bank.call('POST', `/customers/${id}/token/verification`, {
    body: { data: { type: 'customerTokenVerification', attributes: { channel: 'sms', ...attributes } } },
  });

const tokenOf = ({ json }: Reply): string => textAt(json, 'data', 'attributes', 'verificationToken');
const codeOf = (token: string): string =>
  bank.controls.outbox().find((verification) => verification.token === token)?.code ?? '';
const wrong = (token: string): string => (codeOf(token) === '111111' ? '222222' : '111111');

const redeem = async (verificationToken: string, verificationCode: string): Promise<number> =>
  (
    await bank.call('POST', `/customers/${id}/token`, {
      body: tokenBody({ scope: 'cards-write', verificationToken, verificationCode }),
    })
  ).status;

describe('Unit’s own passcode', () => {
  it('is sent to the customer’s phone and works once', async () => {
    const reply = await start();
    expect(reply.status).toBe(201);
    const token = tokenOf(reply);
    expect(bank.controls.outbox()).toMatchObject([{ phone: '+15555550142', channel: 'sms' }]);
    expect(await redeem(token, codeOf(token))).toBe(201);
    expect(await redeem(token, codeOf(token))).toBe(400);
  });

  it('is over after three tries', async () => {
    const token = tokenOf(await start());
    for (let i = 0; i < 3; i += 1) expect(await redeem(token, wrong(token))).toBe(400);
    expect(await redeem(token, codeOf(token))).toBe(400);
  });

  it('still works at the third try', async () => {
    const token = tokenOf(await start());
    for (let i = 0; i < 2; i += 1) await redeem(token, wrong(token));
    expect(await redeem(token, codeOf(token))).toBe(201);
  });

  it('is over after ten minutes', async () => {
    const token = tokenOf(await start());
    bank.clock.now += 600_000;
    expect(await redeem(token, codeOf(token))).toBe(400);
  });

  it('works for that customer only', async () => {
    const token = tokenOf(await start());
    id = await customerOf(bank, business());
    expect(await redeem(token, codeOf(token))).toBe(400);
  });

  it('is started three times in ten minutes at most', async () => {
    for (let i = 0; i < 3; i += 1) expect((await start()).status).toBe(201);
    const { status, json } = await start();
    expect([status, at(json, 'errors', 0, 'code')]).toEqual([400, 'limits_exceeded']);
    bank.clock.now += 600_000;
    expect((await start()).status).toBe(201);
  });

  it.each([
    { channel: 'email' },
    { channel: undefined },
    { appHash: 'short' },
    { channel: 'call', appHash: '12345678901' },
    { language: 'tlh' },
    { phone: { countryCode: '1', number: '5555550142' } },
  ])('is refused with %j', async (attributes) => {
    expect((await start(attributes)).status).toBe(400);
  });

  it('of a business goes to the contact, or to an authorized user who is named', async () => {
    id = await customerOf(bank, business());
    const phone = { countryCode: '1', number: '5555550177' };
    expect((await start({ phone })).status).toBe(400);
    await bank.call('POST', `/customers/${id}/authorized-users`, {
      body: {
        data: {
          type: 'addAuthorizedUsers',
          attributes: { authorizedUsers: [{ ...acme.contact, email: 'b@example.com', phone }] },
        },
      },
    });
    await start({ phone });
    await start();
    expect(bank.controls.outbox().map((verification) => verification.phone)).toEqual([
      '+15555550177',
      '+15555550142',
    ]);
  });
});

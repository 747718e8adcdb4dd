import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { checkDigit } from '../../../simulators/unit/card-numbers.ts';
import {
  at,
  business,
  customerOf,
  type IdentityProvider,
  identityProvider,
  individual,
  ORG,
  textAt,
  tokenBody,
  type Unit,
  unit,
} from './support.ts';

let provider: IdentityProvider;
let bank: Unit;
let customerId: string;
let cardId: string;

beforeAll(async () => {
  provider = await identityProvider();
});
afterAll(() => provider.server.close());
beforeEach(async () => {
  bank = unit({ jwksUrl: provider.jwksUrl });
  customerId = await customerOf(bank);
  cardId = bank.controls.cards(customerId)[0]?.id ?? '';
});

async function mint(scope: string, attributes: object = {}, id = customerId): Promise<string> {
  const { json } = await bank.call('POST', `/customers/${id}/token`, {
    body: tokenBody({ scope, jwtToken: provider.jwt(), ...attributes }),
  });
  return textAt(json, 'data', 'attributes', 'token');
}

const secure = (token: string, id = cardId) => bank.call('GET', `/cards/${id}/secure-data`, { token });

describe('the numbers of a card', () => {
  it('are shown to the holder’s own token with cards-sensitive, and are valid', async () => {
    const { status, json } = await secure(await mint('cards-sensitive'));
    expect(status).toBe(200);
    const pan = textAt(json, 'data', 'attributes', 'pan');
    expect(pan).toMatch(/^400000\d{10}$/);
    expect(checkDigit(pan.slice(0, 15))).toBe(pan[15]);
    expect(at(json, 'data', 'attributes')).toMatchObject({
      cvv2: expect.stringMatching(/^\d{3}$/),
      expirationDate: '2030-02',
    });
  });

  it('are known to the check digit of a published example', () => {
    expect(checkDigit('7992739871')).toBe('3');
  });

  it('are refused to an org token, even one that lists the scope', async () => {
    bank = unit({
      orgTokens: [
        { token: 'org-token-of-the-tests', scopes: ['cards', 'cards-sensitive', 'applications-write'] },
      ],
    });
    customerId = await customerOf(bank);
    cardId = bank.controls.cards(customerId)[0]?.id ?? '';
    expect((await secure('org-token-of-the-tests')).status).toBe(403);
  });

  it('are refused to a token without the scope', async () => {
    expect((await secure(await mint('cards cards-write'))).status).toBe(403);
  });

  it('are refused to another customer’s token', async () => {
    const other = await customerOf(bank, individual({ ssn: '111111111' }));
    expect((await secure(await mint('cards-sensitive', {}, other))).status).toBe(403);
  });

  it('are refused to a token that was narrowed to another card or to an account', async () => {
    const second = bank.controls.createCard(customerId);
    const [account] = bank.controls.accounts(customerId);
    const other = await mint('cards-sensitive', { resources: [{ type: 'card', ids: [second.id] }] });
    const account1 = await mint('cards-sensitive', { resources: [{ type: 'account', ids: [account?.id] }] });
    expect((await secure(other)).status).toBe(403);
    expect((await secure(account1)).status).toBe(403);
    expect((await secure(other, second.id)).status).toBe(200);
  });

  it('are refused while the card is frozen, and for a physical card', async () => {
    const token = await mint('cards-sensitive cards-write');
    const physical = bank.controls.createCard(customerId, true);
    expect((await secure(token, physical.id)).status).toBe(403);
    await bank.call('POST', `/cards/${cardId}/freeze`, { token });
    const { status, json } = await secure(token);
    expect([status, at(json, 'errors', 0, 'code')]).toEqual([400, 'not_supported_for_card_status']);
    await bank.call('POST', `/cards/${cardId}/unfreeze`, { token });
    expect((await secure(token)).status).toBe(200);
  });
});

describe('an account', () => {
  it('is listed and read by its holder, unless the token was narrowed to another', async () => {
    const [account] = bank.controls.accounts(customerId);
    const token = await mint('accounts');
    const list = await bank.call('GET', '/accounts?filter[customerId]=700001', { token });
    expect(at(list.json, 'data', 0, 'id')).toBe(account?.id);
    const { json } = await bank.call('GET', `/accounts/${account?.id}`, { token });
    expect(at(json, 'data', 'attributes')).toMatchObject({ status: 'Open', balance: 0 });
    const narrow = await mint('accounts', { resources: [{ type: 'card', ids: [cardId] }] });
    expect((await bank.call('GET', `/accounts/${account?.id}`, { token: narrow })).status).toBe(403);
    expect(at((await bank.call('GET', '/accounts', { token: narrow })).json, 'data')).toEqual([]);
  });
});

describe('a card', () => {
  it('is read without its number by org and holder, and not by others', async () => {
    const pan = bank.controls.cards()[0]?.pan ?? '';
    const token = await mint('cards');
    for (const reader of [ORG, token]) {
      const { status, json } = await bank.call('GET', `/cards/${cardId}`, {
        token: reader,
      });
      expect(status).toBe(200);
      expect(JSON.stringify(json)).not.toContain(pan);
      expect(at(json, 'data', 'attributes', 'last4Digits')).toBe(pan.slice(-4));
    }
    const other = await customerOf(bank, individual({ ssn: '111111111' }));
    const foreign = await mint('cards', {}, other);
    expect((await bank.call('GET', `/cards/${cardId}`, { token: foreign })).status).toBe(403);
  });

  it('is listed to its holder alone, with what stands beside it', async () => {
    await customerOf(bank, individual({ ssn: '111111111' }));
    const all = await bank.call('GET', '/cards');
    expect(at(all.json, 'data')).toHaveLength(2);
    const { json } = await bank.call('GET', '/cards?include=customer,account', {
      token: await mint('cards'),
    });
    expect(at(json, 'data')).toHaveLength(1);
    expect(at(json, 'included', 0, 'id')).toBe(customerId);
    expect(at(json, 'included', 1, 'type')).toBe('depositAccount');
  });

  it('is made for an account of its kind, and the physical one is activated in the sandbox', async () => {
    const [account] = bank.controls.accounts(customerId);
    const make = (type: string) =>
      bank.call('POST', '/cards', {
        body: {
          data: {
            type,
            attributes: {},
            relationships: { account: { data: { type: 'depositAccount', id: account?.id } } },
          },
        },
      });
    expect((await make('businessVirtualDebitCard')).status).toBe(400);
    const { status, json } = await make('individualDebitCard');
    expect([status, at(json, 'data', 'attributes', 'status')]).toEqual([201, 'Inactive']);
    const id = textAt(json, 'data', 'id');
    const activated = await bank.call('POST', `/sandbox/cards/${id}/activate`);
    expect(at(activated.json, 'data', 'attributes', 'status')).toBe('Active');
  });

  it('of a business is opened by a cardholder token, which reaches that card only', async () => {
    const firm = await customerOf(bank, business());
    const [card] = bank.controls.cards(firm);
    const second = bank.controls.createCard(firm);
    const mintForHolder = (scope: string) =>
      bank.call('POST', `/cards/${card?.id}/cardholder/token`, {
        body: { data: { type: 'cardholderToken', attributes: { scope, expiresIn: 600 } } },
      });
    expect((await mintForHolder('customers')).status).toBe(400);
    const { status, json } = await mintForHolder('cards cards-sensitive');
    expect([status, at(json, 'data', 'type')]).toEqual([201, 'cardholderBearerToken']);
    const token = textAt(json, 'data', 'attributes', 'token');
    expect((await secure(token, card?.id)).status).toBe(200);
    expect((await secure(token, second.id)).status).toBe(403);
  });
});

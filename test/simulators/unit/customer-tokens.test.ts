import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  at,
  business,
  customerOf,
  hmacJwt,
  type IdentityProvider,
  identityProvider,
  individual,
  type Reply,
  SUBJECT,
  signJwt,
  textAt,
  tokenBody,
  type Unit,
  unit,
} from './support.ts';

let provider: IdentityProvider;
let bank: Unit;
let customerId: string;

beforeAll(async () => {
  provider = await identityProvider();
});
afterAll(() => provider.server.close());
beforeEach(async () => {
  provider.outage.isOn = false;
  bank = unit({ jwksUrl: provider.jwksUrl });
  customerId = await customerOf(bank);
});

const mint = (attributes: object, id = customerId): Promise<Reply> =>
  bank.call('POST', `/customers/${id}/token`, { body: tokenBody(attributes) });

const answer = async (attributes: object, id = customerId): Promise<unknown[]> => {
  const { status, json } = await mint(attributes, id);
  return [status, at(json, 'errors', 0, 'code')];
};

describe('the decision table of the token call', () => {
  it.each([
    ['scope missing', {}],
    ['scope empty', { scope: '' }],
    ['scope of spaces', { scope: '  ' }],
    ['scope unknown', { scope: 'cards everything' }],
    ['expiresIn 0', { scope: 'cards', expiresIn: 0 }],
    ['expiresIn 86401', { scope: 'cards', expiresIn: 86_401 }],
    ['expiresIn no integer', { scope: 'cards', expiresIn: 1.5 }],
    ['expiresIn a text', { scope: 'cards', expiresIn: '300' }],
    ['org-only scope', { scope: 'cards applications' }],
    ['customer-token-write without an upgradable scope', { scope: 'cards customer-token-write' }],
    ['upgradable scope without customer-token-write', { scope: 'cards', upgradableScope: 'cards-write' }],
    ['upgradable scope unknown', { scope: 'cards customer-token-write', upgradableScope: 'everything' }],
    ['upgradable scope of the org', { scope: 'cards customer-token-write', upgradableScope: 'webhooks' }],
    ['an attribute that Unit does not have', { scope: 'cards', isWhiteLabel: true }],
    ['no resources in the list', { scope: 'cards', resources: [] }],
    ['two factors needed, none given', { scope: 'cards-sensitive' }],
    ['a write scope without factors', { scope: 'cards cards-write' }],
  ])('%s: 400 invalid_value', async (_row, attributes) => {
    expect(await answer(attributes)).toEqual([400, 'invalid_value']);
  });

  it('customer unknown: 400 customer_not_found', async () => {
    expect(await answer({ scope: 'cards' }, '799999')).toEqual([400, 'customer_not_found']);
  });

  it('customer archived: 400', async () => {
    bank.controls.archiveCustomer(customerId);
    expect((await mint({ scope: 'cards' })).status).toBe(400);
  });

  it('no scope needs two factors, no JWT: 201', async () => {
    expect((await mint({ scope: 'customers accounts' })).status).toBe(201);
  });

  it('customer-token-write with an upgradable scope: 201', async () => {
    const attributes = { scope: 'customers customer-token-write', upgradableScope: 'cards-write' };
    expect((await mint(attributes)).status).toBe(201);
  });

  it('no scope needs two factors, JWT present, lenient: only the shape counts', async () => {
    const expired = provider.jwt({ exp: 1_640_995_200, sub: 'somebody-else' });
    expect((await mint({ scope: 'customers', jwtToken: expired })).status).toBe(201);
    expect(await answer({ scope: 'customers', jwtToken: 'garbage' })).toEqual([400, 'invalid_value']);
    expect(bank.controls.jwksFetches()).toBe(0);
  });

  it('no scope needs two factors, JWT present, strict: the JWT is verified', async () => {
    bank.controls.switches.jwtCheck = 'strict';
    const expired = provider.jwt({ exp: 1_640_995_200 });
    expect(await answer({ scope: 'customers', jwtToken: expired })).toEqual([400, 'invalid_value']);
    expect((await mint({ scope: 'customers', jwtToken: provider.jwt() })).status).toBe(201);
    expect((await mint({ scope: 'customers' })).status).toBe(201);
  });

  it('two factors needed, valid JWT: 201', async () => {
    expect((await mint({ scope: 'cards cards-sensitive', jwtToken: provider.jwt() })).status).toBe(201);
  });

  it('two factors needed, valid verification token and code: 201', async () => {
    const started = await bank.call('POST', `/customers/${customerId}/token/verification`, {
      body: { data: { type: 'customerTokenVerification', attributes: { channel: 'sms' } } },
    });
    const verificationToken = textAt(started.json, 'data', 'attributes', 'verificationToken');
    const verificationCode = bank.controls.outbox()[0]?.code;
    expect((await mint({ scope: 'cards-write', verificationToken, verificationCode })).status).toBe(201);
  });

  it('two factors needed, 000001 in the sandbox: 201; switched off or live: 400', async () => {
    const attributes = { scope: 'cards-write', verificationCode: '000001' };
    expect((await mint(attributes)).status).toBe(201);
    bank.controls.switches.otp000001 = false;
    expect((await mint(attributes)).status).toBe(400);
    bank = unit({ environment: 'live' });
    customerId = await customerOf(bank);
    expect((await mint(attributes)).status).toBe(400);
  });

  it('JWT and code together: 400', async () => {
    const attributes = { scope: 'cards-write', jwtToken: provider.jwt(), verificationCode: '000001' };
    expect(await answer(attributes)).toEqual([400, 'invalid_value']);
  });

  it('asks for two factors for exactly the scopes of its list', async () => {
    bank.controls.switches.twoFactorScopes = ['statements'];
    expect((await mint({ scope: 'cards-sensitive cards-write' })).status).toBe(201);
    expect((await mint({ scope: 'statements' })).status).toBe(400);
  });
});

describe('the answer of the token call', () => {
  it('is an opaque token of another type, without an id', async () => {
    const { json, headers } = await mint({ scope: 'customers', expiresIn: 300 });
    expect(json).toEqual({
      data: {
        type: 'customerBearerToken',
        attributes: { token: expect.stringMatching(/^v2\.public\.[\w-]{100,}$/), expiresIn: 300 },
      },
    });
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('lives 86400 seconds when nothing is asked, and dies on time', async () => {
    const { json } = await mint({ scope: 'customers' });
    expect(at(json, 'data', 'attributes', 'expiresIn')).toBe(86_400);
    const token = textAt(json, 'data', 'attributes', 'token');
    const status = async (): Promise<number> =>
      (await bank.call('GET', `/customers/${customerId}`, { token })).status;
    bank.clock.now += 86_400_000 - 1;
    expect(await status()).toBe(200);
    bank.clock.now += 1;
    expect(await status()).toBe(401);
  });

  it('differs from call to call, with one JWT too', async () => {
    const jwtToken = provider.jwt();
    const tokens = [];
    for (let i = 0; i < 2; i += 1) {
      const { json } = await mint({ scope: 'cards-write', jwtToken });
      tokens.push(textAt(json, 'data', 'attributes', 'token'));
    }
    expect(tokens[0]).not.toBe(tokens[1]);
  });

  it('refuses resources that are not the customer’s', async () => {
    const other = await customerOf(bank, individual({ ssn: '111111111' }));
    const [foreign] = bank.controls.cards(other);
    const resources = [{ type: 'card', ids: [foreign?.id] }];
    expect(await answer({ scope: 'cards', resources })).toEqual([400, 'invalid_value']);
  });
});

describe('the verification of the JWT', () => {
  const exchange = async (jwtToken: string): Promise<unknown[]> => {
    const { status, json } = await mint({ scope: 'cards-sensitive', jwtToken });
    return [status, at(json, 'errors', 0, 'code'), at(json, 'errors', 0, 'details')];
  };
  const claims = { sub: SUBJECT, exp: 1_770_092_000 };

  it.each([
    ['two parts', () => 'a.b', 'the JWT must have three parts'],
    ['no JSON', () => 'YQ.YQ.YQ', 'the parts of the JWT cannot be read'],
    ['alg none', () => signJwt(claims, { alg: 'none' }), 'the JWT must be signed with RS256'],
    ['the public key as an HMAC secret', () => hmacJwt(claims), 'the JWT must be signed with RS256'],
    ['no kid', () => signJwt(claims, { kid: undefined }), 'the JWT names no kid'],
    [
      'a strange kid',
      () => signJwt(claims, { kid: 'key-9' }),
      'kid key-9 is not in the JWKS of the jwtSettings',
    ],
    ['a stranger’s key', () => signJwt(claims, {}, 'stranger'), 'the signature of the JWT is not valid'],
    ['an end in the past', () => provider.jwt({ exp: 1_770_091_506 }), 'the JWT has expired'],
    ['no end', () => provider.jwt({ exp: undefined }), 'the JWT has expired'],
    ['no subject', () => provider.jwt({ sub: undefined }), 'the JWT has no subject'],
    [
      'another subject',
      () => provider.jwt({ sub: 'user-test-x' }),
      'the subject is not that of the customer',
    ],
  ])('refuses %s', async (_fault, jwt, details) => {
    expect(await exchange(jwt())).toEqual([400, 'invalid_value', details]);
  });

  it('checks in its order: the kid before the signature, the end before the subject', async () => {
    expect((await exchange(signJwt({}, { kid: 'key-9' }, 'stranger')))[2]).toContain('kid');
    expect((await exchange(signJwt({ exp: 1 }, {}, 'stranger')))[2]).toContain('signature');
    expect((await exchange(provider.jwt({ exp: 1, sub: 'x' })))[2]).toContain('expired');
  });

  it('looks neither at audience, age, use nor factors', async () => {
    const jwtToken = provider.jwt({ aud: ['another-project'], iat: 1, jti: 'x', nbf: 99_999_999_999 });
    for (let i = 0; i < 2; i += 1) expect((await exchange(jwtToken))[0]).toBe(201);
  });

  it('looks at the issuer only where one is set and the check is on', async () => {
    const { switches } = bank.controls;
    const jwtToken = provider.jwt({ iss: 'stytch.com/project-test-1' });
    switches.issuer = 'https://login.example.com';
    expect((await exchange(jwtToken))[0]).toBe(201);
    switches.issuerCheck = true;
    expect((await exchange(jwtToken))[0]).toBe(400);
    switches.issuer = 'stytch.com/project-test-1';
    expect((await exchange(jwtToken))[0]).toBe(201);
  });

  it('allows a skew of the clocks only where one is set', async () => {
    const jwtToken = provider.jwt({ exp: 1_770_091_500 });
    expect((await exchange(jwtToken))[0]).toBe(400);
    bank.controls.switches.clockSkewSeconds = 10;
    expect((await exchange(jwtToken))[0]).toBe(201);
  });

  it('answers with the status and code of the switches', async () => {
    Object.assign(bank.controls.switches, { failureStatus: 403, failureCode: 'forbidden' });
    expect((await exchange(provider.jwt({ sub: 'x' }))).slice(0, 2)).toEqual([403, 'forbidden']);
  });

  it('answers 400 where the org has no JWT settings', async () => {
    bank = unit();
    customerId = await customerOf(bank);
    expect((await exchange(provider.jwt()))[2]).toContain('jwtSettings');
  });

  it('refuses every JWT for a customer without a subject', async () => {
    customerId = await customerOf(bank, individual({ ssn: '111111111', jwtSubject: undefined }));
    expect((await exchange(provider.jwt()))[0]).toBe(400);
    expect((await exchange(provider.jwt({ sub: '' })))[0]).toBe(400);
  });

  it('knows a business by its contact and by its authorized users', async () => {
    customerId = await customerOf(bank, business());
    expect((await exchange(provider.jwt()))[0]).toBe(201);
    expect((await exchange(provider.jwt({ sub: 'user-test-second' })))[0]).toBe(400);
    const user = {
      fullName: { first: 'B', last: 'C' },
      email: 'b@example.com',
      phone: { countryCode: '1', number: '2' },
    };
    await bank.call('POST', `/customers/${customerId}/authorized-users`, {
      body: {
        data: {
          type: 'addAuthorizedUsers',
          attributes: { authorizedUsers: [{ ...user, jwtSubject: 'user-test-second' }] },
        },
      },
    });
    expect((await exchange(provider.jwt({ sub: 'user-test-second' })))[0]).toBe(201);
  });

  it('fetches the JWKS over HTTP, keeps it for the seconds of the switch, and fetches once more for a new kid', async () => {
    const before = bank.controls.jwksFetches();
    await exchange(provider.jwt());
    await exchange(provider.jwt());
    expect(bank.controls.jwksFetches() - before).toBe(1);
    await exchange(signJwt(claims, { kid: 'key-9' }));
    expect(bank.controls.jwksFetches() - before).toBe(2);
    bank.clock.now += 300_000;
    await exchange(provider.jwt({ exp: 1_770_099_999 }));
    expect(bank.controls.jwksFetches() - before).toBe(3);
    bank.controls.switches.jwksCacheSeconds = 0;
    await exchange(provider.jwt({ exp: 1_770_099_999 }));
    expect(bank.controls.jwksFetches() - before).toBe(4);
  });

  it('does not hide an outage of the JWKS, but goes on with cached keys', async () => {
    provider.outage.isOn = true;
    expect((await exchange(provider.jwt()))[0]).toBe(500);
    provider.outage.isOn = false;
    await exchange(provider.jwt());
    provider.outage.isOn = true;
    expect((await exchange(provider.jwt()))[0]).toBe(201);
  });
});

describe('Unit’s own upgrade of a customer token', () => {
  it('gives the upgradable scopes after a passcode, and no others', async () => {
    const first = await mint({
      scope: 'customers cards customer-token-write',
      upgradableScope: 'cards-write cards-sensitive-write',
    });
    const token = textAt(first.json, 'data', 'attributes', 'token');
    const upgrade = async (scope: string): Promise<number> =>
      (
        await bank.call('POST', `/customers/${customerId}/token`, {
          token,
          body: tokenBody({ scope, verificationCode: '000001' }),
        })
      ).status;
    expect(await upgrade('cards cards-write')).toBe(201);
    expect(await upgrade('cards-sensitive')).toBe(403);
    const other = await customerOf(bank, individual({ ssn: '111111111' }));
    const foreign = await bank.call('POST', `/customers/${other}/token`, {
      token,
      body: tokenBody({ scope: 'cards' }),
    });
    expect(foreign.status).toBe(403);
  });
});

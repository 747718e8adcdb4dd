// INV5 for the demo's stream: what the page is shown of a message opens nothing.
import { describe, expect, it } from '@jest/globals';
import * as z from 'zod/mini';
import { describeBody } from '../../local/demo/describe-body.ts';
import { expectAnswer } from '../../local/journey-client.ts';
import { mask, maskHeaders, maskText } from '../../local/mask.ts';
import * as fc from '../support/properties.ts';

const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const jwtOf = (claims: object): string =>
  `${base64url({ alg: 'RS256', kid: 'key-1', typ: 'JWT' })}.${base64url(claims)}.c2lnbmF0dXJlLW9mLXRoZS1qd3Q`;

const sessionJwt = jwtOf({
  sub: 'user-test-ada',
  exp: 1_800_000_000,
  'https://stytch.com/session': {
    id: 'session-test-1',
    authentication_factors: [
      { type: 'magic_link', delivery_method: 'email', last_authenticated_at: '2027-01-15T08:00:07Z' },
      { type: 'totp', delivery_method: 'authenticator_app', last_authenticated_at: '2027-01-15T08:01:09Z' },
    ],
  },
});

describe('a masked body', () => {
  it('shows of a session JWT whose it is, what it proves and when it ends, and nothing that is valid', () => {
    const summary = {
      jwt: `${sessionJwt.slice(0, 8)}…`,
      sub: 'user-test-ada',
      factors: ['magic_link (email), 08:00:07', 'totp (authenticator_app), 08:01:09'],
      exp: '2027-01-15T08:00:00.000Z',
    };
    expect(mask({ sessionJwt })).toEqual({ sessionJwt: summary });
    expect(mask([sessionJwt])).toEqual([summary]);
  });

  it.each([
    ['sessionToken', 'mZAYn5aLEqKUlZ_Ad9U_fWr38GaAQ1oFhT8ds245v7Q4', 'mZAYn5aL…'],
    ['challengeId', 'LeB7kpoLBiKBxnXkCbUEnwQaDGgpawczsH_j3Y', 'LeB7kpoL…'],
    ['customerToken', 'v2.public.eyJzdWIiOiI3MDAwMDEifQ', 'v2.publi…'],
    ['secret', 'JBSWY3DPEHPK3PXP', '••••••'],
    ['ssn', '721074426', '••••••'],
    ['dateOfBirth', '1991-04-23', '••••••'],
    ['passport', 'X1234567', '••••••'],
    ['ein', '123456789', '••••••'],
    ['accountNumber', '1000000421', '••••••'],
    ['counterpartyAccountNumber', '1000000421', '••••••'],
    ['routingNumber', '812345678', '••••••'],
    ['routing_number', '812345678', '••••••'],
    ['pan', '4000001234567899', '••••••'],
    ['cvv2', '123', '•••'],
    ['code', '123456', '••••••'],
    ['totp_code', '123456', '••••••'],
    ['verificationCode', '000001', '••••••'],
    ['SecretString', '{"value":"secret"}', '••••••'],
    ['code_verifier', 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk', 'dBjftJeZ…'],
  ])('hides %s', (key, value, shown) => {
    expect(mask({ [key]: value })).toEqual({ [key]: shown });
    expect(mask({ data: [{ attributes: { [key]: value } }] })).toEqual({
      data: [{ attributes: { [key]: shown } }],
    });
  });

  it("hides the link to a form of Unit's, and a card number that is a number", () => {
    const link = 'http://127.0.0.1:4403/application-forms/form-mZAYn5aLEqKUlZ_Ad9U_fWr38GaAQ1oFhT8ds245v7Q';
    expect(mask({ url: link })).toEqual({ url: 'http://127.0.0.1:4403/application-forms/form-mZA…' });
    expect(mask({ number: 4000001234567899, count: 12 })).toEqual({ number: '••••', count: 12 });
  });

  it('hides each recovery code and each part of a passkey credential', () => {
    expect(mask({ recoveryCodes: ['ckss-2skx-ebow'] })).toEqual({ recoveryCodes: ['••••••'] });
    expect(mask({ credential: { id: 'cGFzc2tleS0x', response: { signature: 'MEU' } } })).toEqual({
      credential: { id: '••••••', response: { signature: '•••' } },
    });
  });

  it.each([
    { code: 'insufficient_user_authentication', status: 401 },
    { tokenType: 'Bearer', expiresIn: 300, scopes: ['cards-sensitive'] },
    { jwtSubject: 'user-test-ada' },
    { SecretId: 'arn:aws:secretsmanager:us-east-1:111111111111:secret:Stytch' },
    { Key: { pk: { S: 'RATE#sendsPerAddress#8MVWQgAig5JuBUVF0N90wQ#20779' }, sk: { S: 'COUNT' } } },
    { email: 'ada@example.com', applicationId: 'NJZ3YTEYBNFOW57B4M6LHFHDHY', customerId: '700001' },
    { postalCode: '83702', countryCode: '1', status_code: 200 },
    { list: [1, true, null], nested: { deep: 'text' } },
  ])('leaves what explains the integration: %j', (body) => {
    expect(mask(body)).toEqual(body);
  });

  const keys = fc.constantFrom(
    'sessionToken',
    'session_jwt',
    'secret',
    'ssn',
    'pan',
    'cvv2',
    'jwtToken',
    'password',
  );
  const plain = fc.record({ note: fc.constantFrom('plain', 'words'), count: fc.integer() });
  const secretText = fc.stringMatching(/^[A-Za-z0-9]{10,60}$/);
  const token = fc.oneof(
    fc.stringMatching(/^[A-Za-z0-9_-]{30,40}$/).map((text) => `v2.public.${text}`),
    fc.stringMatching(/^[A-Za-z0-9_-]{30,40}$/).map((text) => `secret-test-${text}=`),
    fc.stringMatching(/^[a-z0-9-]{8,20}$/).map((sub) => jwtOf({ sub, note: 'a claim' })),
  );

  it('INV5 holds no secret of a named member, wherever it stands and however it is nested', () => {
    fc.assert(
      fc.property(
        keys,
        secretText,
        plain,
        fc.array(fc.constantFrom('data', 'attributes', 'list')),
        (key, secret, rest, path) => {
          const body = path.reduceRight<unknown>(
            (inner, name) => (name === 'list' ? [inner, rest] : { [name]: inner, ...rest }),
            { [key]: secret, ...rest },
          );
          const shown = JSON.stringify(mask(body));
          expect(shown).not.toContain(secret);
          expect(shown).toContain(rest.note);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('INV5 holds no token in any text, whatever the member is called', () => {
    fc.assert(
      fc.property(token, fc.constantFrom('detail', 'url', 'value', 'S'), (secret, key) => {
        const shown = JSON.stringify(mask({ [key]: `before ${secret} after` }));
        expect(shown).not.toContain(secret);
        expect(shown).toContain('before');
        expect(shown).toContain('after');
        expect(JSON.stringify(mask({ [key]: secret }))).not.toContain(secret);
      }),
      { numRuns: 300 },
    );
  });
});

it('INV5 stands in no failure of a journey either', () => {
  const exchange = { method: 'GET', url: 'http://127.0.0.1/cards/1', status: 200, headers: new Headers() };
  const body = { pan: '4000001234567899', note: 'plain' };
  const failing = () => expectAnswer({ ...exchange, body }, 403, z.looseObject({}));
  expect(failing).toThrow('"note":"plain"');
  expect(failing).not.toThrow('400000');
});

describe('a masked text', () => {
  it('hides the token in the query of an address', () => {
    expect(maskText('http://localhost:4400/callback?stytch_token_type=magic_links&token=DOYoip3rvIMM')).toBe(
      'http://localhost:4400/callback?stytch_token_type=magic_links&token=•••',
    );
  });
});

describe('masked headers', () => {
  const of = (headers: Record<string, string>) => maskHeaders(new Headers(headers));

  it('names the owner of a JWT, and shows no credentials', () => {
    expect(of({ authorization: `Bearer ${sessionJwt}` })).toEqual({
      authorization: `Bearer ${sessionJwt.slice(0, 8)}… (JWT of user-test-ada)`,
    });
    expect(of({ authorization: 'Basic cHJvamVjdC10ZXN0OnNlY3JldA==' })).toEqual({
      authorization: 'Basic •••',
    });
    expect(of({ authorization: 'Bearer v2.public.eyJzdWIiOiI3MDAwMDEifQ' })).toEqual({
      authorization: 'Bearer v2.publi…',
    });
    const signed =
      'AWS4-HMAC-SHA256 Credential=local-token/20270115/us-east-1, SignedHeaders=host, Signature=ab12';
    expect(of({ authorization: signed })).toEqual({ authorization: 'AWS4-HMAC-SHA256 •••' });
  });

  it('hides signatures and the token of a redirect, keeps challenges, drops the rest', () => {
    expect(
      of({
        'x-unit-signature': 'TwVg1Ybc4eE=',
        location: 'http://localhost:4400/callback?token=DOYoip3rvIMM',
        'www-authenticate': 'Bearer error="insufficient_user_authentication", max_age=300',
        cookie: 'session=1',
      }),
    ).toEqual({
      'x-unit-signature': '••••••',
      location: 'http://localhost:4400/callback?token=•••',
      'www-authenticate': 'Bearer error="insufficient_user_authentication", max_age=300',
    });
  });
});

describe('a body in the trace', () => {
  const described = (type: string | undefined, text: string): unknown =>
    describeBody(new Headers(type === undefined ? {} : { 'content-type': type }), Buffer.from(text));

  it('is parsed where it is JSON of any kind, and else described by its size', () => {
    expect(described('application/vnd.api+json; charset=utf-8', '{"data":1}')).toEqual({ data: 1 });
    expect(described('application/x-amz-json-1.0', '{}')).toEqual({});
    expect(described('application/json', '{"cut')).toBe('(application/json that is no JSON, 5 bytes)');
    expect(described('image/png', 'x'.repeat(1234))).toBe('(image/png, 1,234 bytes)');
    expect(described('application/x-www-form-urlencoded', 'ssn=721074426')).not.toContain('721074426');
    expect(described(undefined, 'text')).toBe('(unknown type, 4 bytes)');
    expect(described('application/json', '')).toBeUndefined();
  });
});

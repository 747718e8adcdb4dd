// Where a token stands and how it is written: what is not a bearer JWT in the Authorization header is nothing.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe } from '@jest/globals';
import { CompactEncrypt } from 'jose';
import { call, type Exchange } from '../../local/journey-client.ts';
import {
  type AttackWorld,
  attack,
  exchange,
  expectRefusedAtDoor,
  startAttackWorld,
} from '../support/attacks.ts';
import { encoded, type Parts, partsOf, signedByAttacker } from '../support/forgeries.ts';
import { jsonHeaders, sendRaw } from '../support/security.ts';

let all: AttackWorld;
/** The victim's own good token: only its place or its form is wrong. */
let jwt: string;
let genuine: Parts;
beforeAll(async () => {
  all = await startAttackWorld();
  jwt = all.victim.sessionJwt;
  genuine = partsOf(jwt);
});
afterAll(() => all.world.close());

const scopes = { scopes: ['accounts'] };
const withHeaders = (headers: Record<string, string>): Promise<Exchange> =>
  exchange(all.world, undefined, scopes, headers);
const refused = (send: () => Promise<Exchange>, reason: string): Promise<void> =>
  expectRefusedAtDoor(all.world, send, reason);

describe('J4 a good token in the wrong place', () => {
  const url = (): string => `${all.world.apiUrl}/v1/token`;
  const places: Readonly<Record<string, () => Promise<Exchange>>> = {
    'in the query, as access_token': () => call('POST', `${url()}?access_token=${jwt}`, { body: scopes }),
    'in the query, as authorization': () =>
      call('POST', `${url()}?authorization=Bearer%20${jwt}`, { body: scopes }),
    'in a cookie of Stytch': () => withHeaders({ cookie: `stytch_session_jwt=${jwt}` }),
    'in a cookie called authorization': () => withHeaders({ cookie: `authorization=Bearer ${jwt}` }),
    'in the body, as session_jwt': () => exchange(all.world, undefined, { ...scopes, session_jwt: jwt }),
    'in the body, as sessionJwt': () => exchange(all.world, undefined, { ...scopes, sessionJwt: jwt }),
    'in the body, as access_token': () => exchange(all.world, undefined, { ...scopes, access_token: jwt }),
    'in a form body': () => fetchForm(`access_token=${jwt}&scopes=accounts`),
    'in X-Authorization': () => withHeaders({ 'x-authorization': `Bearer ${jwt}` }),
    'in X-Forwarded-Authorization': () => withHeaders({ 'x-forwarded-authorization': `Bearer ${jwt}` }),
    'in Proxy-Authorization': () => withHeaders({ 'proxy-authorization': `Bearer ${jwt}` }),
    'in X-Amz-Security-Token': () => withHeaders({ 'x-amz-security-token': jwt }),
    'in X-Stytch-Session-Jwt': () => withHeaders({ 'x-stytch-session-jwt': jwt }),
    'in the user agent': () => withHeaders({ 'user-agent': `Bearer ${jwt}` }),
    nowhere: () => withHeaders({}),
  };
  for (const [title, send] of Object.entries(places)) {
    attack(title, { stoppedBy: 'token-place' }, () => refused(send, 'missing'));
  }

  async function fetchForm(body: string): Promise<Exchange> {
    const response = await fetch(url(), {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body,
    });
    return {
      method: 'POST',
      url: url(),
      status: response.status,
      headers: response.headers,
      body: await response.json(),
    };
  }
});

/** Header lines as they are, also twice the same. */
const rawLines = (lines: readonly string[]): Promise<Exchange> =>
  sendRaw(
    all.world,
    'POST',
    '/v1/token',
    [...jsonHeaders(), ...lines.map((line) => ['authorization', line] as const)],
    JSON.stringify(scopes),
  );

describe('J4 a good token in the wrong form', () => {
  const forms: Readonly<Record<string, () => string>> = {
    'without a scheme': () => jwt,
    'as Basic': () => `Basic ${Buffer.from(`${jwt}:`).toString('base64')}`,
    'as Basic with the token as it is': () => `Basic ${jwt}`,
    'as Token': () => `Token ${jwt}`,
    'as JWT': () => `JWT ${jwt}`,
    'as DPoP': () => `DPoP ${jwt}`,
    'with the scheme twice': () => `Bearer Bearer ${jwt}`,
    'with two blanks': () => `Bearer  ${jwt}`,
    'with a tab': () => `Bearer\t${jwt}`,
    'with a colon': () => `Bearer: ${jwt}`,
    'with an equals sign': () => `Bearer=${jwt}`,
    'in quotes': () => `Bearer "${jwt}"`,
    'with a comma behind': () => `Bearer ${jwt},`,
    'with a second token behind a comma': () => `Bearer ${all.attacker.sessionJwt}, Bearer ${jwt}`,
    'with a second token behind a blank': () => `Bearer ${all.attacker.sessionJwt} ${jwt}`,
    'with parameters behind': () => `Bearer ${jwt};foo=bar`,
    'padded with equals signs': () => `Bearer ${jwt}==`,
    'with each part padded': () =>
      `Bearer ${jwt
        .split('.')
        .map((part) => `${part}=`)
        .join('.')}`,
    'in base64 with plus and slash': () => `Bearer ${jwt.replaceAll('-', '+').replaceAll('_', '/')}=`,
    'with a letter of Latin 1 in it': () => `Bearer ${jwt.slice(0, 20)}\u00e9${jwt.slice(20)}`,
    'with a blank in the middle': () => `Bearer ${jwt.slice(0, 40)} ${jwt.slice(40)}`,
    'with an empty part before': () => `Bearer .${jwt}`,
    'with a fourth part': () => `Bearer ${jwt}.e30`,
    'with an empty fourth part': () => `Bearer ${jwt}.`,
    'with its first part alone': () => `Bearer ${genuine.raw[0]}`,
    'as JSON serialization': () =>
      `Bearer ${JSON.stringify({ protected: genuine.raw[0], payload: genuine.raw[1], signature: genuine.raw[2] })}`,
    'as general JSON serialization': () =>
      `Bearer ${JSON.stringify({ payload: genuine.raw[1], signatures: [{ protected: genuine.raw[0], signature: genuine.raw[2] }] })}`,
    'nothing but the scheme': () => 'Bearer',
    'the word null': () => 'Bearer null',
    'the word undefined': () => 'Bearer undefined',
    'two dots': () => 'Bearer ..',
    'a session token in place of the JWT': () => `Bearer ${all.victim.sessionToken}`,
  };
  for (const [title, form] of Object.entries(forms)) {
    attack(title, { stoppedBy: 'bearer-form' }, () =>
      refused(() => withHeaders({ authorization: form() }), 'not_a_bearer_jwt'),
    );
  }

  attack('in two header lines, a bad one first', { stoppedBy: 'bearer-form' }, () =>
    refused(() => rawLines(['Bearer x.y.z', `Bearer ${jwt}`]), 'not_a_bearer_jwt'),
  );
  attack('in two header lines, the same twice', { stoppedBy: 'bearer-form' }, () =>
    refused(() => rawLines([`Bearer ${jwt}`, `Bearer ${jwt}`]), 'not_a_bearer_jwt'),
  );

  attack('encrypted to a key of the attacker (five parts)', { stoppedBy: 'bearer-form' }, async () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const encrypted = await new CompactEncrypt(Buffer.from(JSON.stringify(genuine.claims)))
      .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: genuine.kid })
      .encrypt(publicKey);
    await refused(() => exchange(all.world, encrypted), 'not_a_bearer_jwt');
  });
});

/** Signed by Stytch's own key; only the size or the wrapping is wrong. */
const signedByStytch = (claims: Readonly<Record<string, unknown>>): Promise<string> =>
  all.world.stytch.controls.mintLookAlike({ kind: 'genuine', sessionId: all.victim.sessionId, claims });

describe('J4 a token that is too large or wrapped', () => {
  attack('just over nine thousand letters', { stoppedBy: 'token-length' }, async () => {
    const long = await signedByStytch({ note: randomBytes(3000).toString('hex') });
    await refused(() => exchange(all.world, long), 'not_a_bearer_jwt');
  });

  const unreadable: Readonly<Record<string, readonly [() => string, string]>> = {
    'a header that is no JSON': [
      () => `${encoded('{"alg"')}.${genuine.raw[1]}.${genuine.raw[2]}`,
      'err_jws_invalid',
    ],
    'a header that is a list': [
      () => `${encoded('[]')}.${genuine.raw[1]}.${genuine.raw[2]}`,
      'err_jws_invalid',
    ],
    'a header that is null': [
      () => `${encoded('null')}.${genuine.raw[1]}.${genuine.raw[2]}`,
      'err_jws_invalid',
    ],
    'a header that is broken UTF-8': [
      () => `${encoded(Buffer.from([0xff, 0xfe]))}.${genuine.raw[1]}.${genuine.raw[2]}`,
      'err_jws_invalid',
    ],
  };
  for (const [title, [forge, reason]] of Object.entries(unreadable)) {
    attack(title, { stoppedBy: 'library-verifies' }, () =>
      refused(() => exchange(all.world, forge()), reason),
    );
  }

  const wrapped: Readonly<Record<string, () => string>> = {
    'a compressed payload (zip)': () =>
      signedByAttacker(
        { ...genuine.header, zip: 'DEF' },
        deflateRawSync(Buffer.from(JSON.stringify(genuine.claims))),
      ),
    'a genuine token inside a token of the attacker': () =>
      signedByAttacker({ ...genuine.header, cty: 'JWT' }, jwt),
    'a payload that is broken UTF-8': () => signedByAttacker(genuine.header, Buffer.from([0xc3, 0x28])),
    'an empty object as payload': () => signedByAttacker(genuine.header, {}),
    'claims that are nested two thousand deep': () =>
      signedByAttacker(genuine.header, `{"x":${'['.repeat(2000)}${']'.repeat(2000)}}`),
  };
  for (const [title, forge] of Object.entries(wrapped)) {
    attack(title, { stoppedBy: 'signature' }, () =>
      refused(() => exchange(all.world, forge()), 'err_jws_signature_verification_failed'),
    );
  }
});

import { createPublicKey, createVerify, type JsonWebKey } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod/mini';
import { type LookAlikeKind, lookAlikeKinds } from '../../../simulators/stytch/look-alikes.ts';
import { Bench, decoded, PROJECT_ID } from './bench.ts';

const SESSION_CLAIM = 'https://stytch.com/session';
const keysShape = z.object({
  keys: z.array(z.object({ kid: z.string(), kty: z.string(), n: z.string(), e: z.string() })),
});

const bench = new Bench();
let userId: string;
let keys: ReadonlyMap<string, JsonWebKey>;
beforeAll(async () => {
  ({ userId } = await bench.controls.seedUser({ email: 'ada@customer.example', totp: true }));
  const jwks = await bench.call(`GET /v1/sessions/jwks/${PROJECT_ID}`);
  keys = new Map(z.parse(keysShape, jwks.body).keys.map((key) => [key.kid, key]));
});

/** Everything that a strict reader finds wrong with a JWT. */
function flaws(jwt: string): string[] {
  const { header, claims } = decoded(jwt);
  const { iss, aud, sub, iat, nbf, exp } = claims;
  const now = bench.now / 1_000;
  const key = keys.get(String(header['kid']));
  const [head, body, signature = ''] = jwt.split('.');
  const isSigned =
    key !== undefined &&
    createVerify('sha256')
      .update(`${head}.${body}`)
      .verify(createPublicKey({ key, format: 'jwk' }), signature, 'base64url');
  const found = {
    alg: header['alg'] !== 'RS256',
    kid: key === undefined,
    typ: header['typ'] !== 'JWT',
    crit: header['crit'] !== undefined,
    'foreign key offered': header['jwk'] !== undefined || header['jku'] !== undefined,
    signature: header['alg'] === 'RS256' && key !== undefined && !isSigned,
    iss: iss !== `stytch.com/${PROJECT_ID}`,
    aud: JSON.stringify(aud) !== JSON.stringify([PROJECT_ID]),
    sub: sub !== userId,
    iat: typeof iat !== 'number' || iat > now,
    nbf: typeof nbf !== 'number' || nbf > now,
    exp: typeof exp !== 'number' || exp <= now,
    life: typeof exp === 'number' && typeof iat === 'number' && exp - iat > 300,
    'session claim': claims[SESSION_CLAIM] === undefined,
    client_id: claims['client_id'] !== undefined,
    scope: claims['scope'] !== undefined,
  };
  return Object.entries(found).flatMap(([name, isFlawed]) => (isFlawed ? [name] : []));
}

const WRONG = {
  genuine: [],
  connected_app_access_token: ['life', 'session claim', 'client_id', 'scope'],
  connected_app_id_token: ['aud', 'life', 'session claim'],
  m2m_token: ['sub', 'life', 'session claim', 'scope'],
  session_with_client_id: ['life', 'client_id', 'scope'],
  session_with_scope: ['scope'],
  without_session_claim: ['session claim'],
  without_exp: ['exp'],
  without_sub: ['sub'],
  without_aud: ['aud'],
  without_iss: ['iss'],
  without_iat: ['iat'],
  without_nbf: ['nbf'],
  empty_sub: ['sub'],
  one_hour_life: ['life'],
  expired: ['exp'],
  not_yet_valid: ['iat', 'nbf'],
  wrong_project: ['iss', 'aud'],
  wrong_issuer: ['iss'],
  issuer_with_scheme: ['iss'],
  wrong_audience: ['aud'],
  second_audience: ['aud'],
  alg_none: ['alg'],
  hs256_public_key: ['alg'],
  ps256: ['alg'],
  rs384: ['alg'],
  unknown_kid: ['kid'],
  without_kid: ['kid'],
  forged_signature: ['signature'],
  embedded_key: ['foreign key offered', 'signature'],
  key_url: ['foreign key offered', 'signature'],
  critical_header: ['crit'],
  wrong_typ: ['typ'],
  tampered_payload: ['signature'],
} as const satisfies Record<LookAlikeKind, readonly string[]>;

describe('a look-alike of a session JWT', () => {
  it.each(lookAlikeKinds)('of kind %s is wrong in exactly the way it should be', async (kind) => {
    expect(flaws(await bench.controls.mintLookAlike({ kind, userId }))).toEqual(WRONG[kind]);
  });

  it('carries two fresh factors, or those of the session it copies', async () => {
    const imagined = decoded(await bench.controls.mintLookAlike({ kind: 'rs384', userId })).claims;
    const { sessionId } = await bench.controls.startSession({ userId });
    const copied = decoded(await bench.controls.mintLookAlike({ kind: 'rs384', sessionId })).claims;
    expect(imagined[SESSION_CLAIM]).toMatchObject({
      authentication_factors: [{ type: 'magic_link' }, { type: 'totp' }],
    });
    expect(copied[SESSION_CLAIM]).toMatchObject({
      id: sessionId,
      authentication_factors: [{ type: 'magic_link' }],
    });
  });

  it('can have any claim laid over or taken out', async () => {
    const jwt = await bench.controls.mintLookAlike({
      kind: 'genuine',
      userId,
      claims: { jti: 'one', nbf: null },
      sessionClaim: { id: 'session-test-other', roles: null },
    });
    const { claims } = decoded(jwt);
    expect(claims).toMatchObject({ jti: 'one', [SESSION_CLAIM]: { id: 'session-test-other' } });
    expect(claims).not.toHaveProperty('nbf');
    expect(claims[SESSION_CLAIM]).not.toHaveProperty('roles');
    expect(flaws(jwt)).toEqual(['nbf']);
  });

  it('can have anything in its header laid over or taken out, and is signed over what results', async () => {
    const plain = await bench.controls.mintLookAlike({ kind: 'genuine', userId, header: { cty: 'JWT' } });
    expect(decoded(plain).header).toMatchObject({ alg: 'RS256', cty: 'JWT' });
    expect(flaws(plain)).toEqual([]);
    const bare = await bench.controls.mintLookAlike({ kind: 'genuine', userId, header: { typ: null } });
    expect(flaws(bare)).toEqual(['typ']);
  });

  it('needs a user or a session to look like', async () => {
    await expect(bench.controls.mintLookAlike({ kind: 'expired' })).rejects.toThrow('userId');
    await expect(bench.controls.mintLookAlike({ kind: 'expired', userId: 'nobody' })).rejects.toThrow(
      'nobody',
    );
  });
});

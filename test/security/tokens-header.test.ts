// What a token's header says: which key, whose key, what kind of token (J1, K1, K4).
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { selfSignedCertificate } from '../../simulators/stytch/certificates.ts';
import {
  type AttackWorld,
  attack,
  exchange,
  expectRefusedAtDoor,
  startAttackWorld,
  vendorCallsFrom,
} from '../support/attacks.ts';
import { type Json, ownKey, type Parts, partsOf, signedByAttacker } from '../support/forgeries.ts';

let all: AttackWorld;
let genuine: Parts;
/** The attacker's web server: it has the attacker's keys in every form, and must never be asked. */
let server: Server;
let attackerUrl: string;
const asked: string[] = [];

const certificate = selfSignedCertificate(ownKey.publicKey, ownKey.privateKey).toString('base64');
const ownJwk = { ...ownKey.publicKey.export({ format: 'jwk' }), kid: 'attacker', alg: 'RS256', use: 'sig' };

beforeAll(async () => {
  all = await startAttackWorld();
  genuine = partsOf(all.victim.sessionJwt);
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const isCertificate = request.url === '/certificate';
    response.end(JSON.stringify(isCertificate ? certificate : { keys: [ownJwk] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  attackerUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
});
afterAll(async () => {
  server.close();
  await all.world.close();
});

const refused = (jwt: string, reason: string): Promise<void> =>
  expectRefusedAtDoor(all.world, () => exchange(all.world, jwt), reason);

/** Signed by Stytch's own key over a header with these changes: what no attacker has, so that the header alone is at fault. */
const signedByStytch = (header: Json): Promise<string> =>
  all.world.stytch.controls.mintLookAlike({ kind: 'genuine', sessionId: all.victim.sessionId, header });

describe('J1 a key that the header offers', () => {
  const offers: Readonly<Record<string, () => Json>> = {
    'the key itself, as jwk': () => ({ jwk: ownJwk }),
    'the key as jwk under its own id': () => ({ jwk: ownJwk, kid: genuine.kid }),
    "an address of the attacker's key set, as jku": () => ({ jku: `${attackerUrl}/jwks` }),
    'a certificate, as x5c': () => ({ x5c: [certificate] }),
    "an address of the attacker's certificate, as x5u": () => ({ x5u: `${attackerUrl}/certificate` }),
    'all of them at once': () => ({
      jwk: ownJwk,
      jku: `${attackerUrl}/jwks`,
      x5c: [certificate],
      x5u: `${attackerUrl}/certificate`,
      x5t: 'AAAA',
    }),
  };
  for (const [title, offer] of Object.entries(offers)) {
    attack(`${title}, signed with that key`, { stoppedBy: 'project-keys' }, async () => {
      const jwt = signedByAttacker({ ...genuine.header, ...offer() }, genuine.claims);
      await refused(jwt, 'err_jws_signature_verification_failed');
      expect(asked).toEqual([]);
    });
  }

  attack('an address of keys under an id that only they know', { stoppedBy: 'project-keys' }, async () => {
    const header = { ...genuine.header, kid: 'attacker', jku: `${attackerUrl}/jwks` };
    await refused(signedByAttacker(header, genuine.claims), 'err_jwks_no_matching_key');
    expect(asked).toEqual([]);
  });

  attack("an issuer whose keys would be the attacker's", { stoppedBy: 'signature' }, async () => {
    const jwt = signedByAttacker(genuine.header, { ...genuine.claims, iss: attackerUrl });
    await refused(jwt, 'err_jws_signature_verification_failed');
    expect(asked).toEqual([]);
  });
});

describe('J1 a key id that names no key of the project', () => {
  const kids: Readonly<Record<string, () => unknown>> = {
    'no key id': () => null,
    'an empty key id': () => '',
    'an unknown key id': () => 'jwk-test-00000000-0000-4000-8000-000000000000',
    'a path as key id': () => '../../../../../../dev/null',
    'an address as key id': () => `${attackerUrl}/jwks`,
    'SQL as key id': () => `x' UNION SELECT '${ownJwk.kid}' --`,
    'a shell command as key id': () => '$(curl 127.0.0.1)|cat /etc/passwd',
    'the name of a built-in property as key id': () => 'constructor',
    '__proto__ as key id': () => '__proto__',
    'a list with the right key id in it': () => [genuine.kid],
    'an object with the right key id in it': () => ({ kid: genuine.kid, toString: 1 }),
    'a number as key id': () => 0,
    'true as key id': () => true,
    'the right key id in capitals': () => genuine.kid.toUpperCase(),
    'the right key id with a blank behind': () => `${genuine.kid} `,
    'the right key id with a zero byte behind': () => `${genuine.kid}\u0000`,
    'a key id of four thousand letters': () => 'k'.repeat(4000),
  };
  for (const [title, kid] of Object.entries(kids)) {
    attack(`${title}, signed by the project's key`, { stoppedBy: 'key-by-id' }, async () => {
      await refused(await signedByStytch({ kid: kid() }), 'err_jwks_no_matching_key');
      expect(asked).toEqual([]);
    });
  }

  attack('twenty invented key ids, to make us fetch keys', { stoppedBy: 'key-fetch-pause' }, async () => {
    const calls = vendorCallsFrom(all.world);
    for (let i = 0; i < 20; i += 1) {
      const jwt = signedByAttacker({ ...genuine.header, kid: `invented-${i}` }, genuine.claims);
      expect(await exchange(all.world, jwt)).toMatchObject({ status: 401 });
    }
    // Each container holds keys of its own.
    const containers = all.world.functions().find(({ name }) => name === 'token')?.pids.length ?? 0;
    expect(calls()).toMatchObject({ stytch: [], unit: [] });
    expect(calls().jwks).toBeLessThanOrEqual(containers);
  });
});

describe('J1 a token of another kind', () => {
  const types: Readonly<Record<string, unknown>> = {
    'an access token (at+jwt)': 'at+jwt',
    'an access token by its media type': 'application/at+jwt',
    'a logout token': 'logout+jwt',
    'a DPoP proof': 'dpop+jwt',
    'an encrypted token by its type': 'JWE',
    'a token without a type': null,
    'a type in a list': ['JWT'],
    'an empty type': '',
    'a type with a blank behind': 'JWT ',
  };
  for (const [title, typ] of Object.entries(types)) {
    attack(`${title}, signed by the project's key`, { stoppedBy: 'token-type' }, async () => {
      await refused(await signedByStytch({ typ }), 'err_jwt_claim_validation_failed');
    });
  }

  attack('a header that must be understood', { stoppedBy: 'critical-header' }, async () => {
    await refused(await signedByStytch({ crit: ['bridge'], bridge: true }), 'err_jose_not_supported');
  });

  const malformed: Readonly<Record<string, readonly [Json, string]>> = {
    'an empty list of what must be understood': [{ crit: [] }, 'err_jws_invalid'],
    'a text as list of what must be understood': [{ crit: 'exp' }, 'err_jws_invalid'],
    'a header that must be understood and is absent': [{ crit: ['b64'] }, 'err_jws_invalid'],
    'a payload that is not encoded (b64)': [{ crit: ['b64'], b64: false }, 'err_jwt_invalid'],
  };
  for (const [title, [header, reason]] of Object.entries(malformed)) {
    attack(`${title}, signed by the project's key`, { stoppedBy: 'library-verifies' }, async () => {
      await refused(await signedByStytch(header), reason);
    });
  }
});

import { describe, expect, it, jest } from '@jest/globals';
import type { JwtVerdict, SessionJwts } from '../../functions/core/ports.ts';
import { authenticateBearer } from '../../functions/http/authenticate.ts';
import { refusalOf } from '../support/adapters-errors.ts';
import { BEARER, jwts, requestOf, session } from '../support/adapters-http.ts';

const authenticate = (authorization: string | undefined, verifier: SessionJwts = jwts) =>
  authenticateBearer(verifier, requestOf({ headers: authorization === undefined ? {} : { authorization } }));

describe('who calls', () => {
  it('is the session of a genuine JWT', async () => {
    expect(await authenticate(BEARER)).toBe(session);
  });

  it.each(['bearer', 'BEARER', 'Bearer'])('may spell the scheme as %s', async (scheme) => {
    expect(await authenticate(`${scheme} ${session.sessionJwt}`)).toBe(session);
  });

  it('U2 is nobody without the header', async () => {
    const refusal = await refusalOf(authenticate(undefined));
    expect([refusal.code, refusal.details.reason]).toEqual(['invalid_token', 'missing']);
  });

  it.each([
    ['empty', ''],
    ['of another scheme', `Basic ${session.sessionJwt}`],
    ['without a scheme', session.sessionJwt],
    ['without a JWT', 'Bearer'],
    ['with an empty JWT', 'Bearer '],
    ['with two spaces', `Bearer  ${session.sessionJwt}`],
    ['sent twice, which the gateway joins by a comma', `${BEARER},${BEARER}`],
    ['with something after the JWT', `${BEARER} x`],
    ['with a line after the JWT', `${BEARER}\n`],
    ['with a JWT of two parts', 'Bearer genuine.session'],
    ['with an unsigned JWT', 'Bearer genuine.session.'],
    ['with an encrypted JWT of five parts', 'Bearer a.b.c.d.e'],
    ['with letters that no JWT has', 'Bearer gen+uine.sess/ion.jwt='],
    ['with an opaque session token', 'Bearer WJtR5BCy38Szd5AfoDpf0iqFKEt4EE5JhjlWUY7l3FtY'],
    ['longer than any session JWT', `Bearer a.${'b'.repeat(9000)}.c`],
  ])('J4 is nobody when the header is %s, and the JWT is not even looked at', async (_, header) => {
    const verify = jest.fn(async (): Promise<JwtVerdict> => ({ isGenuine: true, session }));
    const refusal = await refusalOf(authenticate(header, { ...jwts, verify }));
    expect([refusal.code, refusal.details.reason]).toEqual(['invalid_token', 'not_a_bearer_jwt']);
    expect(verify).not.toHaveBeenCalled();
  });

  it('J1 is nobody when the JWT is forged, and the reason is for the log', async () => {
    const refusal = await refusalOf(authenticate('Bearer forged.session.jwt'));
    expect([refusal.code, refusal.details.reason]).toEqual(['invalid_token', 'forged']);
    expect(refusal.details.detail).toBeUndefined();
  });
});

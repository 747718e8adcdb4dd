import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { AuthenticationProvider } from '../../../functions/core/ports.ts';
import { codeOf, everythingIn, refusalOf, timed } from '../../support/adapters-errors.ts';
import {
  CALLBACK,
  CODE_CHALLENGE,
  CODE_VERIFIER,
  EMAIL,
  NUMBER,
  type SignedIn,
  type StytchBench,
  sdkAdapter,
  signedIn,
  startStytch,
} from '../../support/adapters-stytch.ts';

let stytch: StytchBench;
let provider: AuthenticationProvider;
let user: SignedIn;
const signal = AbortSignal.timeout(60_000);

beforeAll(async () => {
  stytch = await startStytch();
  ({ provider } = sdkAdapter(stytch.project));
});
afterAll(() => stytch.close());
beforeEach(async () => {
  stytch.controls.reset();
  stytch.controls.setSwitches({ rateLimit: 'off' });
  user = await signedIn(stytch);
});

type Fault = Parameters<StytchBench['controls']['faults']['arm']>[0]['fault'];
const armed = (path: string, fault: Fault): void =>
  stytch.controls.faults.arm({ method: 'POST', path, times: 1, fault });

const credential = { id: 'x', rawId: 'x', type: 'public-key', response: {} };

/** Every call of the provider, by the path that it takes. */
const calls: Readonly<Record<string, (within: AbortSignal) => Promise<unknown>>> = {
  '/v1/magic_links/email/login_or_create': (within) =>
    provider.sendMagicLink({ email: EMAIL, redirectUrl: CALLBACK, codeChallenge: CODE_CHALLENGE }, within),
  '/v1/otps/email/login_or_create': (within) => provider.sendEmailOtp(EMAIL, within),
  '/v1/magic_links/authenticate': (within) =>
    provider.authenticateMagicLink(
      { token: 'link-token-0001', codeVerifier: CODE_VERIFIER, durationMinutes: 5 },
      within,
    ),
  '/v1/otps/authenticate': (within) =>
    provider.authenticateOtp({ methodId: 'email-test-1', code: '424242', durationMinutes: 5 }, within),
  '/v1/otps/sms/send': (within) =>
    provider.sendSms({ stytchUserId: user.stytchUserId, phoneNumber: NUMBER }, within),
  '/v1/totps': (within) => provider.createTotp(user.stytchUserId, 10, within),
  '/v1/totps/authenticate': (within) => provider.authenticateTotp({ ...user, code: '424242' }, within),
  '/v1/totps/recover': (within) => provider.recoverTotp({ ...user, recoveryCode: 'aaaa-bbbb-cccc' }, within),
  '/v1/webauthn/register/start': (within) => provider.startPasskeyEnrolment(user.stytchUserId, within),
  '/v1/webauthn/register': (within) => provider.registerPasskey({ ...user, credential }, within),
  '/v1/webauthn/authenticate/start': (within) => provider.startPasskeyProof(user.stytchUserId, within),
  '/v1/webauthn/authenticate': (within) =>
    provider.authenticatePasskey({ credential, sessionJwt: user.sessionJwt }, within),
};
const paths = Object.keys(calls);

describe('a call of Stytch by the SDK', () => {
  it.each(paths)('D1 ends on the deadline of the request it serves: %s', async (path) => {
    armed(path, { kind: 'hang' });
    const { ms, outcome } = await timed(calls[path]?.(AbortSignal.timeout(80)) ?? Promise.resolve());
    expect(outcome).toMatchObject({ reason: { code: 'upstream_timeout' } });
    expect(ms).toBeLessThan(1500);
  });

  it.each(paths)('O10 whose answer lacks what we need is a fault of the vendor: %s', async (path) => {
    armed(path, { kind: 'json', status: 200, body: { status_code: 200, request_id: 'request-id-test-1' } });
    expect(await codeOf(calls[path]?.(signal) ?? Promise.resolve())).toBe('upstream_unavailable');
  });

  it.each(paths)('INV5 that fails leaves nothing of what was sent, wherever one looks: %s', async (path) => {
    armed(path, { kind: 'html', status: 502 });
    const unreadable = await refusalOf(calls[path]?.(signal) ?? Promise.resolve());
    armed(path, { kind: 'reset' });
    const cut = await refusalOf(calls[path]?.(signal) ?? Promise.resolve());
    const held = everythingIn([unreadable, cut]);
    expect([unreadable.code, cut.code]).toEqual(['upstream_unavailable', 'upstream_unavailable']);
    const secrets = [user.sessionJwt, EMAIL, NUMBER, CODE_VERIFIER, CODE_CHALLENGE];
    for (const secret of [...secrets, 'link-token-0001', '424242', 'aaaa-bbbb-cccc', 'secret-test']) {
      expect(held).not.toContain(secret);
    }
  });

  it('N11 that leaves no session behind is no proof: empty tokens are refused', async () => {
    const { userId } = await stytch.controls.seedUser({ email: 'bob@customer.example', totp: true });
    const proof = provider.authenticateTotp(
      { stytchUserId: userId, code: stytch.controls.totpCode(userId), sessionJwt: user.sessionJwt },
      signal,
    );
    expect(await codeOf(proof)).toBe('upstream_unavailable');
  });
});

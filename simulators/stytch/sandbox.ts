// Stytch's published sandbox values: answered in test projects without leaving a trace, refused in live ones.
import * as z from 'zod/mini';
import { Refusal } from './errors.ts';
import type { Call, Route, Shortcut } from './router.ts';
import {
  SANDBOX,
  sandboxRecovery,
  sandboxSessionAnswer,
  sandboxTotp,
  sandboxUserAnswer,
} from './sandbox-user.ts';
import { readSessionJwt } from './session-jwts.ts';
import { type Proof, proofs } from './sessions.ts';
import type { World } from './world.ts';

type Answer = Record<string, unknown>;

const optionalText = z.optional(z.catch(z.string(), ''));

/** The parameters that can hold a sandbox value; whatever else a body has is left to the call itself. */
const sandboxBody = z.catch(
  z.object({
    email: optionalText,
    phone_number: optionalText,
    user_id: optionalText,
    method_id: optionalText,
    token: optionalText,
    code: optionalText,
    totp_code: optionalText,
    recovery_code: optionalText,
    session_token: optionalText,
    session_jwt: optionalText,
    session_duration_minutes: z.optional(z.catch(z.number(), 0)),
  }),
  {},
);

type Body = z.infer<typeof sandboxBody>;

const EMAIL_SENDS: ReadonlySet<string> = new Set([
  '/v1/magic_links/email/send',
  '/v1/magic_links/email/login_or_create',
  '/v1/magic_links/email/invite',
  '/v1/otps/email/send',
  '/v1/otps/email/login_or_create',
]);

const PHONE_SENDS: ReadonlySet<string> = new Set([
  '/v1/otps/sms/send',
  '/v1/otps/sms/login_or_create',
  '/v1/otps/whatsapp/send',
  '/v1/otps/whatsapp/login_or_create',
]);

const PASSWORD_CALLS: ReadonlySet<string> = new Set(['/v1/passwords', '/v1/passwords/authenticate']);

const magicLink = (): Proof => proofs.email('magic_link', SANDBOX.email);
const google = (): Proof => ({
  type: 'oauth',
  deliveryMethod: 'oauth_google',
  detail: { google_oauth_factor: { id: 'oauth-user-test-sandbox', provider_subject: 'sandbox' } },
});

/** Answers a call that carries a sandbox value. */
export const sandboxAnswer: Shortcut = (world, path, call) => {
  const body = z.parse(sandboxBody, call.body);
  if (world.environment === 'live') {
    if (body.email === SANDBOX.email.value) throw new Refusal('invalid_email_sandbox');
    if (body.phone_number === SANDBOX.phone.value) throw new Refusal('invalid_phone_number_sandbox');
    return undefined;
  }
  return sendAnswer(path, body) ?? proofAnswer(world, path, body) ?? totpAnswer(world, path, body, call);
};

function sendAnswer(path: string, body: Body): Answer | undefined {
  const isCreate = path.endsWith('login_or_create');
  const created = isCreate ? { user_created: false } : {};
  if (EMAIL_SENDS.has(path) && body.email === SANDBOX.email.value) {
    return { user_id: SANDBOX.userId, email_id: SANDBOX.email.id, ...created };
  }
  if (PHONE_SENDS.has(path) && body.phone_number === SANDBOX.phone.value) {
    return { user_id: SANDBOX.userId, phone_id: SANDBOX.phone.id, ...created };
  }
  return undefined;
}

function proofAnswer(world: World, path: string, body: Body): Promise<Answer | undefined> | undefined {
  const signedIn = async (proof: Proof, extra: Answer): Promise<Answer> => ({
    ...(await sandboxSessionAnswer(world, proof, body)),
    ...extra,
  });
  if (path === '/v1/magic_links/authenticate') {
    if (body.token === SANDBOX.linkToken) {
      return signedIn(magicLink(), { method_id: SANDBOX.email.id, reset_sessions: false });
    }
    if (body.token === SANDBOX.usedLinkToken) throw new Refusal('unable_to_auth_magic_link');
    if (body.token === SANDBOX.unknownLinkToken) throw new Refusal('magic_link_not_found');
  }
  if (path === '/v1/otps/authenticate') {
    const isEmail = body.method_id === SANDBOX.email.id;
    if (!isEmail && body.method_id !== SANDBOX.phone.id) return undefined;
    if (body.code !== SANDBOX.code) throw new Refusal('otp_code_not_found');
    const proof = isEmail ? proofs.email('otp', SANDBOX.email) : proofs.phone('sms', SANDBOX.phone);
    return signedIn(proof, { method_id: body.method_id, reset_sessions: false });
  }
  if (path === '/v1/oauth/authenticate') {
    if (body.token === SANDBOX.oauthToken) return signedIn(google(), { provider_type: 'Google' });
    throw new Refusal('oauth_token_not_found');
  }
  if (path === '/v1/sessions/authenticate') return sessionAnswer(world, body);
  if (PASSWORD_CALLS.has(path) && body.email === SANDBOX.email.value) {
    return signedIn(proofs.password(), { email_id: SANDBOX.email.id });
  }
  return undefined;
}

function sessionAnswer(world: World, body: Body): Promise<Answer | undefined> | undefined {
  if (body.session_token === SANDBOX.unknownSessionToken) throw new Refusal('session_not_found');
  const isOwnToken = body.session_token === SANDBOX.sessionToken && body.session_jwt === undefined;
  if (isOwnToken) return sandboxSessionAnswer(world, magicLink(), body);
  if (body.session_jwt === undefined || body.session_token !== undefined) return undefined;
  return jwtAnswer(world, body.session_jwt, body);
}

async function jwtAnswer(world: World, jwt: string, body: Body): Promise<Answer | undefined> {
  if ((await readSessionJwt(world, jwt)) !== SANDBOX.sessionId) return undefined;
  return sandboxSessionAnswer(world, magicLink(), { ...body, session_token: SANDBOX.sessionToken });
}

function totpAnswer(
  world: World,
  path: string,
  body: Body,
  call: Call,
): Answer | Promise<Answer> | undefined {
  if (body.user_id !== SANDBOX.userId || call.params['user_id'] !== undefined) return undefined;
  const totp = sandboxTotp;
  switch (path) {
    case '/v1/totps':
      return {
        user_id: SANDBOX.userId,
        totp_id: totp.totpId,
        secret: totp.secret,
        qr_code: 'data:image/png;base64,',
        recovery_codes: [SANDBOX.recoveryCode],
        user: sandboxUserAnswer(world),
      };
    case '/v1/totps/recovery_codes': {
      const { totpId, verified } = totp;
      const listed = { totp_id: totpId, verified, recovery_codes: [SANDBOX.recoveryCode] };
      return { user_id: SANDBOX.userId, totps: [listed] };
    }
    case '/v1/totps/authenticate':
      if (body.totp_code !== SANDBOX.code) throw new Refusal('unable_to_authenticate_totp');
      return sandboxSessionAnswer(world, proofs.totp(totp), body, { totp_id: totp.totpId });
    case '/v1/totps/recover':
      if (body.recovery_code !== SANDBOX.recoveryCode)
        throw new Refusal('unable_to_authenticate_recovery_code');
      return sandboxSessionAnswer(world, sandboxRecovery(), body, { totp_id: totp.totpId });
    default:
      return undefined;
  }
}

/** OAuth exists here for its sandbox tokens alone. */
export const oauthRoute: Route = {
  method: 'POST',
  path: '/v1/oauth/authenticate',
  run: () => {
    throw new Refusal('oauth_token_not_found');
  },
};

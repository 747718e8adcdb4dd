// Authenticator apps: enrolment, codes, recovery codes.
import * as z from 'zod/mini';
import { type ErrorType, Refusal } from './errors.ts';
import { newRecoveryCode } from './ids.ts';
import { fields, parseBody, sessionFields } from './inputs.ts';
import { failedProof } from './locks.ts';
import { qrCodeDataUrl } from './qr-code.ts';
import type { Route } from './router.ts';
import { proofs } from './sessions.ts';
import { joinableSession, passedSession, signIn } from './sign-in.ts';
import { MINUTE_MS } from './timestamps.ts';
import { matchingStep, newTotpSecret, totpUri } from './totp-codes.ts';
import { isLive, userView } from './user-view.ts';
import type { Totp, User } from './users.ts';
import type { World } from './world.ts';

const createRequest = z.strictObject({
  user_id: fields.id,
  expiration_minutes: z.optional(z.int().check(z.gte(5), z.lte(1_440))),
});

const authenticateRequest = z.strictObject({
  user_id: fields.id,
  totp_code: fields.text,
  ...sessionFields,
});

const recoverRequest = z.strictObject({
  user_id: fields.id,
  recovery_code: fields.text,
  ...sessionFields,
});

const PASSCODE = /^\d{6}$/;
const RECOVERY_CODE = /^[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4}$/;
const DEFAULT_CONFIRM_MINUTES = 1_440;

/** A new TOTP of a user, unconfirmed, in place of one that was never confirmed in time. */
export function addTotp(
  world: World,
  user: User,
  minutes = DEFAULT_CONFIRM_MINUTES,
  secret = newTotpSecret(),
): Totp {
  const totp: Totp = {
    totpId: world.newId('totp'),
    secret: world.witness.issued(secret),
    verified: false,
    confirmBy: world.now() + minutes * MINUTE_MS,
    lastStep: -1,
    recoveryCodes: Array.from({ length: 10 }, () => ({
      id: world.newId('totp-recovery-code'),
      code: world.witness.issued(newRecoveryCode()),
      isUsed: false,
    })),
  };
  user.totps = [totp];
  return totp;
}

function create(world: World, input: unknown): Record<string, unknown> {
  const body = parseBody(createRequest, input);
  const user = world.users.get(body.user_id);
  // Assumed: the error type for a user who is still pending.
  if (user.status !== 'active') throw new Refusal('bad_request', { message: 'The user is still pending.' });
  const known = user.totps.find((totp) => isLive(totp, world.now()));
  if (known !== undefined) throw new Refusal(known.verified ? 'active_totp_exists' : 'pending_totp_exists');
  const totp = addTotp(world, user, body.expiration_minutes);
  const account = user.addresses[0]?.value ?? user.userId;
  return {
    user_id: user.userId,
    totp_id: totp.totpId,
    secret: totp.secret,
    qr_code: qrCodeDataUrl(totpUri(totp.secret, 'Stytch simulator', account)),
    recovery_codes: totp.recoveryCodes.map(({ code }) => code),
    user: userView(user, world.now()),
  };
}

function refuseCode(world: World, type: ErrorType): Refusal {
  return new Refusal(type, { status: world.switches.totpErrorStatus });
}

function totpOf(user: User): Totp {
  const totp = user.totps[0];
  if (totp === undefined) throw new Refusal('totps_not_found_for_user');
  return totp;
}

async function authenticate(world: World, input: unknown): Promise<Record<string, unknown>> {
  const body = parseBody(authenticateRequest, input);
  if (RECOVERY_CODE.test(body.totp_code)) throw new Refusal('recovery_code_used_as_totp_code');
  if (!PASSCODE.test(body.totp_code)) throw new Refusal('invalid_totp_code');
  const passed = await passedSession(world, body);
  const user = world.users.get(body.user_id);
  const session = joinableSession(world, user, passed, body);
  if (session === undefined && world.switches.totpAlone === 'reject') {
    throw new Refusal('invalid_session_missing_primary_factor');
  }
  const totp = totpOf(user);
  if (!isLive(totp, world.now())) throw new Refusal('expired_totp');
  const step = matchingStep(totp.secret, body.totp_code, world.now());
  if (step === undefined) throw failedProof(world, user, refuseCode(world, 'unable_to_authenticate_totp'));
  // Assumed: a replay is refused for older steps too, and does not count towards the lock.
  if (step <= totp.lastStep) throw refuseCode(world, 'totp_code_already_authenticated');
  totp.lastStep = step;
  totp.verified = true;
  const answer = await signIn(world, { user, proof: proofs.totp(totp), session, args: body });
  return { ...answer, totp_id: totp.totpId };
}

async function recover(world: World, input: unknown): Promise<Record<string, unknown>> {
  const body = parseBody(recoverRequest, input);
  if (PASSCODE.test(body.recovery_code)) throw new Refusal('totp_code_used_as_recovery_code');
  if (!RECOVERY_CODE.test(body.recovery_code)) throw new Refusal('invalid_recovery_code');
  const passed = await passedSession(world, body);
  const user = world.users.get(body.user_id);
  const session = joinableSession(world, user, passed, body);
  if (session === undefined && world.switches.totpAlone === 'reject') {
    throw new Refusal('invalid_session_missing_primary_factor');
  }
  const totp = totpOf(user);
  const code = totp.recoveryCodes.find((known) => known.code === body.recovery_code && !known.isUsed);
  if (!totp.verified || code === undefined) {
    throw failedProof(world, user, refuseCode(world, 'unable_to_authenticate_recovery_code'));
  }
  code.isUsed = true;
  const answer = await signIn(world, { user, proof: proofs.recoveryCode(code.id), session, args: body });
  return { ...answer, totp_id: totp.totpId };
}

function recoveryCodes(world: World, input: unknown): Record<string, unknown> {
  const user = world.users.get(parseBody(z.strictObject({ user_id: fields.id }), input).user_id);
  const totps = user.totps
    .filter((totp) => isLive(totp, world.now()))
    .map((totp) => ({
      totp_id: totp.totpId,
      verified: totp.verified,
      recovery_codes: totp.recoveryCodes.filter((known) => !known.isUsed).map(({ code }) => code),
    }));
  return { user_id: user.userId, totps };
}

/** The TOTP calls. */
export const totpRoutes: readonly Route[] = [
  { method: 'POST', path: '/v1/totps', run: (world, { body }) => create(world, body) },
  { method: 'POST', path: '/v1/totps/authenticate', run: (world, { body }) => authenticate(world, body) },
  { method: 'POST', path: '/v1/totps/recovery_codes', run: (world, { body }) => recoveryCodes(world, body) },
  { method: 'POST', path: '/v1/totps/recover', run: (world, { body }) => recover(world, body) },
];

// The sandbox user: published by Stytch, in no store, signed in without a trace.
import { mintSessionJwt } from './session-jwts.ts';
import { factorOf, type Proof, proofs, type Session, sessionView } from './sessions.ts';
import { MINUTE_MS } from './timestamps.ts';
import { userView } from './user-view.ts';
import type { Address, Totp, User } from './users.ts';
import type { World } from './world.ts';

const userId = 'user-test-e3795c81-f849-4167-bfda-e4a6e9c280fd';

const email: Address = {
  id: 'email-test-23873e89-d4ed-4e92-b3b9-e5c7198fa286',
  kind: 'email',
  value: 'sandbox@stytch.com',
  verified: false,
  attachedUntil: undefined,
};

const phone: Address = {
  id: 'phone-number-test-98cfbe19-6c8f-4b8b-b62a-e78a5a7bdff3',
  kind: 'phone',
  value: '+10000000000',
  verified: false,
  attachedUntil: undefined,
};

/** The values that Stytch publishes; the ids of its session and TOTP are ours. */
export const SANDBOX = {
  userId,
  email,
  phone,
  code: '000000',
  recoveryCode: 'a1b2-c3d4-e5f6',
  linkToken: 'DOYoip3rvIMMW5lgItikFK-Ak1CfMsgjuiCyI7uuU94=',
  usedLinkToken: '3pzjQpgksDlGKWEwUq2Up--hCHC_0oamfLHyfspKDFU=',
  unknownLinkToken: 'CprTtwhnRNiMBiUS2jSLcWYrfuO2POeBNdo5HhW6qTM=',
  oauthToken: 'hdPVZHHX0UoRa7hJTuuPHi1vlddffSnoweRbVFf5-H8g',
  sessionToken: 'WJtR5BCy38Szd5AfoDpf0iqFKEt4EE5JhjlWUY7l3FtY',
  unknownSessionToken: '59cnLELtq5cFVS6uYK9f-pAWzBkhqZl8AvLhbhOvKNWw',
  sessionId: 'session-test-5a0d8b0c-0000-4000-8000-000000000000',
  startedAt: '2021-08-28T00:41:58.935673Z',
} as const;

/** The TOTP of the sandbox user, whose secret means nothing: only the published code passes. */
export const sandboxTotp: Totp = {
  totpId: 'totp-test-5a0d8b0c-0000-4000-8000-000000000001',
  secret: 'SANDBOXSANDBOXSANDBOXSANDBOXSAND',
  verified: false,
  confirmBy: Number.POSITIVE_INFINITY,
  lastStep: -1,
  recoveryCodes: [],
};

/** The proof by the published recovery code. */
export function sandboxRecovery(): Proof {
  return proofs.recoveryCode('totp-recovery-code-test-5a0d8b0c-0000-4000-8000-000000000002');
}

/** The sandbox user as Stytch shows it: nothing verified, no status. */
export function sandboxUserAnswer(world: World): Record<string, unknown> {
  const user: User = {
    userId,
    createdAt: Date.parse(SANDBOX.startedAt),
    status: 'active',
    externalId: undefined,
    name: { first_name: '', middle_name: '', last_name: '' },
    addresses: [email, phone],
    totps: [sandboxTotp],
    registrations: [],
    password: undefined,
    trustedMetadata: {},
    untrustedMetadata: {},
    roles: ['stytch_user'],
    lock: undefined,
    failures: 0,
  };
  return { ...userView(user, world.now()), status: '' };
}

export interface SandboxSession {
  readonly session_duration_minutes?: number | undefined;
  readonly session_token?: string | undefined;
}

/** The answer of an authenticate call, with a session that no store knows, if one is asked for or passed. */
export async function sandboxSessionAnswer(
  world: World,
  proof: Proof,
  args: SandboxSession,
  extra: Record<string, unknown> = {},
): Promise<Record<string, unknown>> {
  const user = sandboxUserAnswer(world);
  // A session of anyone else that is passed along is not the sandbox user's, and so ignored.
  const hasSession =
    args.session_duration_minutes !== undefined || args.session_token === SANDBOX.sessionToken;
  if (!hasSession)
    return { user_id: userId, session: null, session_token: '', session_jwt: '', user, ...extra };
  const now = world.now();
  const session: Session = {
    sessionId: SANDBOX.sessionId,
    userId,
    token: SANDBOX.sessionToken,
    attributes: { ip_address: '', user_agent: '' },
    roles: ['stytch_user'],
    isFixed: true,
    startedAt: Date.parse(SANDBOX.startedAt),
    lastAccessedAt: now,
    expiresAt: now + (args.session_duration_minutes ?? 60) * MINUTE_MS,
    factors: [factorOf(proof, now)],
    customClaims: {},
  };
  return {
    user_id: userId,
    session_token: session.token,
    session_jwt: await mintSessionJwt(world, session),
    session: { ...sessionView(session), started_at: SANDBOX.startedAt },
    user,
    ...extra,
  };
}

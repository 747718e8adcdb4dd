// One-time passcodes by text message, WhatsApp and mail. One code is live per method; whoever owns the method is the user.
import * as z from 'zod/mini';
import { type Owned, ownerOrAttached, ownerOrNew, verifyAddress } from './addresses.ts';
import type { Channel, Passcode } from './deliveries.ts';
import { Refusal } from './errors.ts';
import { isId, newPasscode, requireEnvironment } from './ids.ts';
import { fields, parseBody, sessionFields } from './inputs.ts';
import { requireMatch } from './links.ts';
import { failedProof } from './locks.ts';
import { endPasswordSessions } from './password-resets.ts';
import type { Route } from './router.ts';
import { proofs } from './sessions.ts';
import { joinableSession, passedSession, signIn } from './sign-in.ts';
import { MINUTE_MS } from './timestamps.ts';
import type { AddressKind } from './users.ts';
import type { World } from './world.ts';

const SMS_LOCALES = 'en es pt-br fr it de-DE zh-Hans ca-ES ja ru nl pl tr fa vi cs'.split(' ');

const commonFields = {
  expiration_minutes: z.optional(fields.passcodeMinutes),
  attributes: z.optional(fields.attributes),
};

const phoneFields = {
  ...commonFields,
  phone_number: fields.phoneNumber,
  locale: z.optional(z.enum(SMS_LOCALES)),
};

const emailFields = {
  ...commonFields,
  email: fields.email,
  locale: z.optional(fields.mailLocale),
  login_template_id: z.optional(fields.text),
  signup_template_id: z.optional(fields.text),
};

const creationFields = { create_user_as_pending: z.optional(fields.flag) };

const attachFields = {
  user_id: z.optional(fields.id),
  session_token: z.optional(fields.text),
  session_jwt: z.optional(fields.text),
};

const requests = {
  phoneSend: z.strictObject({ ...phoneFields, ...attachFields }),
  emailSend: z.strictObject({ ...emailFields, ...attachFields }),
  phoneCreate: z.strictObject({ ...phoneFields, ...creationFields }),
  emailCreate: z.strictObject({ ...emailFields, ...creationFields }),
};

const authenticateRequest = z.strictObject({
  method_id: fields.id,
  code: fields.passcode,
  attributes: z.optional(fields.attributes),
  options: z.optional(fields.matchOptions),
  ...sessionFields,
});

const DEFAULT_MINUTES = 2;
const FIELD_ERRORS = { expiration_minutes: 'invalid_expiration_otp' } as const;

type Answer = Record<string, unknown>;

interface Sending {
  readonly expiration_minutes?: number | undefined;
  readonly attributes?: Passcode['attributes'] | undefined;
}

function deliver(world: World, channel: Channel, { user, address }: Owned, body: Sending): Answer {
  const now = world.now();
  world.deliveries.addPasscode({
    channel,
    methodId: address.id,
    userId: user.userId,
    to: address.value,
    code: world.witness.issued(newPasscode()),
    attributes: body.attributes ?? {},
    sentAt: now,
    expiresAt: now + (body.expiration_minutes ?? DEFAULT_MINUTES) * MINUTE_MS,
    isUsed: false,
  });
  return { user_id: user.userId, [address.kind === 'email' ? 'email_id' : 'phone_id']: address.id };
}

/** Text messages go to the US and Canada only until the project is opened to more countries. */
function requireReachable(world: World, channel: Channel, number: string): void {
  if (number.startsWith('+1') && !/^\+1\d{10}$/.test(number)) throw new Refusal('invalid_phone_number');
  const isForeign = !number.startsWith('+1');
  if (channel === 'sms' && isForeign && world.switches.smsCountries === 'us_ca') {
    throw new Refusal('invalid_phone_number_country_code');
  }
}

async function send(world: World, channel: Channel, input: unknown): Promise<Answer> {
  if (channel === 'email') {
    const body = parseBody(requests.emailSend, input, FIELD_ERRORS);
    return deliver(world, channel, await ownerOrAttached(world, 'email', body.email, body), body);
  }
  const body = parseBody(requests.phoneSend, input, FIELD_ERRORS);
  requireReachable(world, channel, body.phone_number);
  return deliver(world, channel, await ownerOrAttached(world, 'phone', body.phone_number, body), body);
}

function loginOrCreate(world: World, channel: Channel, input: unknown): Answer {
  const create = (
    kind: AddressKind,
    value: string,
    body: Sending & { readonly create_user_as_pending?: boolean | undefined },
  ): Answer => {
    const owned = ownerOrNew(world, kind, value, body.create_user_as_pending ?? false);
    return { ...deliver(world, channel, owned, body), user_created: owned.isNew };
  };
  if (channel === 'email') {
    const body = parseBody(requests.emailCreate, input, FIELD_ERRORS);
    return create('email', body.email, body);
  }
  const body = parseBody(requests.phoneCreate, input, FIELD_ERRORS);
  requireReachable(world, channel, body.phone_number);
  return create('phone', body.phone_number, body);
}

async function authenticate(world: World, input: unknown): Promise<Answer> {
  const body = parseBody(authenticateRequest, input);
  const { method_id: methodId } = body;
  requireEnvironment(methodId, world.environment);
  if (!isId('email', methodId) && !isId('phone-number', methodId)) throw new Refusal('invalid_method_id');
  const passed = await passedSession(world, body);
  const passcode = world.deliveries.passcode(methodId);
  const owner = world.users.ownerOfId(methodId);
  // Assumed: a code to an address that has gone from its user reads as expired.
  if (owner === undefined) throw new Refusal(passcode ? 'unable_to_auth_otp_code' : 'otp_code_not_found');
  const { user, address } = owner;
  const session = joinableSession(world, user, passed, body);
  if (passcode?.code !== body.code) throw failedProof(world, user, new Refusal('otp_code_not_found'));
  // Assumed: only a wrong code counts towards the lock, and no code has a limit of tries of its own.
  if (passcode.isUsed || passcode.expiresAt <= world.now()) throw new Refusal('unable_to_auth_otp_code');
  requireMatch(passcode.attributes, body.attributes, body.options);
  passcode.isUsed = true;
  const mustReset = endPasswordSessions(world, user, address, session);
  verifyAddress(address);
  const proof =
    passcode.channel === 'email' ? proofs.email('otp', address) : proofs.phone(passcode.channel, address);
  const answer = await signIn(world, { user, proof, session, args: body, attributes: body.attributes });
  return { ...answer, method_id: methodId, reset_sessions: mustReset };
}

/** The passcode calls. */
export const otpRoutes: readonly Route[] = [
  ...(['sms', 'whatsapp', 'email'] as const).flatMap((channel): Route[] => [
    {
      method: 'POST',
      path: `/v1/otps/${channel}/send`,
      run: (world, { body }) => send(world, channel, body),
    },
    {
      method: 'POST',
      path: `/v1/otps/${channel}/login_or_create`,
      run: (world, { body }) => loginOrCreate(world, channel, body),
    },
  ]),
  { method: 'POST', path: '/v1/otps/authenticate', run: (world, { body }) => authenticate(world, body) },
];

// Unit's own one-time passcode: a verification is started, its code goes to an outbox, and it is used once.
import { randomBytes, randomInt } from 'node:crypto';
import * as z from 'zod/mini';
import { OTP_TRIES, OTP_WINDOW_MS } from './assumptions.ts';
import { phone } from './common-schemas.ts';
import { writableCustomerOf } from './customers.ts';
import { invalidValue, refusal } from './errors.ts';
import { answer, envelope, parse } from './jsonapi.ts';
import type { Customer, Verification } from './records.ts';
import type { Call, Route } from './route.ts';
import type { World } from './world.ts';

const languages = (
  'en af ar ca zh zh-CN zh-HK hr cs da nl en-GB et fi fr de el he hi hu id it ja kn ko ms mr nb pl pt-BR pt ro ru ' +
  'sk es sv tl te th tr vi'
).split(' ');

const verificationRequest = envelope(
  'customerTokenVerification',
  z.strictObject({
    channel: z.enum(['sms', 'call']),
    phone: z.optional(phone),
    appHash: z.optional(z.string().check(z.length(11))),
    language: z.optional(z.enum(languages)),
  }),
);

function start(call: Call): Response {
  const { world } = call;
  const customer = writableCustomerOf(call);
  const request = parse(verificationRequest, call.body).data.attributes;
  if (request.appHash !== undefined && request.channel !== 'sms') {
    throw invalidValue('appHash goes with sms only', '/data/attributes/appHash');
  }
  // assumed: starts are bounded as tries are
  const recent = [...world.verifications.values()].filter(
    ({ customerId, startedAt }) => customerId === customer.id && startedAt + OTP_WINDOW_MS > world.now(),
  );
  if (recent.length >= OTP_TRIES) throw refusal(400, 'limits_exceeded', 'too many verifications');
  const verification: Verification = {
    token: `verification-${randomBytes(24).toString('base64url')}`,
    customerId: customer.id,
    channel: request.channel,
    phone: phoneOf(customer, request.phone),
    code: String(randomInt(1_000_000)).padStart(6, '0'),
    startedAt: world.now(),
    tries: 0,
    used: false,
  };
  world.verifications.set(verification.token, verification);
  world.received.note('verificationTokens', verification.token);
  world.received.note('verificationCodes', verification.code);
  return answer(201, {
    data: { type: 'customerTokenVerification', attributes: { verificationToken: verification.token } },
  });
}

type Phone = z.infer<typeof phone>;

const spelled = ({ countryCode, number }: Phone): string => `+${countryCode}${number}`;

function phoneOf({ person, authorizedUsers }: Customer, asked: Phone | undefined): string {
  if (person.type === 'individualCustomer') {
    if (asked === undefined) return spelled(person.attributes.phone);
    throw invalidValue('phone is for business customers', '/data/attributes/phone');
  }
  if (asked === undefined) return spelled(person.attributes.contact.phone);
  if (authorizedUsers.some((user) => spelled(user.phone) === spelled(asked))) return spelled(asked);
  throw invalidValue('phone must be that of an authorized user', '/data/attributes/phone');
}

/**
 * Checks a passcode and uses it up.
 * @throws UnitError 400 where it does not pass
 */
export function passOtp(
  world: World,
  customerId: string,
  verificationToken: string | undefined,
  code: string | undefined,
): void {
  const isMagic = world.environment === 'sandbox' && world.switches.otp000001 && code === '000001';
  if (isMagic && verificationToken === undefined) return;
  const verification = world.verifications.get(verificationToken ?? '');
  if (verification === undefined || verification.customerId !== customerId || code === undefined) {
    throw invalidValue('the verification is not known', '/data/attributes/verificationToken');
  }
  const isOver = verification.used || verification.startedAt + OTP_WINDOW_MS <= world.now();
  if (isOver || verification.tries >= OTP_TRIES) {
    throw invalidValue('the verification is over', '/data/attributes/verificationToken');
  }
  verification.tries += 1;
  if (!isMagic && code !== verification.code) {
    throw invalidValue('the code is wrong', '/data/attributes/verificationCode');
  }
  verification.used = true;
}

/** The route of Unit's own passcode. */
export const otpRoutes: readonly Route[] = [
  {
    // assumed: the same scope as for the token
    method: 'POST',
    path: '/customers/:customerId/token/verification',
    scope: 'customer-token-write',
    holder: 'any',
    body: 'jsonapi',
    run: start,
  },
];

// What the page asks of the simulated vendors that no app can ask of real ones: mailboxes, decisions, cards, time.
import * as z from 'zod/mini';
import { ControlError } from '../../simulators/stytch/control-error.ts';
import { UnitError } from '../../simulators/unit/errors.ts';
import type { Vendors } from '../vendors.ts';
import {
  type AgeAnswer,
  type CardAnswer,
  type CardRequest,
  type Delivery,
  type Inbox,
  type Outcome,
  type OutcomeAnswer,
  type OutcomeRequest,
  outcomes,
} from './contract.ts';

/** Says why, with a status. */
export class Refused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const id = z.string().check(z.minLength(1), z.maxLength(100));

export const outcomeRequest = z.union([
  z.strictObject({ outcome: z.enum(outcomes), applicationId: id }),
  z.strictObject({ outcome: z.enum(outcomes), unitApplicationId: id }),
]) satisfies z.ZodMiniType<OutcomeRequest>;

export const cardRequest = z.strictObject({ customerId: id }) satisfies z.ZodMiniType<CardRequest>;

const seconds = z.int().check(z.gte(1), z.lte(365 * 86_400));
const factor = z._default(z.enum(['all', 'second']), 'all');
export const ageRequest = z.union([
  z.strictObject({ email: id, factor, seconds }),
  z.strictObject({ userId: id, factor, seconds }),
]);

const decisions = {
  approve: 'approve',
  deny: 'deny',
  documents: 'awaitingDocuments',
  review: 'pendingReview',
} as const satisfies Record<Outcome, string>;

const channels = { email: 'otp', sms: 'sms', whatsapp: 'sms' } as const;

export function createActions({ stytch, unit }: Pick<Vendors, 'stytch' | 'unit'>) {
  return {
    inbox: (email: string): Inbox => {
      const phones = stytch.controls.userByEmail(email)?.phones.map(({ value }) => value) ?? [];
      const mails = stytch.controls
        .inbox(email)
        .map(({ sentAt, to, url }): Delivery => ({ at: sentAt, kind: 'magic_link', to, url }));
      const codes = [email, ...phones]
        .flatMap((to) => stytch.controls.outbox(to))
        .map(
          ({ sentAt, channel, to, code }): Delivery => ({ at: sentAt, kind: channels[channel], to, code }),
        );
      return { deliveries: [...mails, ...codes].toSorted((a, b) => (a.at < b.at ? 1 : -1)) };
    },

    outcome: (request: OutcomeRequest): OutcomeAnswer => {
      const wanted = 'unitApplicationId' in request ? request.unitApplicationId : request.applicationId;
      const found = unit.controls
        .applications()
        .find(({ id, tags }) => id === wanted || tags['bridgeApplicationId'] === wanted);
      if (found === undefined) throw new Refused(404, 'Unit has no such application');
      const { status } = explained(() => unit.controls.decide(found.id, decisions[request.outcome]));
      return { unitApplicationId: found.id, status };
    },

    card: ({ customerId }: CardRequest): CardAnswer => {
      const card = explained(() => unit.controls.createCard(customerId));
      return { cardId: card.id, accountId: card.accountId };
    },

    age: (request: z.infer<typeof ageRequest>): AgeAnswer => {
      const userId =
        'userId' in request ? request.userId : stytch.controls.userByEmail(request.email)?.userId;
      if (userId === undefined) throw new Refused(404, 'Stytch has no such user');
      const methods = explained(() => deliveryMethods(stytch.controls.sessions(userId)));
      const aged = methods
        .filter((method) => request.factor === 'all' || method !== 'email')
        .map((deliveryMethod) =>
          stytch.controls.ageFactor({ userId, seconds: request.seconds, deliveryMethod }),
        );
      return { aged: aged.reduce((sum, count) => sum + count, 0) };
    },
  };
}

const sessionShape = z.array(
  z.looseObject({
    authentication_factors: z.array(z.looseObject({ delivery_method: z.string() })),
  }),
);

const deliveryMethods = (sessions: readonly unknown[]): readonly string[] => [
  ...new Set(
    z
      .parse(sessionShape, sessions)
      .flatMap((session) => session.authentication_factors.map((one) => one.delivery_method)),
  ),
];

/** What the simulators refuse is the caller's fault. */
function explained<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof UnitError || error instanceof ControlError) throw new Refused(409, error.message);
    throw error;
  }
}

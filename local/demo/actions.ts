// What the page asks of the simulated vendors that no app can ask of real ones: mailboxes, decisions, cards, time.
import * as z from 'zod/mini';
import { ControlError } from '../../simulators/stytch/control-error.ts';
import { UnitError } from '../../simulators/unit/errors.ts';
import type { Vendors } from '../vendors.ts';
import {
  type AgeAnswer,
  type AgeRequest,
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

export const outcomeRequest = z.strictObject({
  outcome: z.enum(outcomes),
  applicationId: id,
}) satisfies z.ZodMiniType<OutcomeRequest>;

export const cardRequest = z.strictObject({ customerId: id }) satisfies z.ZodMiniType<CardRequest>;

export const ageRequest = z.strictObject({
  email: id,
  factor: z._default(z.enum(['all', 'second']), 'all'),
  seconds: z.int().check(z.gte(1), z.lte(365 * 86_400)),
}) satisfies z.ZodMiniType<AgeRequest>;

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

    outcome: ({ applicationId, outcome }: OutcomeRequest): OutcomeAnswer => {
      const found = unit.controls
        .applications()
        .find(({ tags }) => tags['bridgeApplicationId'] === applicationId);
      if (found === undefined) throw new Refused(404, 'Unit has no such application');
      const { status } = explained(() => unit.controls.decide(found.id, decisions[outcome]));
      return { unitApplicationId: found.id, status };
    },

    card: ({ customerId }: CardRequest): CardAnswer => {
      const card = explained(() => unit.controls.createCard(customerId));
      return { cardId: card.id };
    },

    age: ({ email, factor, seconds }: z.output<typeof ageRequest>): AgeAnswer => {
      const userId = stytch.controls.userByEmail(email)?.userId;
      if (userId === undefined) throw new Refused(404, 'Stytch has no such user');
      const methods = explained(() => deliveryMethods(stytch.controls.sessions(userId)));
      const aged = methods
        .filter((method) => factor === 'all' || method !== 'email')
        .map((deliveryMethod) => stytch.controls.ageFactor({ userId, seconds, deliveryMethod }));
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

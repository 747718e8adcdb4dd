// What a test or a developer may do to the simulator behind Unit's back; the control API is a thin layer over it.
import type { Fault, Faults } from '../faults.ts';
import { moveApplication } from './application-status.ts';
import {
  addDocument,
  applicationOf,
  createApplication,
  evaluate,
  parseApplicant,
  resolvePending,
} from './applications.ts';
import { issueCard } from './cards.ts';
import { archiveCustomer } from './customers.ts';
import { invalidValue, notFound } from './errors.ts';
import { emit } from './events.ts';
import type { Jwks } from './jwks.ts';
import type { ReceivedValues } from './received.ts';
import type { Account, Application, Card, Customer, LoggedRequest, Verification } from './records.ts';
import type { Switches } from './switches.ts';
import type { WebhookSender } from './webhook-delivery.ts';
import type { UnitEvent, Webhook, WebhookDelivery } from './webhook-records.ts';
import type { World } from './world.ts';

/** What `decide` takes. */
export const decisions = ['approve', 'deny', 'awaitingDocuments', 'pendingReview'] as const;

/** One of the decisions. */
export type Decision = (typeof decisions)[number];

/** The controls of one simulator; every list is a copy. */
export interface UnitControls {
  /** Assigned to directly; `reset` puts the defaults back. */
  readonly switches: Switches;
  readonly faults: Faults;
  reset(options?: { readonly keepWebhooks?: boolean }): void;
  applications(): Application[];
  customers(): Customer[];
  accounts(customerId?: string): Account[];
  cards(customerId?: string): Card[];
  createCard(customerId: string, isPhysical?: boolean): Card;
  /** Creates an application from the body of `POST /applications`, past tokens and keys. */
  seedApplication(body: unknown): Application;
  /** `awaitingDocuments` asks for a proof of address if nothing is asked for yet. */
  decide(applicationId: string, decision: Decision): Application;
  /** Ends the evaluation of a pending application, as the tables say. */
  resolve(applicationId: string): Application;
  archiveCustomer(customerId: string, reason?: string): void;
  /** Back-dates the first success of every idempotency key. */
  ageKeys(seconds: number): void;
  /** Another org token, as the dashboard makes one. */
  addOrgToken(token: { readonly token: string; readonly scopes: readonly string[] }): void;
  revokeOrgToken(token: string): void;
  /** Back-dates every customer token and verification. */
  ageTokens(seconds: number): void;
  /** Back-dates what failing webhooks wait for, and since when they fail. */
  ageWebhooks(seconds: number): void;
  /** Back-dates every form link. */
  ageForms(seconds: number): void;
  /** Forgets the cached JWKS, as the end of its cache time does. */
  ageJwks(): void;
  events(): UnitEvent[];
  webhooks(): Webhook[];
  webhookLog(): WebhookDelivery[];
  flushWebhooks(): Promise<void>;
  pauseWebhooks(): void;
  resumeWebhooks(): void;
  /** Loses the next so many events on their way; `GET /events` still lists them. */
  dropNextWebhooks(count: number): void;
  emitUnknownEvent(): UnitEvent;
  arm(fault: Fault): void;
  heal(): void;
  jwksFetches(): number;
  /** Started verifications with their codes, newest last. */
  outbox(): Verification[];
  requests(): LoggedRequest[];
  received(): ReceivedValues;
}

/** Binds the controls to a world. */
export function createControls(
  world: World,
  faults: Faults,
  sender: WebhookSender,
  jwks: Jwks,
): UnitControls {
  const customerOf = (id: string): Customer => {
    const customer = world.customers.get(id);
    if (customer === undefined) throw notFound('customer');
    return customer;
  };
  return {
    switches: world.switches,
    faults,
    reset: (options) => {
      world.reset(options?.keepWebhooks === true);
      faults.heal();
      sender.reset();
      jwks.forget();
    },
    addOrgToken: (token) => {
      world.orgTokens.set(token.token, token);
    },
    revokeOrgToken: (token) => {
      if (!world.orgTokens.delete(token)) throw notFound('org token');
    },
    applications: () => structuredClone([...world.applications.values()]),
    customers: () => structuredClone([...world.customers.values()]),
    accounts: (id) => structuredClone([...world.accounts.values()].filter(ofCustomer(id))),
    cards: (id) => structuredClone([...world.cards.values()].filter(ofCustomer(id))),
    createCard: (customerId, isPhysical = false) => {
      const customer = customerOf(customerId);
      const account = [...world.accounts.values()].find(ofCustomer(customerId));
      if (account === undefined) throw notFound('account');
      return structuredClone(issueCard(world, customer, account, isPhysical));
    },
    seedApplication: (body) => structuredClone(createApplication(world, parseApplicant(world, body))),
    decide: (id, decision) => {
      const application = applicationOf(world, id);
      decide(world, application, decision);
      return structuredClone(application);
    },
    resolve: (id) => {
      const application = applicationOf(world, id);
      if (application.status !== 'Pending') throw invalidValue('the application is not pending');
      evaluate(world, application);
      return structuredClone(application);
    },
    archiveCustomer: (id, reason = 'Inactive') => {
      const customer = customerOf(id);
      if (customer.status === 'Archived') throw invalidValue('the customer is archived');
      archiveCustomer(world, customer, reason);
    },
    ...ageing(world, jwks),
    events: () => structuredClone([...world.events.values()]),
    webhooks: () => structuredClone([...world.webhooks.values()]),
    webhookLog: () => structuredClone(world.webhookLog),
    flushWebhooks: () => {
      resolvePending(world);
      return sender.flush();
    },
    pauseWebhooks: () => sender.pause(),
    resumeWebhooks: () => sender.resume(),
    dropNextWebhooks: (count) => sender.drop(count),
    emitUnknownEvent: () =>
      emit(world, 'orbit.decayed', { relationships: { orbit: { type: 'orbit', id: '1' } } }),
    arm: (fault) => faults.arm(fault),
    heal: () => faults.heal(),
    jwksFetches: () => jwks.fetches,
    outbox: () => structuredClone([...world.verifications.values()]),
    requests: () => structuredClone(world.requests),
    received: () => world.received.all(),
  };
}

const ofCustomer =
  (id: string | undefined) =>
  ({ customerId }: { readonly customerId: string }): boolean =>
    id === undefined || id === customerId;

function decide(world: World, application: Application, decision: Decision): void {
  switch (decision) {
    case 'approve':
      return moveApplication(world, application, 'Approved', 'Manually');
    case 'deny':
      return moveApplication(world, application, 'Denied', 'Manually');
    case 'pendingReview':
      return moveApplication(world, application, 'PendingReview', 'Manually');
    case 'awaitingDocuments':
      return awaitDocuments(world, application);
  }
}

function awaitDocuments(world: World, application: Application): void {
  moveApplication(world, application, 'AwaitingDocuments', 'Manually');
  if (application.documents.every(({ status }) => status !== 'Required' && status !== 'Invalid')) {
    addDocument(world, application, 'AddressVerification');
  }
}

type Ageing = Pick<UnitControls, 'ageKeys' | 'ageTokens' | 'ageWebhooks' | 'ageForms' | 'ageJwks'>;

const ageing = (world: World, jwks: Jwks): Ageing => ({
  ageKeys: (seconds) => {
    for (const use of world.keyUses.values()) use.firstSuccessAt -= seconds * 1_000;
  },
  ageTokens: (seconds) => {
    for (const token of world.customerTokens.values()) token.expiresAt -= seconds * 1_000;
    for (const verification of world.verifications.values()) verification.startedAt -= seconds * 1_000;
  },
  ageWebhooks: (seconds) => {
    for (const webhook of world.webhooks.values()) {
      webhook.nextAttemptAt -= seconds * 1_000;
      if (webhook.failingSince !== undefined) webhook.failingSince -= seconds * 1_000;
    }
    world.onQueued();
  },
  ageForms: (seconds) => {
    for (const form of world.forms.values()) form.expiresAt -= seconds * 1_000;
  },
  ageJwks: () => jwks.forget(),
});

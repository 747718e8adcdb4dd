// The whole state of one simulated Unit org, with its clock, ids and switches.
import { LOG_ENTRIES } from './assumptions.ts';
import { forbidden } from './errors.ts';
import type { ApplicationForm } from './form-records.ts';
import { Received } from './received.ts';
import type {
  Account,
  Application,
  Card,
  Customer,
  CustomerToken,
  LoggedRequest,
  OrgToken,
  Verification,
} from './records.ts';
import { defaultSwitches, type Switches } from './switches.ts';
import type { UnitEvent, Webhook, WebhookDelivery } from './webhook-records.ts';

/** First ids by noun; far apart, so that a mix-up of two nouns is seen. */
const firstIds = {
  document: 1,
  beneficialOwner: 1_001,
  apiToken: 300_001,
  card: 410_001,
  account: 420_001,
  webhook: 500_001,
  form: 600_001,
  customer: 700_001,
  application: 800_001,
  event: 900_001,
};

/** Remembers a successful use of an idempotency key. */
export interface KeyUse {
  readonly fingerprint: string;
  readonly resourceId: string;
  firstSuccessAt: number;
}

/** What a world is made with. */
export interface WorldOptions {
  readonly orgTokens: readonly OrgToken[];
  readonly now: () => number;
  readonly environment: 'sandbox' | 'live';
  readonly publicUrl: () => string;
}

/** One Unit org in one environment. */
export class World {
  readonly now: () => number;
  readonly environment: 'sandbox' | 'live';
  readonly publicUrl: () => string;
  readonly switches: Switches;
  readonly orgTokens = new Map<string, OrgToken>();
  readonly customerTokens = new Map<string, CustomerToken>();
  readonly verifications = new Map<string, Verification>();
  readonly applications = new Map<string, Application>();
  readonly customers = new Map<string, Customer>();
  readonly accounts = new Map<string, Account>();
  readonly cards = new Map<string, Card>();
  readonly forms = new Map<string, ApplicationForm>();
  readonly webhooks = new Map<string, Webhook>();
  readonly events = new Map<string, UnitEvent>();
  readonly keyUses = new Map<string, KeyUse>();
  readonly received = new Received();
  webhookLog: WebhookDelivery[] = [];
  requests: LoggedRequest[] = [];
  /** Called when a webhook has something to deliver. */
  onQueued: () => void = () => {};
  readonly #seededTokens: readonly OrgToken[];
  readonly #lastIds = { ...firstIds };

  constructor(options: WorldOptions) {
    this.now = options.now;
    this.environment = options.environment;
    this.publicUrl = options.publicUrl;
    this.switches = defaultSwitches(options.environment);
    this.#seededTokens = options.orgTokens;
    this.#seedTokens();
  }

  nextId(noun: keyof typeof firstIds): string {
    const id = String(this.#lastIds[noun]);
    this.#lastIds[noun] += 1;
    return id;
  }

  timestamp(): string {
    return new Date(this.now()).toISOString();
  }

  logRequest(entry: LoggedRequest): void {
    this.requests.push(entry);
    if (this.requests.length > LOG_ENTRIES) this.requests.shift();
  }

  logDelivery(entry: WebhookDelivery): void {
    this.webhookLog.push(entry);
    if (this.webhookLog.length > LOG_ENTRIES) this.webhookLog.shift();
  }

  /** Forgets everything but the seeded org tokens; ids go on, since a real Unit never gives one twice. */
  reset(keepWebhooks: boolean): void {
    for (const map of [this.orgTokens, this.customerTokens, this.verifications]) map.clear();
    for (const map of [this.applications, this.customers, this.accounts, this.cards, this.forms]) map.clear();
    for (const map of [this.events, this.keyUses]) map.clear();
    if (keepWebhooks) for (const webhook of this.webhooks.values()) webhook.queue = [];
    else this.webhooks.clear();
    this.received.clear();
    this.webhookLog = [];
    this.requests = [];
    Object.assign(this.switches, defaultSwitches(this.environment));
    this.#seedTokens();
  }

  #seedTokens(): void {
    for (const token of this.#seededTokens) this.orgTokens.set(token.token, token);
  }
}

/** Refuses the simulations outside the sandbox; assumed. */
export function requireSandbox(world: World): void {
  if (world.environment !== 'sandbox') throw forbidden('simulations exist in the sandbox only');
}

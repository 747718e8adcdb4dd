// What the simulator remembers of events, webhooks and deliveries.
import type { Reference } from './jsonapi.ts';

/** An event as it is listed and delivered. */
export interface UnitEvent {
  readonly id: string;
  readonly type: string;
  readonly attributes: { readonly createdAt: string } & Readonly<Record<string, unknown>>;
  readonly relationships: Readonly<Record<string, { readonly data: Reference }>>;
}

/** A registration with what waits for it. */
export interface Webhook {
  readonly id: string;
  readonly createdAt: string;
  label: string;
  url: string;
  token?: string;
  contentType: 'Json' | 'JsonAPI';
  readonly deliveryMode: 'AtMostOnce' | 'AtLeastOnce';
  readonly includeResources: boolean;
  readonly subscriptionType: 'All' | 'OnlyAuthorizationRequest' | 'NotAuthorizationRequest';
  status: 'Enabled' | 'Disabled' | 'Unavailable';
  queue: UnitEvent[];
  failures: number;
  nextAttemptAt: number;
  failingSince?: number;
}

/** One attempt to deliver, or the reason why there was none. */
export interface WebhookDelivery {
  readonly at: string;
  readonly webhookId: string;
  readonly url: string;
  readonly eventIds: readonly string[];
  readonly eventTypes: readonly string[];
  readonly attempt: number;
  readonly outcome: 'delivered' | 'failed' | 'dropped';
  readonly status?: number;
  readonly error?: string;
}

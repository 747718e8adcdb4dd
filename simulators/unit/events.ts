// Events: stored, queued for each webhook that wants them, listed, and fired again on demand.
import { EVENT_RETENTION_MS } from './assumptions.ts';
import { invalidValue, notFound } from './errors.ts';
import { answer, type Reference } from './jsonapi.ts';
import { listAnswer, listQuery } from './lists.ts';
import type { Tags } from './records.ts';
import type { Call, Route } from './route.ts';
import type { UnitEvent, Webhook } from './webhook-records.ts';
import type { World } from './world.ts';

/** What an event is about. */
export interface EventContent {
  readonly tags?: Tags;
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly relationships: Readonly<Record<string, Reference>>;
}

/** Stores an event and queues it for delivery. */
export function emit(world: World, type: string, content: EventContent): UnitEvent {
  const event: UnitEvent = {
    id: world.nextId('event'),
    type,
    attributes: {
      createdAt: world.timestamp(),
      ...content.attributes,
      ...(content.tags === undefined || Object.keys(content.tags).length === 0
        ? {}
        : { tags: { ...content.tags } }),
    },
    relationships: Object.fromEntries(
      Object.entries(content.relationships).map(([name, data]) => [name, { data }]),
    ),
  };
  world.events.set(event.id, event);
  queue(world, event);
  return event;
}

function queue(world: World, event: UnitEvent): void {
  for (const webhook of world.webhooks.values()) {
    if (webhook.status === 'Enabled' && wants(webhook, event)) webhook.queue.push(event);
  }
  world.onQueued();
}

function wants(webhook: Webhook, event: UnitEvent): boolean {
  const isAuthorizationRequest = event.type.startsWith('authorizationRequest.');
  switch (webhook.subscriptionType) {
    case 'All':
      return true;
    case 'OnlyAuthorizationRequest':
      return isAuthorizationRequest;
    case 'NotAuthorizationRequest':
      return !isAuthorizationRequest;
  }
}

function eventOf(call: Call): UnitEvent {
  const event = call.world.events.get(call.param('eventId'));
  if (event === undefined || !isVisible(call, event)) throw notFound('event');
  return event;
}

function timeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw invalidValue('filter[since] and filter[until] must be RFC 3339 times');
  return time;
}

const isKept = (call: Call, event: UnitEvent): boolean =>
  Date.parse(event.attributes.createdAt) + EVENT_RETENTION_MS > call.world.now();

const isVisible = (call: Call, event: UnitEvent): boolean =>
  isKept(call, event) &&
  (call.caller.kind !== 'customer' ||
    event.relationships['customer']?.data.id === call.caller.token.customerId);

/** The routes of events. */
export const eventRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/events',
    scope: 'events',
    holder: 'any',
    body: 'none',
    run: (call) => {
      // assumed: both ends belong to the window, and the newest comes first as in other lists
      const query = listQuery(call.url, { filters: ['type', 'since', 'until'], pages: true });
      const types = query.filterList('type');
      const since = timeOf(query.filter('since')) ?? Number.NEGATIVE_INFINITY;
      const until = timeOf(query.filter('until')) ?? Number.POSITIVE_INFINITY;
      const rows = [...call.world.events.values()].filter((event) => {
        const at = Date.parse(event.attributes.createdAt);
        return (
          isVisible(call, event) &&
          (types.length === 0 || types.includes(event.type)) &&
          at >= since &&
          at <= until
        );
      });
      return listAnswer(rows, query, (event) => event);
    },
  },
  {
    method: 'GET',
    path: '/events/:eventId',
    scope: 'events',
    holder: 'any',
    body: 'none',
    run: (call) => answer(200, { data: eventOf(call) }),
  },
  {
    method: 'POST',
    path: '/events/:eventId',
    scope: 'events-write',
    holder: 'org',
    body: 'optional',
    run: (call) => {
      const event = eventOf(call);
      queue(call.world, event);
      return answer(200, { data: event });
    },
  },
];

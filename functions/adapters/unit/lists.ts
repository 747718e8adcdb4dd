// Unit's lists, page by page: events, archived customers, webhooks. Of what they hold only ids, statuses and subjects stay.
import * as z from 'zod/mini';
import type { UnitLists, UnitWebhook } from '../../core/ports.ts';
import { toEvents } from './events.ts';
import { customerDocument, toCustomer, unitId } from './resources.ts';
import { toServiceError, type UnitTransport, unreadable } from './transport.ts';

const READ_MS = 5000;
const READ_TRIES = 3;

/** So that a page stays far below the largest answer that we take: customers come with all that Unit knows of them. */
const pageSizes = { events: 100, customers: 50, webhooks: 200 } as const;

/** Every type about an application, a document or a customer that Unit documents (unit.co, Events). */
const eventTypes = [
  'application.created',
  'application.awaitingDocuments',
  'application.pendingReview',
  'application.approved',
  'application.denied',
  'application.canceled',
  'document.approved',
  'document.rejected',
  'customer.created',
  'customer.updated',
  'customer.archived',
] as const;

const listDocument = z.looseObject({
  data: z.array(z.unknown()).check(z.maxLength(1000)),
  meta: z.optional(
    z.nullable(
      z.looseObject({ pagination: z.optional(z.nullable(z.looseObject({ total: z.optional(z.number()) }))) }),
    ),
  ),
});

const webhookResource = z.looseObject({
  id: unitId,
  attributes: z.looseObject({
    url: z.string(),
    status: z.string(),
    deliveryMode: z.optional(z.nullable(z.string())),
    includeResources: z.optional(z.nullable(z.boolean())),
    subscriptionType: z.optional(z.nullable(z.string())),
  }),
});

/** The adapter over Unit's JSON:API. */
export function createUnitLists(unit: UnitTransport): UnitLists {
  const list = async (
    name: keyof typeof pageSizes,
    filters: readonly string[],
    offset: number,
    signal: AbortSignal,
  ) => {
    const limit = pageSizes[name];
    const operation = `list_${name}`;
    const query = [...filters, `page[limit]=${limit}`, `page[offset]=${offset}`].join('&');
    const path = `/${name}?${query}`;
    const reply = await unit.call({
      operation,
      method: 'GET',
      path,
      timeoutMs: READ_MS,
      tries: READ_TRIES,
      signal,
    });
    if (!reply.isOk) throw toServiceError(reply);
    const parsed = listDocument.safeParse(reply.document);
    if (!parsed.success) throw unreadable(operation, reply.status);
    const { data: entries, meta } = parsed.data;
    const reached = offset + entries.length;
    const isLast =
      entries.length === 0 || reached >= (meta?.pagination?.total ?? lastIfShort(entries, limit));
    return { entries, nextOffset: isLast ? null : reached };
  };

  return {
    async listEvents({ since, until }, offset, signal) {
      const filters = [
        ...eventTypes.map((type, i) => `filter[type][${i}]=${type}`),
        `filter[since]=${toInstant(since)}`,
        `filter[until]=${toInstant(until)}`,
      ];
      const { entries, nextOffset } = await list('events', filters, offset, signal);
      const { events, unreadable: broken } = toEvents(entries);
      return { items: events, unreadable: broken, nextOffset };
    },

    async listArchivedCustomers(offset, signal) {
      const filters = ['filter[status][0]=Archived', 'sort=createdAt'];
      const { entries, nextOffset } = await list('customers', filters, offset, signal);
      const items = entries.flatMap((entry) => {
        const one = customerDocument.safeParse({ data: entry });
        return one.success ? [toCustomer(one.data)] : [];
      });
      return { items, unreadable: entries.length - items.length, nextOffset };
    },

    async listWebhooks(offset, signal) {
      const { entries, nextOffset } = await list('webhooks', [], offset, signal);
      const items = entries.flatMap((entry) => {
        const one = webhookResource.safeParse(entry);
        return one.success ? [toWebhook(one.data)] : [];
      });
      return { items, unreadable: entries.length - items.length, nextOffset };
    },
  };
}

/** Where Unit tells no total, a page that is not full is the last. */
const lastIfShort = (entries: readonly unknown[], limit: number): number =>
  entries.length < limit ? 0 : Number.POSITIVE_INFINITY;

const toInstant = (seconds: number): string => new Date(seconds * 1000).toISOString();

function toWebhook({ id, attributes }: z.infer<typeof webhookResource>): UnitWebhook {
  const { url, status, deliveryMode, includeResources, subscriptionType } = attributes;
  const address = URL.canParse(url) ? new URL(url) : { host: '', pathname: '' };
  return {
    webhookId: id,
    host: address.host,
    path: address.pathname,
    status,
    isEnabled: status === 'Enabled',
    isRepeated: deliveryMode === 'AtLeastOnce',
    hasResources: includeResources === true,
    hasOurEvents: subscriptionType !== 'OnlyAuthorizationRequest',
  };
}

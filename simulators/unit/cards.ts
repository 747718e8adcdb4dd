// Cards: read without numbers by anybody with the scope, with numbers only by the holder's own two-factor token.
import * as z from 'zod/mini';
import { accountResource } from './accounts.ts';
import { reaches, requireReach } from './auth.ts';
import { newCardNumber } from './card-numbers.ts';
import { shortText, tags } from './common-schemas.ts';
import { customerResource } from './customer-resource.ts';
import { invalidValue, notFound, refusal } from './errors.ts';
import { recall, remember } from './idempotency.ts';
import { answer, idPattern, org, parse, type Resource, toOne } from './jsonapi.ts';
import { hasTags, listAnswer, listQuery } from './lists.ts';
import type { Account, Card, Customer, Tags } from './records.ts';
import type { Call, Route } from './route.ts';
import { requireSandbox, type World } from './world.ts';

/** Makes a card; virtual ones are active at once, physical ones wait to be activated. */
export function issueCard(
  world: World,
  customer: Customer,
  account: Account,
  isPhysical: boolean,
  cardTags: Tags = {},
): Card {
  const owner = customer.person.type === 'businessCustomer' ? 'business' : 'individual';
  const card: Card = {
    id: world.nextId('card'),
    createdAt: world.timestamp(),
    customerId: customer.id,
    accountId: account.id,
    type: `${owner}${isPhysical ? '' : 'Virtual'}DebitCard`,
    isPhysical,
    ...newCardNumber(world.now()),
    tags: cardTags,
    status: isPhysical ? 'Inactive' : 'Active',
  };
  world.cards.set(card.id, card);
  world.received.note('pans', card.pan);
  world.received.note('cvv2s', card.cvv2);
  return card;
}

const cardResource = (card: Card): Resource => ({
  type: card.type,
  id: card.id,
  attributes: {
    createdAt: card.createdAt,
    last4Digits: card.pan.slice(-4),
    expirationDate: card.expirationDate,
    status: card.status,
    bin: card.pan.slice(0, 9),
    tags: card.tags,
  },
  relationships: {
    org,
    account: toOne('account', card.accountId),
    customer: toOne('customer', card.customerId),
  },
});

function cardOf(call: Call): Card {
  const card = call.world.cards.get(call.param('cardId'));
  if (card === undefined) throw notFound('card');
  requireReach(call, 'card', card);
  return card;
}

function beside(world: World, cards: readonly Card[], include: readonly string[]): Resource[] {
  const customers = new Set(include.includes('customer') ? cards.map((card) => card.customerId) : []);
  const accounts = new Set(include.includes('account') ? cards.map((card) => card.accountId) : []);
  return [
    ...[...world.customers.values()].filter(({ id }) => customers.has(id)).map(customerResource),
    ...[...world.accounts.values()].filter(({ id }) => accounts.has(id)).map(accountResource),
  ];
}

const OPERATION = 'POST /cards';

const reference = z.strictObject({
  data: z.strictObject({ type: z.string(), id: z.string().check(z.regex(idPattern)) }),
});

const newCard = z.strictObject({
  data: z.strictObject({
    type: z.enum([
      'individualVirtualDebitCard',
      'businessVirtualDebitCard',
      'individualDebitCard',
      'businessDebitCard',
    ]),
    // Limits, designs and a business card's holder are taken and not kept.
    attributes: z.optional(z.looseObject({ tags: z.optional(tags), idempotencyKey: z.optional(shortText) })),
    relationships: z.strictObject({ account: reference, customer: z.optional(reference) }),
  }),
});

/** Moves a card between two states, or refuses. */
export function changeCard(card: Card, from: Card['status'], to: Card['status']): Card {
  if (card.status !== from) {
    throw refusal(400, 'not_supported_for_card_status', `the card is ${card.status}`);
  }
  card.status = to;
  return card;
}

function create(call: Call): Response {
  const { world, body } = call;
  const { type, attributes, relationships } = parse(newCard, body).data;
  const account = world.accounts.get(relationships.account.data.id);
  if (account === undefined) throw notFound('account');
  requireReach(call, 'account', account);
  const customer = world.customers.get(relationships.customer?.data.id ?? account.customerId);
  if (customer === undefined || customer.id !== account.customerId) throw notFound('customer');
  if (customer.status === 'Archived') throw invalidValue('the customer is archived');
  const owner = customer.person.type === 'businessCustomer' ? 'business' : 'individual';
  if (!type.startsWith(owner)) throw invalidValue('type does not suit the customer', '/data/type');
  const known = world.cards.get(recall(world, OPERATION, attributes?.idempotencyKey, body) ?? '');
  const card = known ?? issueCard(world, customer, account, !type.includes('Virtual'), attributes?.tags);
  if (known === undefined) remember(world, OPERATION, attributes?.idempotencyKey, body, card.id);
  return answer(201, { data: cardResource(card) });
}

/** The routes of cards, their numbers apart. */
export const cardRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/cards',
    scope: 'cards',
    holder: 'any',
    body: 'none',
    run: (call) => {
      const query = listQuery(call.url, {
        filters: ['customerId', 'accountId', 'status', 'tags'],
        pages: true,
        sorts: true,
        includes: ['customer', 'account'],
      });
      const { caller } = call;
      const statuses = query.filterList('status');
      const rows = [...call.world.cards.values()].filter(
        (card) =>
          (query.filter('customerId') ?? card.customerId) === card.customerId &&
          (query.filter('accountId') ?? card.accountId) === card.accountId &&
          (statuses.length === 0 || statuses.includes(card.status)) &&
          hasTags(card.tags, query.tags) &&
          (caller.kind !== 'customer' || reaches(caller.token, 'card', card)),
      );
      return listAnswer(rows, query, cardResource, (page) => beside(call.world, page, query.include));
    },
  },
  {
    method: 'GET',
    path: '/cards/:cardId',
    scope: 'cards',
    holder: 'any',
    body: 'none',
    run: (call) => {
      const { include } = listQuery(call.url, { includes: ['customer', 'account'] });
      const card = cardOf(call);
      const included = beside(call.world, [card], include);
      return answer(200, { data: cardResource(card), ...(included.length === 0 ? {} : { included }) });
    },
  },
  {
    method: 'POST',
    path: '/cards',
    scope: 'cards-write',
    holder: 'any',
    body: 'jsonapi',
    run: create,
  },
  {
    method: 'POST',
    path: '/cards/:cardId/freeze',
    scope: 'cards-write',
    holder: 'any',
    body: 'optional',
    run: (call) => answer(200, { data: cardResource(changeCard(cardOf(call), 'Active', 'Frozen')) }),
  },
  {
    method: 'POST',
    path: '/cards/:cardId/unfreeze',
    scope: 'cards-write',
    holder: 'any',
    body: 'optional',
    run: (call) => answer(200, { data: cardResource(changeCard(cardOf(call), 'Frozen', 'Active')) }),
  },
  {
    method: 'POST',
    path: '/sandbox/cards/:cardId/activate',
    scope: 'cards-write',
    holder: 'any',
    body: 'optional',
    run: (call) => {
      requireSandbox(call.world);
      return answer(200, { data: cardResource(changeCard(cardOf(call), 'Inactive', 'Active')) });
    },
  },
];

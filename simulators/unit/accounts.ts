// Deposit accounts: one per approved customer, enough for cards to hang on.
import { reaches, requireReach } from './auth.ts';
import { customerResource } from './customer-resource.ts';
import { notFound } from './errors.ts';
import { answer, org, type Resource, toOne } from './jsonapi.ts';
import { listAnswer, listQuery } from './lists.ts';
import type { Account, Customer } from './records.ts';
import type { Route } from './route.ts';
import type { World } from './world.ts';

/** Opens the account of a new customer. */
export function openAccount(world: World, customer: Customer): Account {
  const account: Account = {
    id: world.nextId('account'),
    createdAt: world.timestamp(),
    customerId: customer.id,
    holderName: holderOf(customer),
    balanceCents: 0,
  };
  world.accounts.set(account.id, account);
  return account;
}

function holderOf({ person }: Customer): string {
  if (person.type === 'businessCustomer') return person.attributes.name;
  const { first, last } = person.attributes.fullName;
  return `${first} ${last}`;
}

const ROUTING_NUMBER = '000000000';

/** An account as Unit writes it. */
export const accountResource = (account: Account): Resource => ({
  type: 'depositAccount',
  id: account.id,
  attributes: {
    createdAt: account.createdAt,
    name: account.holderName,
    depositProduct: 'checking',
    routingNumber: ROUTING_NUMBER,
    accountNumber: `1000${account.id}`,
    status: 'Open',
    currency: 'USD',
    balance: account.balanceCents,
    available: account.balanceCents,
    hold: 0,
    tags: {},
  },
  relationships: { org, customer: toOne('customer', account.customerId) },
});

function beside(world: World, accounts: readonly Account[], include: readonly string[]): Resource[] {
  if (!include.includes('customer')) return [];
  const ids = new Set(accounts.map(({ customerId }) => customerId));
  return [...world.customers.values()].filter(({ id }) => ids.has(id)).map(customerResource);
}

/** The routes of accounts. */
export const accountRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/accounts',
    scope: 'accounts',
    holder: 'any',
    body: 'none',
    run: (call) => {
      const query = listQuery(call.url, {
        filters: ['customerId'],
        pages: true,
        sorts: true,
        includes: ['customer'],
      });
      const customerId = query.filter('customerId');
      const { caller } = call;
      const rows = [...call.world.accounts.values()].filter(
        (account) =>
          (customerId === undefined || account.customerId === customerId) &&
          (caller.kind !== 'customer' || reaches(caller.token, 'account', account)),
      );
      return listAnswer(rows, query, accountResource, (page) => beside(call.world, page, query.include));
    },
  },
  {
    method: 'GET',
    path: '/accounts/:accountId',
    scope: 'accounts',
    holder: 'any',
    body: 'none',
    run: (call) => {
      const { include } = listQuery(call.url, { includes: ['customer'] });
      const account = call.world.accounts.get(call.param('accountId'));
      if (account === undefined) throw notFound('account');
      requireReach(call, 'account', account);
      const included = beside(call.world, [account], include);
      return answer(200, { data: accountResource(account), ...(included.length === 0 ? {} : { included }) });
    },
  },
];

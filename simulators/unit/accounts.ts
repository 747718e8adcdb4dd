// Deposit accounts: one per approved customer, enough for cards to hang on.
import { reaches, requireReach } from './auth.ts';
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
    balanceCents: 0,
  };
  world.accounts.set(account.id, account);
  return account;
}

/** An account as Unit writes it. */
export const accountResource = (account: Account): Resource => ({
  type: 'depositAccount',
  id: account.id,
  attributes: {
    createdAt: account.createdAt,
    name: 'Checking',
    status: 'Open',
    currency: 'USD',
    balance: account.balanceCents,
    available: account.balanceCents,
    hold: 0,
    tags: {},
  },
  relationships: { org, customer: toOne('customer', account.customerId) },
});

/** The routes of accounts. */
export const accountRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/accounts',
    scope: 'accounts',
    holder: 'any',
    body: 'none',
    run: (call) => {
      const query = listQuery(call.url, { filters: ['customerId'], pages: true, sorts: true });
      const customerId = query.filter('customerId');
      const { caller } = call;
      const rows = [...call.world.accounts.values()].filter(
        (account) =>
          (customerId === undefined || account.customerId === customerId) &&
          (caller.kind !== 'customer' || reaches(caller.token, 'account', account)),
      );
      return listAnswer(rows, query, accountResource);
    },
  },
  {
    method: 'GET',
    path: '/accounts/:accountId',
    scope: 'accounts',
    holder: 'any',
    body: 'none',
    run: (call) => {
      listQuery(call.url, {});
      const account = call.world.accounts.get(call.param('accountId'));
      if (account === undefined) throw notFound('account');
      requireReach(call, 'account', account);
      return answer(200, { data: accountResource(account) });
    },
  },
];

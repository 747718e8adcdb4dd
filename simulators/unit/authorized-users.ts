// The people who may act for a customer: appended or removed by email.
import * as z from 'zod/mini';
import { authorizedUser, emailAddress } from './common-schemas.ts';
import { customerResource } from './customer-resource.ts';
import { emitUpdated, writableCustomerOf } from './customers.ts';
import { answer, envelope, parse } from './jsonapi.ts';
import type { Route } from './route.ts';

const addRequest = envelope(
  'addAuthorizedUsers',
  z.strictObject({ authorizedUsers: z.array(authorizedUser).check(z.minLength(1)) }),
);

const removeRequest = envelope(
  'removeAuthorizedUsers',
  z.strictObject({ authorizedUsersEmails: z.array(emailAddress).check(z.minLength(1)) }),
);

const path = '/customers/:customerId/authorized-users';

/** The routes of authorized users. */
export const authorizedUserRoutes: readonly Route[] = [
  {
    method: 'POST',
    path,
    scope: 'customers-write',
    holder: 'org',
    body: 'jsonapi',
    run: (call) => {
      const customer = writableCustomerOf(call);
      const { authorizedUsers } = parse(addRequest, call.body).data.attributes;
      const byEmail = new Map(customer.authorizedUsers.map((user) => [user.email, user]));
      for (const user of authorizedUsers) byEmail.set(user.email, user);
      customer.authorizedUsers = [...byEmail.values()];
      emitUpdated(call.world, customer, ['authorizedUsers']);
      return answer(200, { data: customerResource(customer) });
    },
  },
  {
    method: 'DELETE',
    path,
    scope: 'customers-write',
    holder: 'org',
    body: 'jsonapi',
    run: (call) => {
      const customer = writableCustomerOf(call);
      const { authorizedUsersEmails } = parse(removeRequest, call.body).data.attributes;
      customer.authorizedUsers = customer.authorizedUsers.filter(
        (user) => !authorizedUsersEmails.includes(user.email),
      );
      emitUpdated(call.world, customer, ['authorizedUsers']);
      return answer(200, { data: customerResource(customer) });
    },
  },
];

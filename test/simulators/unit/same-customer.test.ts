import { describe, expect, it } from '@jest/globals';
import { customerOf, individual, unit } from './support.ts';

/** Two people of Stytch, and one of Unit. */
async function twoApplications(approvesInto: 'newCustomer' | 'sameCustomer') {
  const bank = unit();
  Object.assign(bank.controls.switches, { preventDuplicateIndividualApplications: false, approvesInto });
  await customerOf(bank, individual({ jwtSubject: 'user-1' }));
  await customerOf(bank, individual({ jwtSubject: 'user-2' }));
  return bank;
}

describe('a second application of the same person', () => {
  it('makes another customer, unless told otherwise', async () => {
    const { controls } = await twoApplications('newCustomer');
    expect(controls.customers().map(({ person }) => person.attributes)).toMatchObject([
      { jwtSubject: 'user-1' },
      { jwtSubject: 'user-2' },
    ]);
  });

  it('may hand the customer over to the later applicant, and says so', async () => {
    const { controls } = await twoApplications('sameCustomer');
    const [customer, ...others] = controls.customers();
    expect(others).toEqual([]);
    expect(customer?.person.attributes).toMatchObject({ jwtSubject: 'user-2' });
    expect(controls.applications().map(({ customerId }) => customerId)).toEqual([customer?.id, customer?.id]);
    expect(controls.events().map(({ type }) => type)).toEqual([
      'application.created',
      'application.approved',
      'customer.created',
      'application.created',
      'application.approved',
      'customer.updated',
    ]);
  });
});

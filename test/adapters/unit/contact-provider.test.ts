import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createContactProvider } from '../../../functions/adapters/unit/contact-provider.ts';
import { createUnitTransport } from '../../../functions/adapters/unit/transport.ts';
import type { ContactProvider } from '../../../functions/core/ports.ts';
import { codeOf, everythingIn, refusalOf } from '../../support/adapters-errors.ts';
import { silent } from '../../support/adapters-log.ts';
import { fixedSecret } from '../../support/adapters-secrets.ts';
import { answering, startRawServer } from '../../support/adapters-servers.ts';
import { ORG_TOKEN, startUnit, submission, type UnitBench } from '../../support/adapters-unit.ts';
import business from './fixtures/customer-business.json' with { type: 'json' };

let unit: UnitBench;
let contacts: ContactProvider;
const signal = AbortSignal.timeout(60_000);

const contactsAt = (url: string): ContactProvider =>
  createContactProvider(createUnitTransport(url, fixedSecret(ORG_TOKEN), silent));

beforeAll(async () => {
  unit = await startUnit();
  contacts = contactsAt(unit.server.url);
});
afterAll(() => unit.close());
beforeEach(() => unit.controls.reset());

async function customerId(): Promise<string> {
  const outcome = await unit.onboarding.submitApplication(submission(), signal);
  return outcome.outcome === 'created' ? (outcome.application.unitCustomerId ?? '') : '';
}

const answered = async (body: unknown, status = 200): Promise<string | null> => {
  const server = await startRawServer(answering(status, body));
  try {
    return await contactsAt(server.url).readPhoneNumber('700001', signal);
  } finally {
    await server.close();
  }
};

describe('the phone number that Unit holds for a customer', () => {
  it('is read in E.164, to be compared', async () => {
    expect(await contacts.readPhoneNumber(await customerId(), signal)).toBe('+15555550142');
  });

  it("is that of a business's contact", async () => {
    expect(await answered(business)).toBe('+15555550142');
  });

  it('is null where Unit has no such customer, or no number', async () => {
    expect(await contacts.readPhoneNumber('999999', signal)).toBeNull();
    expect(await answered({ data: { attributes: {} } })).toBeNull();
    expect(await answered({ data: { attributes: { phone: null, contact: null } } })).toBeNull();
  });

  it('O10 is a fault of the vendor when the answer is not as documented', async () => {
    expect(await codeOf(answered({ data: {} }))).toBe('upstream_unavailable');
    expect(await codeOf(answered({ data: { attributes: { phone: '5555550142' } } }))).toBe(
      'upstream_unavailable',
    );
    expect(await codeOf(answered({ errors: [{ status: '403' }] }, 403))).toBe('upstream_unavailable');
  });

  it('INV5 is in no error, nor is anything else of the customer', async () => {
    const attributes = { phone: { countryCode: 1, number: '5555550142' }, ssn: '078051120' };
    const refusal = await refusalOf(answered({ data: { attributes } }));
    expect(everythingIn(refusal)).not.toMatch(/5555550142|078051120/);
  });
});

// Step 4: the application, by JSON or on Unit's own form.
import type { IndividualRequest, KeyedOptions } from '../../../../client/index.ts';
import { sandboxSsns } from '../../contract.ts';
import type { Demo, Step } from '../demo.ts';
import { actions, button, field, form, h } from '../dom.ts';
import { formMemory, memory } from '../memory.ts';
import { followApplication } from './application.ts';

const ssnHints = [
  [sandboxSsns.review, 'you decide, as Unit’s staff'],
  [sandboxSsns.approve, 'approved at once'],
  [sandboxSsns.documents, 'documents are asked for'],
  [sandboxSsns.deny, 'denied at once'],
] as const;

const texts = [
  ['first', 'First name', 'Ada'],
  ['last', 'Last name', 'Okafor'],
  ['dateOfBirth', 'Date of birth', '1991-04-23'],
  ['phone', 'Phone', '5555550142'],
  ['street', 'Street', '12 Juniper Way'],
  ['city', 'City', 'Boise'],
  ['state', 'State', 'ID'],
  ['postalCode', 'ZIP code', '83702'],
] as const;
type Name = (typeof texts)[number][0];

export const apply: Step = {
  id: 'apply',
  title: 'Apply for an account',
  why: 'Unit gets the application with jwtSubject = this Stytch user, so that the customer can never be anybody else’s.',
  render(place, demo, signal) {
    const applicationId = memory.get('applicationId');
    if (applicationId === undefined) show(place, demo, signal);
    else follow(place, demo, signal, applicationId);
  },
};

function follow(place: HTMLElement, demo: Demo, signal: AbortSignal, applicationId: string): void {
  memory.set('applicationId', applicationId);
  followApplication(
    { place, demo, signal, again: () => show(place, demo, signal, applicationId) },
    applicationId,
  );
}

/** @param after the one that was denied: the same answers are another application then */
function show(place: HTMLElement, demo: Demo, signal: AbortSignal, after?: string): void {
  const inputs = texts.map(([name, label, value]) => {
    const type = name === 'dateOfBirth' ? 'date' : 'text';
    return { name, label, input: h('input', { type, value, required: true, autocomplete: 'off' }) };
  });
  const valueOf = (name: Name): string => inputs.find((one) => one.name === name)?.input.value ?? '';
  const ssn = h(
    'select',
    {},
    ...ssnHints.map(([value, meaning]) => h('option', { value }, `${spaced(value)}: ${meaning}`)),
  );
  const body = (): IndividualRequest => ({
    type: 'individual',
    fullName: { first: valueOf('first'), last: valueOf('last') },
    email: memory.get('email') ?? '',
    phone: { countryCode: '1', number: valueOf('phone') },
    address: {
      street: valueOf('street'),
      city: valueOf('city'),
      state: valueOf('state'),
      postalCode: valueOf('postalCode'),
      country: 'US',
    },
    dateOfBirth: valueOf('dateOfBirth'),
    ssn: ssn.value,
  });
  const send = async (): Promise<void> => {
    const { applicationId } = await demo.client.apply(body(), await keyAfter(after, body()));
    signal.throwIfAborted();
    follow(place, demo, signal, applicationId);
  };
  const openForm = async (): Promise<void> => {
    const { email, fullName, phone, address } = body();
    const request = {
      type: 'individual',
      prefill: { email, fullName, phone, address },
    } as const;
    const { applicationId, url } = await demo.client.openForm(request, await keyAfter(after, request));
    signal.throwIfAborted();
    if (url !== undefined) formMemory.set(applicationId, url);
    follow(place, demo, signal, applicationId);
    place.querySelector<HTMLElement>('a.main')?.focus();
  };
  place.replaceChildren(
    form(
      () => demo.attempt(place, send),
      h(
        'div',
        { class: 'fields-grid' },
        ...inputs.map(({ label, input }) => field(label, input)),
        field(
          'SSN, of Unit’s sandbox',
          ssn,
          'Made-up numbers that Unit publishes for tests. Never a real one.',
        ),
      ),
      actions(
        h('button', { class: 'main' }, 'Apply'),
        button('On Unit’s own form instead', () => demo.attempt(place, openForm)),
      ),
    ),
  );
}

const spaced = (ssn: string): string => `${ssn.slice(0, 3)}-${ssn.slice(3, 5)}-${ssn.slice(5)}`;

/** After a denial: a key of its own, the same for the same body, so that a second press is a repeat. */
async function keyAfter(denied: string | undefined, body: object): Promise<KeyedOptions> {
  if (denied === undefined) return {};
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(denied + JSON.stringify(body)));
  const key = Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return { idempotencyKey: key };
}

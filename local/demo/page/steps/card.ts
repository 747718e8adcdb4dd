// Step 7: a card's number, from Unit to the browser, by a token for this one card and five minutes.
import type { CardSecureData } from '../../contract.ts';
import type { Demo, Step } from '../demo.ts';
import { demoApi } from '../demo-api.ts';
import { actions, announce, button, facts, h } from '../dom.ts';
import { memory } from '../memory.ts';
import { readCardNumber } from '../unit.ts';

export const card: Step = {
  id: 'card',
  title: 'Reveal a card',
  why: 'Card numbers go from Unit to the app and never pass the bridge. The token is for this one card, by a factor of the last five minutes.',
  render(place, demo, signal) {
    const cardId = memory.get('cardId');
    if (cardId === undefined) offer(place, demo, signal);
    else ready(place, demo, signal, cardId);
  },
};

function offer(place: HTMLElement, demo: Demo, signal: AbortSignal): void {
  const make = async (): Promise<void> => {
    const { cardId } = await demoApi.makeCard(memory.get('customerId') ?? '');
    signal.throwIfAborted();
    memory.set('cardId', cardId);
    ready(place, demo, signal, cardId).focus();
    announce(`Card ${cardId} was made.`);
  };
  place.replaceChildren(
    h('p', {}, 'The bank’s back office opens a virtual card; the simulator plays it.'),
    actions(button('Make a card', () => demo.attempt(place, make), 'main')),
  );
}

function ready(place: HTMLElement, demo: Demo, signal: AbortSignal, cardId: string): HTMLElement {
  const reveal = async (): Promise<void> => {
    const { customerToken, scopes, expiresIn } = await demo.client.customerToken({
      scopes: ['cards-sensitive'],
      customerId: memory.get('customerId'),
      resources: [{ type: 'card', ids: [cardId] }],
    });
    const { data } = await readCardNumber(demo.state.unitUrl, cardId, customerToken);
    signal.throwIfAborted();
    revealed(place, demo, signal, cardId, data);
    place.append(
      facts([
        ['Scope', h('code', {}, scopes.join(' '))],
        ['Good for', `${Math.round(expiresIn / 60)} minutes`],
      ]),
    );
  };
  const first = button('Reveal the number', () => demo.attempt(place, reveal), 'main');
  place.replaceChildren(plastic('•••• •••• •••• ••••', '••/••', '•••'), actions(first));
  return first;
}

function revealed(
  place: HTMLElement,
  demo: Demo,
  signal: AbortSignal,
  cardId: string,
  { attributes: { pan, cvv2, expirationDate } }: CardSecureData['data'],
): void {
  const shown = plastic(
    pan.replaceAll(/(\d{4})(?=\d)/g, '$1 '),
    `${expirationDate.slice(5, 7)}/${expirationDate.slice(2, 4)}`,
    cvv2,
  );
  const hide = button('Hide it', () => ready(place, demo, signal, cardId).focus());
  place.replaceChildren(
    shown,
    h(
      'p',
      { class: 'end' },
      'That is the whole journey. Look at the diagram: the number’s arrow goes from Unit to the browser, and none through the API carries it.',
    ),
    actions(hide),
  );
  hide.focus();
  announce('The card number is shown.');
}

const plastic = (number: string, expiry: string, code: string): HTMLElement =>
  h(
    'div',
    { class: 'plastic', role: 'group', 'aria-label': 'Virtual card' },
    h('span', { class: 'bank' }, 'Juniper, simulated'),
    h('span', { class: 'pan' }, number),
    h(
      'span',
      { class: 'small' },
      h('span', {}, 'Virtual debit'),
      h('span', {}, `exp ${expiry}`),
      h('span', {}, `cvv ${code}`),
    ),
  );

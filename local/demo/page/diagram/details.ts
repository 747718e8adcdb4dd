// What an arrow carried: headers and body of the request and of its answer, as the server masked them.
import type { TraceMessage } from '../../contract.ts';
import { button, facts, h } from '../dom.ts';
import { partyNames } from './draw.ts';
import { labelOf } from './labels.ts';

/** @param onClose called when it has closed; the cursor goes back to where it came from */
export function createDetails(place: HTMLElement, onClose: () => void) {
  const close = (): void => {
    if (place.hidden) return;
    place.hidden = true;
    place.replaceChildren();
    onClose();
  };
  place.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') close();
  });
  return {
    close,
    /** Shows the messages of one call; the one that was clicked comes first into view. */
    show(messages: readonly TraceMessage[], chosen: TraceMessage): void {
      const heading = h('h3', { tabindex: -1 }, chosen.title);
      place.replaceChildren(
        h('header', {}, heading, button('Close', close, 'small')),
        h(
          'p',
          { class: 'hint' },
          [
            `${partyNames[chosen.direction === 'request' ? chosen.from : chosen.to]} → `,
            partyNames[chosen.direction === 'request' ? chosen.to : chosen.from],
            chosen.function === undefined ? '' : `, function ${chosen.function}`,
            '. Secrets are masked before they reach this page.',
          ].join(''),
        ),
        ...messages.map(part),
      );
      place.hidden = false;
      heading.focus();
      if (chosen.direction === 'answer')
        place.querySelector('.part.answer')?.scrollIntoView({ block: 'nearest' });
    },
  };
}

function part(message: TraceMessage): HTMLElement {
  const isRequest = message.direction === 'request';
  const headers = Object.entries(message.headers ?? {});
  const time = new Date(message.at);
  return h(
    'section',
    { class: `part ${message.direction}` },
    h(
      'h4',
      {},
      isRequest ? 'Request' : `Answer: ${labelOf(message)}`,
      h(
        'small',
        {},
        ` ${time.toLocaleTimeString('en-GB')}.${String(time.getMilliseconds()).padStart(3, '0')}`,
      ),
    ),
    headers.length > 0 && facts(headers.map(([name, value]) => [name, h('code', {}, value)])),
    message.body !== undefined &&
      h('pre', { tabindex: 0, 'aria-label': `Body of the ${message.direction}` }, textOf(message.body)),
  );
}

const textOf = (body: unknown): string => (typeof body === 'string' ? body : JSON.stringify(body, null, 2));

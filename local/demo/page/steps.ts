// The cards of the steps: one open after another, with what went wrong at its foot.
import { type Demo, type Step, type StepId, stepIds } from './demo.ts';
import { announce, button, h } from './dom.ts';

interface Card {
  readonly step: Step;
  readonly item: HTMLElement;
  readonly heading: HTMLElement;
  readonly stateText: HTMLElement;
  readonly summary: HTMLElement;
  readonly body: HTMLElement;
  readonly problem: HTMLElement;
  /** Aborts when the card closes. */
  closing: AbortController;
}

type State = 'ahead' | 'open' | 'done';
const stateTexts = { ahead: ' (later)', open: '', done: ' (done)' } as const;

export function createSteps(steps: readonly Step[], place: HTMLElement) {
  const cards = steps.map((step, i): Card => {
    const title = `step-${step.id}`;
    const stateText = h('span', { class: 'visually-hidden' }, stateTexts.ahead);
    const heading = h(
      'h2',
      { id: title, tabindex: -1 },
      h('span', { class: 'number', 'aria-hidden': 'true' }, i + 1),
      h('span', {}, step.title, stateText),
    );
    const summary = h('div', { class: 'summary' });
    const body = h('div', { class: 'body' });
    const problem = h('div', { role: 'alert' });
    const item = h(
      'li',
      { class: 'step', 'data-step': step.id, 'data-state': 'ahead' },
      h(
        'section',
        { 'aria-labelledby': title },
        heading,
        h('p', { class: 'why' }, step.why),
        summary,
        body,
        problem,
      ),
    );
    return { step, item, heading, stateText, summary, body, problem, closing: new AbortController() };
  });
  place.append(...cards.map(({ item }) => item));

  function set(card: Card, state: State): void {
    card.item.dataset['state'] = state;
    card.stateText.textContent = stateTexts[state];
    card.item.toggleAttribute('aria-current', false);
    if (state === 'open') card.item.setAttribute('aria-current', 'step');
    card.closing.abort();
    card.closing = new AbortController();
    card.body.replaceChildren();
    card.problem.replaceChildren();
    card.summary.replaceChildren();
    card.item.removeAttribute('aria-busy');
  }

  const find = (id: StepId): Card => {
    const card = cards[stepIds.indexOf(id)];
    if (card === undefined) throw new Error(`no step ${id}`);
    return card;
  };

  function open(demo: Demo, id: StepId, keep?: 'keep later', hasFocus = true): void {
    const card = find(id);
    if (keep === undefined) for (const later of cards.slice(stepIds.indexOf(id) + 1)) set(later, 'ahead');
    set(card, 'open');
    card.step.render(card.body, demo, card.closing.signal);
    if (hasFocus) bringInto(card);
  }

  return {
    open,
    /** Closes a card with what came of it. */
    close(demo: Demo, id: StepId, summary: string): void {
      const card = find(id);
      set(card, 'done');
      const { again } = card.step;
      card.summary.append(
        h('p', {}, summary),
        ...(again === undefined ? [] : [button(again, () => open(demo, id, 'keep later'), 'small')]),
      );
      announce(`${card.step.title}: ${summary}`);
    },
    isDone: (id: StepId): boolean => find(id).item.dataset['state'] === 'done',
    /** The card that an element stands in. */
    around: (element: HTMLElement): Card => {
      const card = cards.find(({ item }) => item.contains(element));
      if (card === undefined) throw new Error('outside of the steps');
      return card;
    },
    find,
  };
}

function bringInto({ heading, item }: Card): void {
  const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  heading.focus({ preventScroll: true });
  item.scrollIntoView({ block: 'nearest', behavior: isCalm ? 'auto' : 'smooth' });
}

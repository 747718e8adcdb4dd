// Step 5: a call whose factors are too old is refused, a factor is asked for, and the call is sent once more.

import type { Demo, Step } from '../demo.ts';
import { demoApi } from '../demo-api.ts';
import { actions, button, h } from '../dom.ts';
import { memory } from '../memory.ts';
import { hold } from './held-token.ts';

const offers = [
  [['accounts', 'cards'], 'Read accounts and cards', 'a second factor of the last 12 hours'],
  [['customers', 'statements'], 'Read personal data and statements', 'of the last hour'],
  [['payments-write'], 'Move money', 'of the last 10 minutes'],
] as const;

const DAY_SECONDS = 86_400;

export const stepUp: Step = {
  id: 'step-up',
  title: 'Step up when it matters',
  why: 'Unit checks neither which factors were proved nor when: the bridge does. Make your factor old, ask, and it answers 401 with a challenge.',
  again: 'Ask once more',
  render(place, demo) {
    const choices = offers.map(([scopes, label, wants], i) => {
      const radio = h('input', { type: 'radio', name: 'scopes', checked: i === 0 });
      const text = h('span', {}, label, h('small', {}, ` ${scopes.join(', ')}: ${wants}`));
      return { scopes, radio, label: h('label', { class: 'choice' }, radio, text) };
    });
    const aged = h('p', { class: 'hint', role: 'status' });
    const age = async (): Promise<void> => {
      const email = memory.get('email') ?? '';
      await demoApi.age({ email, factor: 'second', seconds: DAY_SECONDS });
      aged.textContent = 'Your second factor is a day old now, as if you had come back tomorrow.';
    };
    place.append(
      h('fieldset', {}, h('legend', {}, 'What the app wants to do'), ...choices.map(({ label }) => label)),
      aged,
      actions(
        button(
          'Ask for a customer token',
          () =>
            demo.attempt(place, (signal) =>
              ask(demo, signal, choices.find(({ radio }) => radio.checked)?.scopes),
            ),
          'main',
        ),
        button('Make my factor a day old', () => demo.attempt(place, age)),
      ),
    );
  },
};

/** The client steps up by itself where it must, through the dialog. */
async function ask(demo: Demo, signal: AbortSignal, scopes: readonly string[] = ['accounts']): Promise<void> {
  const answer = await demo.client.exchangeToken({ scopes, customerId: memory.get('customerId') });
  signal.throwIfAborted();
  hold(answer);
  demo.complete('step-up', `The factors were judged, and Unit gave a token for ${answer.scopes.join(', ')}.`);
}

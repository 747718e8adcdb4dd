// Step 6: the customer token, with what it opens and for how long, and a first call at Unit with it.
import type { Step } from '../demo.ts';
import { actions, button, facts, h, masked, sleep } from '../dom.ts';
import { readAccounts } from '../unit.ts';
import { type HeldToken, heldToken } from './held-token.ts';

export const token: Step = {
  id: 'token',
  title: 'Hold a customer token',
  why: 'It opens only what was asked for, for one customer, and not for long. The app takes it to Unit directly; the bridge keeps no copy.',
  again: 'Look at it again',
  render(place, demo, signal) {
    const held = heldToken();
    if (held === undefined) {
      place.append(
        h('p', {}, 'Customer tokens live in memory alone: after a reload ask for another.'),
        actions(button('Back to step 5', () => demo.open('step-up'))),
      );
      return;
    }
    const countdown = h('span', { class: 'countdown' });
    const bar = h('progress', { max: held.expiresIn, 'aria-label': 'Life that is left' });
    void tick(held, countdown, bar, signal);
    const canRead = held.scopes.includes('accounts');
    const use = async (): Promise<void> => {
      if (!canRead) return demo.complete('token', 'A token of this kind is for another screen of the app.');
      const { data } = await readAccounts(demo.state.unitUrl, held.customerToken);
      signal.throwIfAborted();
      demo.complete('token', `Unit answered the browser itself: ${data.length} account, ${balance(data)}.`);
    };
    place.append(
      facts([
        ['Scopes', h('span', { class: 'chips' }, ...held.scopes.map((scope) => h('code', {}, scope)))],
        ['Customer', h('code', {}, held.customerId)],
        ['Token', h('code', {}, masked(held.customerToken))],
        ['Ends in', h('span', {}, countdown, bar)],
      ]),
      actions(
        button(canRead ? 'Read the accounts at Unit' : 'Go on', () => demo.attempt(place, use), 'main'),
      ),
    );
  },
};

const balance = (data: Awaited<ReturnType<typeof readAccounts>>['data']): string => {
  const cents = data.reduce((sum, { attributes }) => sum + (attributes.balance ?? 0), 0);
  return (cents / 100).toLocaleString('en-US', { style: 'currency', currency: 'USD' });
};

async function tick(
  { until }: HeldToken,
  text: HTMLElement,
  bar: HTMLProgressElement,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const left = Math.max(0, Math.round((until - Date.now()) / 1000));
    text.textContent = left === 0 ? 'over' : `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
    bar.value = left;
    await sleep(1000, signal);
  }
}

// Step 2: the simulated inbox; its link leads back here with a token, and a code is typed in.
import type { Delivery } from '../../contract.ts';
import type { Demo, Step } from '../demo.ts';
import { demoApi } from '../demo-api.ts';
import { actions, announce, button, field, form, h, sleep } from '../dom.ts';
import { memory } from '../memory.ts';
import { codeInput } from '../prove.ts';

const POLL_MS = 1000;

export const inbox: Step = {
  id: 'inbox',
  title: 'Open the mail',
  why: 'Whoever can read the inbox is the user. With the PKCE verifier of this browser, a stolen link alone is worth nothing.',
  render(place, demo, signal) {
    const email = memory.get('email') ?? '';
    const isCode = memory.get('method') === 'email_otp';
    const mails = h('div', { class: 'inbox', role: 'region', 'aria-label': `Inbox of ${email}` });
    const waiting = h('p', { class: 'waiting' }, 'Waiting for the mail …');
    mails.append(waiting);
    const code = codeInput();
    const again = async (): Promise<void> => {
      await demo.client.signUp(
        isCode ? { email, method: 'email_otp' } : { email, redirectUrl: `${location.origin}/callback` },
      );
      announce('Another mail is on its way.');
    };
    const others = [
      button('Send another mail', () => demo.attempt(place, again)),
      button('Another address', () => demo.open('sign-in')),
    ];
    place.append(mails);
    if (isCode)
      place.append(
        form(
          () => demo.attempt(place, () => finishSignIn(demo, code.value, signal)),
          field('Code from the mail', code),
          actions(h('button', { class: 'main' }, 'Sign in'), ...others),
        ),
      );
    else place.append(actions(...others));
    const fill = (text: string): void => {
      code.value = text;
      code.focus();
    };
    void follow(email, isCode ? 'otp' : 'magic_link', signal, (newest) =>
      mails.replaceChildren(mail(newest, fill)),
    );
  },
};

/** The token of the link or the code becomes a session. */
export async function finishSignIn(demo: Demo, proof: string, signal: AbortSignal): Promise<void> {
  const { factors } = await demo.client.completeSignUp(proof);
  signal.throwIfAborted();
  await demo.goOn('inbox', `Signed in: the session carries ${factors.map(({ kind }) => kind).join(', ')}.`);
}

/** Tells of every newer mail until the step closes. */
async function follow(
  email: string,
  kind: Delivery['kind'],
  signal: AbortSignal,
  onNewer: (newest: Delivery) => void,
): Promise<void> {
  let seen = '';
  while (!signal.aborted) {
    const deliveries = await demoApi.inbox(email).then(
      (answer) => answer.deliveries,
      () => [],
    );
    const newest = deliveries.find((one) => one.kind === kind);
    if (newest && newest.at !== seen && !signal.aborted) {
      seen = newest.at;
      onNewer(newest);
      announce('A mail has arrived.');
    }
    await sleep(POLL_MS, signal);
  }
}

const mail = ({ at, to, url, code }: Delivery, fill: (text: string) => void): HTMLElement =>
  h(
    'article',
    { class: 'mail', 'aria-label': 'Mail from Stytch' },
    h(
      'header',
      {},
      h('strong', {}, 'Stytch, simulated'),
      h('time', { datetime: at }, new Date(at).toLocaleTimeString()),
      h('span', {}, `to ${to}`),
    ),
    url === undefined
      ? h('p', {}, 'Your code: ', h('code', { class: 'digits' }, code ?? ''))
      : h('p', {}, 'Somebody, hopefully you, wants to sign in. The link is good for ten minutes.'),
    url === undefined
      ? button('Fill it in', () => fill(code ?? ''), 'small')
      : h('a', { class: 'main', href: url }, 'Open the link'),
  );

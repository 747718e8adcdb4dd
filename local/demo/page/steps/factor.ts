// Step 3: a second factor, by an authenticator app or by a passkey; or the one that the user has, proved once more.
import type { SessionAnswer } from '../../../../client/index.ts';
import { codeAccepted, scan } from '../authenticator.ts';
import type { Demo, Step } from '../demo.ts';
import { actions, button, facts, h } from '../dom.ts';
import { memory } from '../memory.ts';
import { canPasskey, makePasskey } from '../passkey.ts';
import { codeForm } from '../prove.ts';
import { askForFactor } from '../step-up-dialog.ts';

export const factor: Step = {
  id: 'factor',
  title: 'Add a second factor',
  why: 'Unit hands out tokens for cards and money only after two factors. The new session JWT carries both.',
  render(place, demo) {
    if (memory.get('factor') === undefined) choose(place, demo);
    else
      place.append(
        h('p', {}, 'This user has a second factor already. The new session has not proved it yet.'),
        actions(
          button(
            'Prove it',
            () =>
              demo.attempt(place, async (signal) => {
                await askForFactor(demo.client);
                signal.throwIfAborted();
                await demo.goOn('factor', 'The second factor was proved; the session carries both.');
              }),
            'main',
          ),
        ),
      );
  },
};

function choose(place: HTMLElement, demo: Demo): void {
  place.replaceChildren(
    actions(
      button('Authenticator app', () => demo.attempt(place, (signal) => byApp(place, demo, signal)), 'main'),
      canPasskey() && button('Passkey', () => demo.attempt(place, (signal) => byPasskey(demo, signal))),
    ),
    h(
      'p',
      { class: 'hint' },
      'An authenticator app is any phone that can scan a QR code, or this page playing one. ',
      'A passkey is made by this browser.',
    ),
  );
}

async function byApp(place: HTMLElement, demo: Demo, signal: AbortSignal): Promise<void> {
  const { secret, qrCode, recoveryCodes } = await demo.client.enrolTotp();
  signal.throwIfAborted();
  scan(secret);
  const confirm = async (code: string, signal: AbortSignal): Promise<void> => {
    const answer = await demo.client.confirmTotp({ code });
    signal.throwIfAborted();
    codeAccepted(code);
    finish(demo, 'totp', answer);
  };
  const { form, input } = codeForm(
    'Code that the app shows',
    (code) => demo.attempt(place, (signal) => confirm(code, signal)),
    button('Something else', () => choose(place, demo)),
  );
  place.replaceChildren(
    h(
      'div',
      { class: 'enrolment' },
      h('img', { src: qrCode, alt: 'QR code for an authenticator app', width: 168, height: 168 }),
      h(
        'div',
        {},
        h('p', {}, 'Scan this with an authenticator app, or type the secret in.'),
        facts([['Secret', h('code', { class: 'secret' }, secret)]]),
        h(
          'details',
          {},
          h('summary', {}, `${recoveryCodes.length} recovery codes, shown this once`),
          h('ul', { class: 'codes' }, ...recoveryCodes.map((code) => h('li', {}, h('code', {}, code)))),
        ),
      ),
    ),
    form,
  );
  input.focus();
}

async function byPasskey(demo: Demo, signal: AbortSignal): Promise<void> {
  const credential = await makePasskey(await demo.client.enrolPasskey());
  const answer = await demo.client.confirmPasskey({ credential });
  signal.throwIfAborted();
  finish(demo, 'passkey', answer);
}

function finish(demo: Demo, kind: 'totp' | 'passkey', { factors }: SessionAnswer): void {
  memory.set('factor', kind);
  demo.complete('factor', `The session carries ${factors.map((one) => one.kind).join(' and ')}.`);
}

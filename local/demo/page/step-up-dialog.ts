// The dialog of a step-up: the client asks for it by `onStepUp`, in the middle of a call that was refused.
import type { Challenge, Client } from '../../../client/index.ts';
import { codeAccepted } from './authenticator.ts';
import { button, h } from './dom.ts';
import { memory } from './memory.ts';
import { usePasskey } from './passkey.ts';
import { GivenUp, problemView } from './problem-view.ts';
import { codeForm } from './prove.ts';

type Proof = Parameters<Client['stepUp']>[0];

/**
 * Asks for a factor until one is proved.
 * @throws GivenUp when the user closes the dialog
 */
export async function askForFactor(client: Client, challenge?: Challenge): Promise<void> {
  const kinds = await kindsOf(client);
  return new Promise((resolve, reject) => {
    const problem = h('div', { role: 'alert' });
    const dialog = h('dialog', { 'aria-labelledby': 'step-up-title', 'aria-describedby': 'step-up-why' });
    let isProved = false;
    dialog.addEventListener('close', () => {
      dialog.remove();
      if (isProved) resolve();
      else reject(new GivenUp());
    });
    const prove = async (make: () => Promise<Proof>): Promise<void> => {
      if (dialog.hasAttribute('aria-busy')) return;
      dialog.setAttribute('aria-busy', 'true');
      problem.replaceChildren();
      try {
        const proof = await make();
        await client.stepUp(proof);
        if (proof.factor === 'totp') codeAccepted(proof.code);
        isProved = true;
        dialog.close();
      } catch (error) {
        problem.replaceChildren(problemView(error, false, () => {}));
      } finally {
        dialog.removeAttribute('aria-busy');
      }
    };
    const byPasskey = async (): Promise<Proof> => ({
      factor: 'passkey',
      credential: await usePasskey(await client.challenge({ factor: 'passkey' })),
    });
    dialog.append(
      h('h2', { id: 'step-up-title' }, 'Prove it is you'),
      h('p', { id: 'step-up-why' }, whyOf(challenge)),
      ...(kinds.includes('totp')
        ? [
            codeForm('Code of your authenticator app', (code) =>
              prove(async () => ({ factor: 'totp', code })),
            ).form,
          ]
        : []),
      ...(kinds.includes('passkey')
        ? [
            h(
              'div',
              { class: 'actions' },
              button('Use the passkey', () => prove(byPasskey), 'main'),
            ),
          ]
        : []),
      problem,
      h(
        'div',
        { class: 'actions end' },
        button('Cancel', () => dialog.close()),
      ),
    );
    document.body.append(dialog);
    dialog.showModal();
  });
}

function whyOf(challenge: Challenge | undefined): string {
  if (challenge === undefined) return 'This session knows your email alone; the second factor is missing.';
  const minutes = Math.round(challenge.maxAgeSeconds / 60);
  const age = minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`;
  return `The API answered 401: this call wants a second factor proved within the last ${age}. Once it is, the call is sent again.`;
}

/** The second factors that the user holds. */
async function kindsOf(client: Client): Promise<readonly string[]> {
  const known = memory.get('factor');
  if (known !== undefined) return [known];
  const { factors } = await client.listFactors();
  return factors.filter(({ isVerified }) => isVerified).map(({ kind }) => kind);
}

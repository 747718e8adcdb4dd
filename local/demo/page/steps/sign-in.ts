// Step 1: an address, and Stytch sends a mail to it.
import type { Step } from '../demo.ts';
import { actions, field, form, h } from '../dom.ts';
import { memory } from '../memory.ts';

const methods = [
  ['email_magic_link', 'A link in the mail'],
  ['email_otp', 'A code of six digits'],
] as const;

const newAddress = (): string => `ada.${crypto.randomUUID().slice(0, 8)}@example.com`;

export const signIn: Step = {
  id: 'sign-in',
  title: 'Sign up, or in, by email',
  why: 'Stytch mails a link or a code. The answer is the same for every address, so that nobody learns who is a user.',
  render(place, demo, signal) {
    const email = h('input', {
      type: 'email',
      required: true,
      autocomplete: 'off',
      spellcheck: 'false',
      maxlength: 254,
      value: memory.get('email') ?? newAddress(),
    });
    const chosen = memory.get('method') ?? 'email_magic_link';
    const radios = methods.map(([value, label]) => {
      const radio = h('input', { type: 'radio', name: 'method', value, checked: value === chosen });
      return { value, radio, label: h('label', { class: 'choice' }, radio, label) };
    });
    const send = async (): Promise<void> => {
      const method = radios.find(({ radio }) => radio.checked)?.value ?? 'email_magic_link';
      memory.set('email', email.value);
      memory.set('method', method);
      // The link leads back to this page, wherever it runs.
      const redirectUrl = `${location.origin}/callback`;
      await demo.client.signUp({
        email: email.value,
        method,
        ...(method === 'email_magic_link' && { redirectUrl }),
      });
      signal.throwIfAborted();
      demo.complete('sign-in', `A mail is on its way to ${email.value}.`);
    };
    place.append(
      form(
        () => demo.attempt(place, send),
        field('Email', email, 'Any address: no mail leaves this machine.'),
        h('fieldset', {}, h('legend', {}, 'How to sign in'), ...radios.map(({ label }) => label)),
        actions(h('button', { class: 'main' }, 'Send the mail')),
      ),
    );
  },
};

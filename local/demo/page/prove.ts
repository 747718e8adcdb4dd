// Fields in which a second factor is proved: a code that a phone or this machine shows, or a passkey.

import { hasPhone, nextCode } from './authenticator.ts';
import { actions, announce, button, field, form, h, sleep } from './dom.ts';

/** For a code of six digits. */
export const codeInput = (): HTMLInputElement =>
  h('input', {
    inputmode: 'numeric',
    autocomplete: 'one-time-code',
    pattern: '\\d{6}',
    maxlength: 6,
    required: true,
    class: 'code',
    title: 'Six digits',
  });

/**
 * A form for a code of six digits.
 * @param send what happens with it; the form itself catches nothing
 */
export function codeForm(label: string, send: (code: string) => Promise<unknown>, ...others: HTMLElement[]) {
  const code = codeInput();
  const hint = h('p', { class: 'hint', role: 'status' });
  const fill = async (): Promise<void> => {
    const next = nextCode();
    if (next === undefined) return;
    code.value = next.code;
    code.focus();
    if (next.waitMs > 0) {
      const seconds = Math.ceil(next.waitMs / 1000);
      hint.textContent = `A code works once. This is the next one; it is good in ${seconds} s.`;
      await sleep(next.waitMs);
      hint.textContent = 'Good now.';
    } else {
      hint.textContent = 'This is what an authenticator app shows now.';
      announce('Code filled in.');
    }
  };
  const made = form(
    () => send(code.value),
    field(label, code),
    hint,
    actions(
      h('button', { class: 'main' }, 'Confirm the code'),
      hasPhone() && button('Use a code of this machine', fill),
      ...others,
    ),
  );
  return { form: made, input: code };
}

// What the page keeps in this tab: the client's session, and what it must still know after a magic link has led away.
import type { TokenStore } from '../../../client/index.ts';

/** What is kept: a tab's own, and gone with it. */
type Kept =
  | 'email'
  | 'method'
  | 'phone'
  | 'phoneStep'
  | 'factor'
  | 'applicationId'
  | 'customerId'
  | 'cardId'
  | 'shownFrom';

export const memory = {
  get: (name: Kept): string | undefined => sessionStorage.getItem(`demo.${name}`) ?? undefined,
  set: (name: Kept, value: string): void => sessionStorage.setItem(`demo.${name}`, value),
  forget: (...names: readonly Kept[]): void =>
    names.forEach((name) => sessionStorage.removeItem(`demo.${name}`)),
};

/** The PKCE verifier alone is shared between tabs, as a mailed link may open in another; without the link it is worth nothing. */
const storageOf = (key: string): Storage => (key === 'codeVerifier' ? localStorage : sessionStorage);

export const tokenStore: TokenStore = {
  get: (key) => storageOf(key).getItem(`client.${key}`),
  set: (key, value) => storageOf(key).setItem(`client.${key}`, value),
  delete: (key) => storageOf(key).removeItem(`client.${key}`),
};

export const hasSession = (): boolean => sessionStorage.getItem('client.sessionToken') !== null;

/** As in a tab that was just opened. */
export function forgetAll(): void {
  sessionStorage.clear();
  localStorage.removeItem('client.codeVerifier');
}

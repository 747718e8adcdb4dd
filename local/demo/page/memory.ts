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
  | 'form'
  | 'customerId'
  | 'cardId'
  | 'shownFrom';

/** A mailed link may open in another tab, which must know whose it is; a tab that has an address keeps to it. */
const SHARED = 'demo.email';

export const memory = {
  get: (name: Kept): string | undefined =>
    sessionStorage.getItem(`demo.${name}`) ??
    (name === 'email' ? localStorage.getItem(SHARED) : null) ??
    undefined,
  set: (name: Kept, value: string): void => {
    sessionStorage.setItem(`demo.${name}`, value);
    if (name === 'email') localStorage.setItem(SHARED, value);
  },
  forget: (...names: readonly Kept[]): void =>
    names.forEach((name) => sessionStorage.removeItem(`demo.${name}`)),
};

/** Of the client's alone the PKCE verifier is shared between tabs, for the same reason; without the link it is worth nothing. */
const storageOf = (key: string): Storage => (key === 'codeVerifier' ? localStorage : sessionStorage);

export const tokenStore: TokenStore = {
  get: (key) => storageOf(key).getItem(`client.${key}`),
  set: (key, value) => storageOf(key).setItem(`client.${key}`, value),
  delete: (key) => storageOf(key).removeItem(`client.${key}`),
};

export const hasSession = (): boolean => sessionStorage.getItem('client.sessionToken') !== null;

/** The form of an application that was not sent yet, as no answer of the API tells its link again without its key. */
export const formMemory = {
  set: (applicationId: string, url: string): void => memory.set('form', `${applicationId} ${url}`),
  urlOf: (applicationId: string): string | undefined => {
    const [owner, url] = memory.get('form')?.split(' ') ?? [];
    return owner === applicationId ? url : undefined;
  },
  forget: (): void => memory.forget('form'),
};

/** As in a browser that was never here. */
export function forgetAll(): void {
  sessionStorage.clear();
  localStorage.removeItem('client.codeVerifier');
  localStorage.removeItem(SHARED);
}

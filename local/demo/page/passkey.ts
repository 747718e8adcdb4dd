// Passkeys: the API's JSON in, the browser's credential as JSON out.
import type { ConfirmPasskeyRequest, PasskeyOptionsAnswer } from '../../../client/index.ts';

type Credential = ConfirmPasskeyRequest['credential'];

export const canPasskey = (): boolean =>
  'PublicKeyCredential' in window && 'parseCreationOptionsFromJSON' in PublicKeyCredential;

/** @throws DOMException `NotAllowedError` when the user gives up */
export async function makePasskey({ options }: PasskeyOptionsAnswer): Promise<Credential> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(JSON.parse(JSON.stringify(options)));
  return asJson(await navigator.credentials.create({ publicKey }));
}

/** @throws DOMException `NotAllowedError` when the user gives up */
export async function usePasskey({ options }: PasskeyOptionsAnswer): Promise<Credential> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(JSON.parse(JSON.stringify(options)));
  return asJson(await navigator.credentials.get({ publicKey }));
}

function asJson(made: globalThis.Credential | null): Credential {
  if (!(made instanceof PublicKeyCredential)) throw new Error('The browser made no passkey.');
  return JSON.parse(JSON.stringify(made.toJSON()));
}

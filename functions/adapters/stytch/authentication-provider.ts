// Stytch as the rules need it: signing in, and second factors.
import type { AuthenticationProvider } from '../../core/ports.ts';
import type { StytchSdk } from './sdk-client.ts';
import { createSecondFactors } from './second-factors.ts';
import { createSignIn } from './sign-in.ts';

export interface ProviderOptions {
  readonly environment: 'test' | 'live';
  readonly passkeyDomain: string;
  readonly uuidOf: (text: string) => Promise<string>;
}

/** The adapter over the official SDK. */
export const createAuthenticationProvider = (
  sdk: StytchSdk,
  { environment, passkeyDomain, uuidOf }: ProviderOptions,
): AuthenticationProvider => ({
  ...createSignIn(sdk, environment, uuidOf),
  ...createSecondFactors(sdk, passkeyDomain),
});

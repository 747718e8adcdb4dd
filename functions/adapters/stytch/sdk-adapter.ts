// The adapter over the official SDK, loaded by the functions that call it, when they first do.
import type { AuthenticationProvider } from '../../core/ports.ts';
import type { ProviderOptions } from './authentication-provider.ts';
import type { StytchProject } from './transport.ts';

export async function loadSdkAdapter(
  project: StytchProject,
  options: ProviderOptions,
): Promise<AuthenticationProvider> {
  const [{ createAuthenticationProvider }, { createStytchSdk }] = await Promise.all([
    import('./authentication-provider.ts'),
    import('./sdk-client.ts'),
  ]);
  return createAuthenticationProvider(createStytchSdk(project), options);
}

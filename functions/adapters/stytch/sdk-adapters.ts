// The adapters over the official SDK, loaded by the functions that call it, when they first do.
import type { AuthenticationProvider, SessionKeeper } from '../../core/ports.ts';
import type { ProviderOptions } from './authentication-provider.ts';
import type { StytchProject } from './session-reader.ts';

export async function loadSdkAdapters(
  project: StytchProject,
  options: ProviderOptions,
): Promise<{ readonly provider: AuthenticationProvider; readonly keeper: SessionKeeper }> {
  const [{ createAuthenticationProvider }, { createStytchSdk }, { createSessionKeeper }] = await Promise.all([
    import('./authentication-provider.ts'),
    import('./sdk-client.ts'),
    import('./session-keeper.ts'),
  ]);
  const sdk = createStytchSdk(project);
  return { provider: createAuthenticationProvider(sdk, options), keeper: createSessionKeeper(sdk) };
}

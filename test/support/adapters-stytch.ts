// The Stytch simulator over HTTP, as the adapters meet it.
import { createHash } from 'node:crypto';
import { createAuthenticationProvider } from '../../functions/adapters/stytch/authentication-provider.ts';
import { createStytchSdk, type StytchSdk } from '../../functions/adapters/stytch/sdk-client.ts';
import type { StytchProject } from '../../functions/adapters/stytch/transport.ts';
import type { AuthenticationProvider } from '../../functions/core/ports.ts';
import { type Listening, listen } from '../../simulators/server.ts';
import { createStytchSimulator, type StytchSimulator } from '../../simulators/stytch/simulator.ts';
import { silent } from './adapters-log.ts';
import { fixedSecret } from './adapters-secrets.ts';

export const PROJECT_ID = 'project-test-6f2c1d4e-9b7a-4c55-8f3e-1a2b3c4d5e6f';
export const SECRET = 'secret-test-of-the-project-AbCdEf';
export const CALLBACK = 'https://app.bank.example/callback';

/** RFC 7636, appendix B. */
export const CODE_VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
export const CODE_CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

export interface StytchBench {
  readonly simulator: StytchSimulator;
  readonly controls: StytchSimulator['controls'];
  readonly server: Listening;
  readonly project: StytchProject;
  readonly jwksUrl: string;
  /** Milliseconds by which the project's clock is ahead of the real one. */
  readonly time: { aheadMs: number };
  /** How often a path was called. */
  calls(path: string): number;
  close(): Promise<void>;
}

export async function startStytch(projectId = PROJECT_ID): Promise<StytchBench> {
  const time = { aheadMs: 0 };
  const simulator = createStytchSimulator({
    projectId,
    secret: SECRET,
    redirectUrls: [CALLBACK],
    now: () => Date.now() + time.aheadMs,
  });
  const paths: string[] = [];
  const server = await listen((request) => {
    paths.push(new URL(request.url).pathname);
    return simulator.handle(request);
  }, 0);
  simulator.controls.setSwitches({ rateLimit: 'off' });
  await simulator.ready();
  return {
    simulator,
    controls: simulator.controls,
    server,
    project: { baseUrl: server.url, projectId, secret: fixedSecret(SECRET), log: silent },
    jwksUrl: `${server.url}/v1/sessions/jwks/${projectId}`,
    time,
    calls: (path) => paths.filter((one) => one === path).length,
    close: () => server.close(),
  };
}

/** An error answer in Stytch's own form. */
export const stytchError = (status: number, errorType: string) => ({
  status_code: status,
  request_id: 'request-id-test-1',
  error_type: errorType,
  error_message: 'Words of Stytch that nobody may see.',
  error_url: 'https://stytch.com/docs',
});

export const EMAIL = 'ada@customer.example';
export const NUMBER = '+15555550100';
export const PASSKEY_DOMAIN = 'bank.example';
export const ORIGIN = 'https://bank.example';

/** The SDK and the adapter over it, on any host that speaks like Stytch. */
export function sdkAdapter(project: StytchProject): {
  sdk: StytchSdk;
  provider: AuthenticationProvider;
} {
  const sdk = createStytchSdk(project);
  const provider = createAuthenticationProvider(sdk, {
    environment: 'test',
    passkeyDomain: PASSKEY_DOMAIN,
    uuidOf: async (text) => {
      const hex = createHash('sha256').update(text).digest('hex');
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
    },
  });
  return { sdk, provider };
}

export interface SignedIn {
  readonly stytchUserId: string;
  readonly sessionId: string;
  readonly sessionToken: string;
  readonly sessionJwt: string;
}

/** A user with an email, signed in by it. */
export async function signedIn({ controls }: StytchBench, email = EMAIL): Promise<SignedIn> {
  const { userId } = await controls.seedUser({ email });
  return { stytchUserId: userId, ...(await controls.startSession({ userId })) };
}

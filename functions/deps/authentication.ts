// The wiring of signing up, of sessions and of second factors: sign-ins and factors by Stytch's SDK, sessions without.
import { createChallenges } from '../adapters/challenges.ts';
import { loadSdkAdapter } from '../adapters/stytch/sdk-adapter.ts';
import { createSessionKeeper } from '../adapters/stytch/session-keeper.ts';
import { createContactProvider } from '../adapters/unit/contact-provider.ts';
import type { EnrolmentPorts } from '../core/factors/enrolment.ts';
import type { KeepPorts } from '../core/session/keep-session.ts';
import type { SignUpPorts } from '../core/session/sign-up.ts';
import { once } from '../once.ts';
import { type Base, clock, createBase } from './base.ts';

const sdkAdapter = ({ project, config, hashes }: Base, passkeyDomain: string) =>
  loadSdkAdapter(project(), {
    environment: config().get('VENDOR_ENVIRONMENT'),
    passkeyDomain,
    uuidOf: hashes().uuidOf,
  });

export function createStepUpDeps() {
  const base = createBase('step-up');
  const { config, gate, counters, hashes, unit } = base;
  const stytch = once(() => sdkAdapter(base, config().get('PASSKEY_DOMAIN')));
  return {
    ...base,
    warming: { ...base.warming, stytchSdk: () => stytch() },
    enrolling: once(
      async (): Promise<EnrolmentPorts> => ({
        ...gate(),
        provider: await stytch(),
        keeper: createSessionKeeper(base.project()),
        counters: counters(),
        challenges: createChallenges(hashes(), clock),
        contacts: createContactProvider(unit()),
      }),
    ),
  };
}

export function createSignUpDeps() {
  const base = createBase('signup');
  const { config, counters, hashes, jwts, sessions, runtime } = base;
  // It registers no passkeys.
  const stytch = once(() => sdkAdapter(base, ''));
  const shared = () => ({
    jwts: jwts(),
    clock,
    log: runtime.log,
    session: {
      idleSeconds: config().get('SESSION_IDLE_SECONDS'),
      maxSeconds: config().get('SESSION_MAX_SECONDS'),
    },
  });
  return {
    ...base,
    warming: { ...base.warming, stytchSdk: () => stytch() },
    signingUp: once(
      async (): Promise<SignUpPorts> => ({
        ...shared(),
        provider: await stytch(),
        counters: counters(),
        challenges: createChallenges(hashes(), clock),
        redirectUrls: config().get('REDIRECT_URLS'),
        pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      }),
    ),
    keeping: once(
      (): KeepPorts => ({
        ...shared(),
        keeper: createSessionKeeper(base.project()),
        sessions: sessions(),
      }),
    ),
  };
}

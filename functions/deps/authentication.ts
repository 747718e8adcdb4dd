// The ports of signing up, of sessions and of second factors: all that calls Stytch by its SDK.
import { createChallenges } from '../adapters/challenges.ts';
import { loadSdkAdapters } from '../adapters/stytch/sdk-adapters.ts';
import { createContactProvider } from '../adapters/unit/contact-provider.ts';
import type { EnrolmentPorts } from '../core/factors/enrolment.ts';
import type { KeepPorts } from '../core/session/keep-session.ts';
import type { SignUpPorts } from '../core/session/sign-up.ts';
import { once } from '../once.ts';
import { type Base, clock } from './base.ts';

const sdkAdapters = ({ project, config, hashes }: Base, passkeyDomain: () => string) =>
  once(() =>
    loadSdkAdapters(project(), {
      environment: config().get('VENDOR_ENVIRONMENT'),
      passkeyDomain: passkeyDomain(),
      uuidOf: hashes().uuidOf,
    }),
  );

export function enrolmentPorts(base: Base) {
  const stytch = sdkAdapters(base, () => base.config().get('PASSKEY_DOMAIN'));
  return {
    stytchSdk: () => stytch(),
    enrolling: once(
      async (): Promise<EnrolmentPorts> => ({
        ...base.gate(),
        ...(await stytch()),
        counters: base.counters(),
        challenges: createChallenges(base.hashes(), clock),
        contacts: createContactProvider(base.unit()),
      }),
    ),
  };
}

export function signUpPorts(base: Base) {
  // It registers no passkeys.
  const stytch = sdkAdapters(base, () => '');
  const shared = once(() => {
    const { config, jwts, runtime } = base;
    const session = {
      idleSeconds: config().get('SESSION_IDLE_SECONDS'),
      maxSeconds: config().get('SESSION_MAX_SECONDS'),
    };
    return { jwts: jwts(), clock, log: runtime.log, session };
  });
  return {
    stytchSdk: () => stytch(),
    signingUp: once(
      async (): Promise<SignUpPorts> => ({
        ...shared(),
        provider: (await stytch()).provider,
        counters: base.counters(),
        challenges: createChallenges(base.hashes(), clock),
        redirectUrls: base.config().get('REDIRECT_URLS'),
        pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      }),
    ),
    keeping: once(
      async (): Promise<KeepPorts> => ({
        ...shared(),
        keeper: (await stytch()).keeper,
        sessions: base.sessions(),
      }),
    ),
  };
}

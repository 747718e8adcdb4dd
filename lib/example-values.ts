// What of a stage is still the example's: refused where a live stage is asked for by name, so that none is deployed.
import type { Stage } from './stages.ts';

/** No credentials are of this account, so what is bound to it can be looked at and not deployed. */
export const nobodysAccount = '000000000000';

/** Faults of a live stage that the team has not made its own; none of any other. */
export function exampleFaults(stage: Stage): readonly string[] {
  if (stage.vendorEnvironment !== 'live') return [];
  const { allowedOrigins, redirectUrls, passkeyDomain, problemTypeBaseUrl, alarmEmail } = stage;
  const values = {
    stytchProjectId: stage.stytchProjectId,
    stytchCustomDomain: stage.stytchCustomDomain ?? '',
    ...Object.fromEntries(allowedOrigins.map((it, index) => [`allowedOrigins[${index}]`, it])),
    ...Object.fromEntries(redirectUrls.map((it, index) => [`redirectUrls[${index}]`, it])),
    passkeyDomain,
    problemTypeBaseUrl,
    'customDomain.name': stage.customDomain?.name ?? '',
    cloudFrontDomain: stage.cloudFrontDomain ?? '',
    alarmEmail: alarmEmail ?? '',
  };
  const examples = Object.entries(values).filter(([, value]) => isExample(value));
  return [
    ...examples.map(([field, value]) => `${field} must be your own, not the example ${value}`),
    ...(alarmEmail === undefined
      ? ['alarmEmail must be an address that somebody reads: alarms ring there']
      : []),
  ];
}

const isExample = (value: string): boolean =>
  value.includes('-00000000-0000-') || /(?:^|[./@])bank\.example(?:[/:]|$)/.test(value);

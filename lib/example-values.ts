// What of a stage is still the example's: refused where a live stage is asked for by name, so that none is deployed.
import type { Stage } from './stages.ts';

/** No credentials are of this account, so what is bound to it can be looked at and not deployed. */
export const nobodysAccount = '000000000000';

/** Faults of a live stage that the team has not made its own; none of any other. */
export function exampleFaults(stage: Stage): readonly string[] {
  if (stage.vendorEnvironment !== 'live') return [];
  return [
    ...exampleValues(stage).map(([field, value]) => `${field} must be your own, not the example ${value}`),
    ...(stage.alarmEmail === undefined
      ? ['alarmEmail must be an address that somebody reads: alarms ring there']
      : []),
  ];
}

/** Field and value of all that is still the example's. */
export function exampleValues(stage: Stage): readonly (readonly [field: string, value: string])[] {
  const values = {
    stytchProjectId: stage.stytchProjectId,
    stytchCustomDomain: stage.stytchCustomDomain ?? '',
    ...Object.fromEntries(stage.allowedOrigins.map((it, index) => [`allowedOrigins[${index}]`, it])),
    ...Object.fromEntries(stage.redirectUrls.map((it, index) => [`redirectUrls[${index}]`, it])),
    passkeyDomain: stage.passkeyDomain,
    problemTypeBaseUrl: stage.problemTypeBaseUrl,
    'customDomain.name': stage.customDomain?.name ?? '',
    cloudFrontDomain: stage.cloudFrontDomain ?? '',
    alarmEmail: stage.alarmEmail ?? '',
  };
  return Object.entries(values).filter(([, value]) => isExample(value));
}

const isExample = (value: string): boolean =>
  value.includes('-00000000-0000-') || /(?:^|[./@])bank\.example(?:[/:]|$)/.test(value);

// The secrets, the keys that Unit is to trust, and the clocks.
import type { KeyEndpoint } from '../adapters/key-endpoint.ts';
import type { Place } from '../base/place.ts';
import { catalog } from '../secrets/catalog.ts';
import type { SecretState } from '../secrets/state.ts';
import { doubtful, type Finding, fine, wrong } from './finding.ts';

const codes = {
  empty: 'secret_empty',
  malformed: 'secret_malformed',
  refused: 'secret_refused',
  other_environment: 'secret_other_environment',
  too_narrow: 'scopes_too_narrow',
} as const;

const DAY_MS = 86_400_000;

export function secretFindings(stage: string, state: SecretState, now: number): readonly Finding[] {
  const { name, judgement, note, hasPrevious, changedAt } = state;
  const text = `${name}: ${note}`;
  const command = `npm run secrets -- --stage ${stage} --only ${name} --apply`;
  const isOpen = hasPrevious && changedAt !== null && now - changedAt.getTime() > DAY_MS;
  return [
    judgement === 'good'
      ? fine('secret_works', text)
      : judgement === 'too_wide'
        ? doubtful('scopes_too_wide', text, `Make a token for ${catalog[name].title}, then ${command}`)
        : judgement === 'unknown'
          ? wrong('vendor_unreachable', text, 'Look at the status page of the vendor, and at your network.')
          : wrong(codes[judgement], text, command),
    ...(isOpen
      ? [
          doubtful(
            'rotation_open',
            `${name}: the previous value still counts after a day`,
            `npm run secrets -- --stage ${stage} --end-rotation --apply`,
          ),
        ]
      : []),
  ];
}

export const jwksUrlOf = ({ stytchUrl, stytchProjectId }: Place): string =>
  `${stytchUrl}/v1/sessions/jwks/${stytchProjectId}`;

/** `output` is what the stack tells people to paste into Unit. */
export function jwksFindings(
  place: Place,
  output: string | undefined,
  endpoint: KeyEndpoint | null,
): readonly Finding[] {
  const url = jwksUrlOf(place);
  const same =
    output === url
      ? []
      : [
          wrong(
            'jwks_url_differs',
            `the stack tells ${output ?? 'none'}, the keys are at ${url}`,
            'Deploy this version.',
          ),
        ];
  if (endpoint === null || endpoint.status !== 200) {
    const status = endpoint === null ? 'no answer' : `status ${endpoint.status}`;
    return [
      ...same,
      wrong('jwks_unreachable', `${url}: ${status}`, 'Is the project id right? Without keys nothing works.'),
    ];
  }
  const { algorithms } = endpoint;
  if (!algorithms.includes('RS256')) {
    const found = algorithms.length === 0 ? 'no key' : algorithms.join(', ');
    return [...same, wrong('jwks_without_rs256', `${url}: ${found}`, 'Ask Stytch: Unit takes RS256 alone.')];
  }
  return [...same, fine('jwks', `${url} answers with keys of RS256: ${algorithms.length}`)];
}

const LARGEST_SKEW_SECONDS = 5;

/** `skew` in seconds, positive where the vendor is ahead; null where it was not told. */
export function clockFindings(vendor: string, skew: number | null): readonly Finding[] {
  if (skew === null) return [];
  if (Math.abs(skew) <= LARGEST_SKEW_SECONDS)
    return [fine('clock', `${vendor} and this machine agree on the time`)];
  return [
    doubtful(
      'clock_skew',
      `the clock of ${vendor} is ${Math.abs(skew)} s ${skew > 0 ? 'ahead of' : 'behind'} this machine`,
      'Set the clock of this machine: AWS signs by it, and ages are told by it.',
    ),
  ];
}

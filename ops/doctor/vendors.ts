// The secrets, the keys that Unit is to trust, and the clocks.
import type { SecretValue } from '../../functions/adapters/secrets.ts';
import type { KeyEndpoint } from '../adapters/key-endpoint.ts';
import type { Place } from '../base/place.ts';
import { catalog } from '../secrets/catalog.ts';
import { type OriginState, originRemedy } from '../secrets/origin.ts';
import type { SecretState } from '../secrets/state.ts';
import { endRotationCommand, fillCommand } from '../secrets/stored.ts';
import { byHand, doubtful, type Finding, fine, wrong } from './finding.ts';

const codes = {
  empty: 'secret_empty',
  malformed: 'secret_malformed',
  refused: 'secret_refused',
  other_environment: 'secret_other_environment',
  too_narrow: 'scopes_too_narrow',
} as const;

const DAY_MS = 86_400_000;

export function secretFindings(stage: string, { name, judgement, note }: SecretState): readonly Finding[] {
  const text = `${name}: ${note}`;
  const command = fillCommand(stage, name);
  switch (judgement) {
    case 'good':
      return [fine('secret_works', text)];
    case 'too_wide':
      return [doubtful('scopes_too_wide', text, `Make a token for ${catalog[name].title}, then: ${command}`)];
    case 'unproved':
      return [byHand('scopes_unseen', text, "Unit's dashboard, Developer, API Tokens: look at its scopes.")];
    case 'unknown':
      return [
        wrong(
          'vendor_unreachable',
          text,
          "Look at the vendor's status page and at your network, then run it again.",
        ),
      ];
    default:
      return [wrong(codes[judgement], text, command)];
  }
}

/** Where Unit signs with the value of now: until then the previous one is in use, however old. */
export const rotationFindings = (
  stage: string,
  { previous }: SecretValue,
  changedAt: Date | null,
  now: number,
): readonly Finding[] =>
  previous === undefined || changedAt === null || now - changedAt.getTime() <= DAY_MS
    ? []
    : [
        doubtful(
          'rotation_open',
          'webhook: the previous value still counts after a day, and Unit signs with the new one',
          endRotationCommand(stage),
        ),
      ];

/** What CloudFront brings: with a bad one no route answers anybody. */
export function originFindings(state: OriginState, now: number): readonly Finding[] {
  const { judgement, note, changedAt, hasPrevious } = state;
  if (judgement !== 'good') {
    const text = `origin: ${note}; behind CloudFront every route answers 503 not_configured`;
    return [wrong(`origin_secret_${judgement}`, text, originRemedy)];
  }
  if (!hasPrevious) return [fine('origin_secret', `origin: ${note}`)];
  const text = `origin: ${note}; the previous one still counts`;
  return changedAt === null || now - changedAt.getTime() <= DAY_MS
    ? [fine('origin_secret', text)]
    : [doubtful('origin_rotation_open', `${text} after a day`, originRemedy)];
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
  if (skew === null) {
    const text = `whether the clock of ${vendor} and of this machine agree: it told no time`;
    return [byHand('clock_unseen', text, 'Compare this machine with a time server: AWS signs by its clock.')];
  }
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

// Links in mails: made with a redirect URL and a hop, checked when their token comes back.
import { createHash } from 'node:crypto';
import type { Link, LinkKind, SentAttributes } from './deliveries.ts';
import { type ErrorType, Refusal } from './errors.ts';
import { MINUTE_MS } from './timestamps.ts';
import type { Address, User } from './users.ts';
import type { World } from './world.ts';

/** The path of the page that a mailed link opens first. */
export const HOP_PATH = '/v1/magic_links/redirect';

/** The rate limit of mailed links, counted for each address. */
export const MAILED_LINKS = 'magic_links';

export interface LinkRequest {
  readonly kind: LinkKind;
  readonly user: User;
  readonly address: Address;
  readonly redirectUrl: string | undefined;
  readonly minutes: number;
  readonly codeChallenge?: string | undefined;
  readonly attributes?: SentAttributes | undefined;
}

/**
 * The registered URL that was asked for, or the project's default.
 * @throws Refusal when it is not registered, letter for letter
 */
export function registeredUrl(world: World, asked: string | undefined): string {
  if (asked === undefined) {
    const first = world.redirectUrls[0];
    if (first === undefined) throw new Refusal('no_login_redirect_url');
    return first;
  }
  if (!URL.canParse(asked)) throw new Refusal('invalid_magic_link_url');
  if (!world.redirectUrls.includes(asked)) throw new Refusal('no_match_for_provided_magic_link_url');
  return asked;
}

/** Puts a mail with a link into the inbox. */
export function mailLink(world: World, request: LinkRequest): Link {
  const token = world.newToken();
  const hop = new URL(HOP_PATH, world.publicUrl());
  hop.searchParams.set('stytch_token_type', tokenType(request.kind));
  hop.searchParams.set('token', token);
  const now = world.now();
  const link: Link = {
    kind: request.kind,
    token,
    userId: request.user.userId,
    addressId: request.address.id,
    to: request.address.value,
    redirectUrl: registeredUrl(world, request.redirectUrl),
    hopUrl: hop.href,
    codeChallenge: request.codeChallenge,
    attributes: request.attributes ?? {},
    embeddedId: undefined,
    sentAt: now,
    expiresAt: now + request.minutes * MINUTE_MS,
    isUsed: false,
  };
  world.deliveries.addLink(link);
  return link;
}

/** What the redirect says about its token. */
export function tokenType(kind: LinkKind): 'magic_links' | 'reset_password' {
  return kind === 'reset_password' ? 'reset_password' : 'magic_links';
}

/**
 * Checks a PKCE verifier against the challenge that the flow began with. Assumed: a failure leaves the token good.
 * @throws Refusal
 */
export function requireVerifier(challenge: string | undefined, verifier: string | undefined): void {
  if (challenge === undefined) {
    if (verifier !== undefined) throw new Refusal('pkce_did_not_expect_code_verifier');
    return;
  }
  if (verifier === undefined) throw new Refusal('pkce_expected_code_verifier');
  if (createHash('sha256').update(verifier).digest('base64url') !== challenge)
    throw new Refusal('pkce_mismatch');
}

export interface MatchOptions {
  readonly ip_match_required?: boolean | undefined;
  readonly user_agent_match_required?: boolean | undefined;
}

/**
 * Compares the attributes of sending and proving where the options ask for it; a missing one never matches.
 * @throws Refusal `attribute_mismatch`
 */
export function requireMatch(
  sent: SentAttributes,
  given: SentAttributes | undefined,
  options: MatchOptions | undefined,
): void {
  const isSame = (name: 'ip_address' | 'user_agent'): boolean =>
    sent[name] !== undefined && sent[name] === given?.[name];
  if (options?.ip_match_required && !isSame('ip_address')) throw new Refusal('attribute_mismatch');
  if (options?.user_agent_match_required && !isSame('user_agent')) throw new Refusal('attribute_mismatch');
}

/**
 * The link behind a token, if it is still good for its purpose.
 * @throws Refusal
 */
export function liveLink(
  world: World,
  token: string,
  expected: { readonly isReset: boolean; readonly refusal: ErrorType },
): Link {
  const link = world.deliveries.link(token);
  const fits = link !== undefined && (link.kind === 'reset_password') === expected.isReset;
  if (!fits) throw new Refusal('magic_link_not_found');
  if (link.isUsed || link.expiresAt <= world.now()) throw new Refusal(expected.refusal);
  return link;
}

// What Unit checks of a session JWT, in its order; audience, age, replay and factors are not its business.
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { invalidValue, refusal, titleOf, UnitError } from './errors.ts';
import type { Jwks } from './jwks.ts';
import type { Customer } from './records.ts';
import type { World } from './world.ts';

const POINTER = '/data/attributes/jwtToken';

interface Parts {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly signed: string;
  readonly signature: Buffer;
}

/**
 * Checks that a text has the shape of a JWT.
 * @throws UnitError
 */
export function requireJwtShape(world: World, jwt: string): Parts {
  const [header, payload, signature, ...rest] = jwt.split('.');
  if (header === undefined || payload === undefined || signature === undefined || rest.length > 0) {
    throw refused(world, 'the JWT must have three parts');
  }
  const parts = { header: objectOf(header), claims: objectOf(payload) };
  if (parts.header === undefined || parts.claims === undefined || !isBase64url(signature)) {
    throw refused(world, 'the parts of the JWT cannot be read');
  }
  return {
    header: parts.header,
    claims: parts.claims,
    signed: `${header}.${payload}`,
    signature: Buffer.from(signature, 'base64url'),
  };
}

/**
 * Verifies a JWT for a customer, in the order in which Unit does.
 * @throws UnitError naming what is wrong
 */
export async function verifyJwt(world: World, jwks: Jwks, jwt: string, customer: Customer): Promise<void> {
  if (!jwks.isConfigured) throw invalidValue('the org has no jwtSettings', POINTER);
  const { header, claims, signed, signature } = requireJwtShape(world, jwt);
  if (header['alg'] !== 'RS256') throw refused(world, 'the JWT must be signed with RS256');
  const { kid } = header;
  if (typeof kid !== 'string' || kid === '') throw refused(world, 'the JWT names no kid');
  const key = await keyOf(jwks, kid);
  if (key === undefined) throw refused(world, `kid ${kid} is not in the JWKS of the jwtSettings`);
  if (!verify('RSA-SHA256', Buffer.from(signed), key, signature)) {
    throw refused(world, 'the signature of the JWT is not valid');
  }
  const { exp, sub, iss } = claims;
  const { clockSkewSeconds, issuerCheck, issuer } = world.switches;
  if (typeof exp !== 'number' || (exp + clockSkewSeconds) * 1_000 <= world.now()) {
    throw refused(world, 'the JWT has expired');
  }
  if (typeof sub !== 'string') throw refused(world, 'the JWT has no subject');
  if (!subjectsOf(customer).includes(sub)) throw refused(world, 'the subject is not that of the customer');
  if (issuerCheck && issuer !== null && iss !== issuer)
    throw refused(world, 'the issuer is not that of the org');
}

const refused = (world: World, details: string): UnitError =>
  new UnitError({
    status: world.switches.failureStatus,
    title: titleOf(world.switches.failureStatus),
    code: world.switches.failureCode,
    details,
    pointer: POINTER,
  });

async function keyOf(jwks: Jwks, kid: string): Promise<KeyObject | undefined> {
  try {
    const key = await jwks.key(kid);
    return key === undefined ? undefined : createPublicKey({ key, format: 'jwk' });
  } catch {
    // assumed: what Unit answers while the identity provider's keys cannot be had
    throw refusal(500, undefined, 'the JWKS of the jwtSettings cannot be had');
  }
}

/** Everybody whose JWT opens this customer. */
function subjectsOf({ person, authorizedUsers }: Customer): string[] {
  const own =
    person.type === 'businessCustomer' ? person.attributes.contact.jwtSubject : person.attributes.jwtSubject;
  return [own, ...authorizedUsers.map((user) => user.jwtSubject)].filter(
    (subject): subject is string => typeof subject === 'string' && subject !== '',
  );
}

const isBase64url = (text: string): boolean => /^[A-Za-z0-9_-]+$/.test(text);

function objectOf(part: string): Record<string, unknown> | undefined {
  if (!isBase64url(part)) return undefined;
  try {
    const parsed: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined;
    return Object.fromEntries(Object.entries(parsed));
  } catch {
    return undefined;
  }
}

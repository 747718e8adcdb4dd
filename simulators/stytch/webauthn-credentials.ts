// Credentials as browsers send them: read, then verified by a library made for that.
import { verifyAuthenticationResponse, verifyRegistrationResponse } from '@simplewebauthn/server';
import * as z from 'zod/mini';
import { Refusal } from './errors.ts';
import type { WebauthnRegistration } from './users.ts';
import type { WebauthnChallenge } from './webauthn.ts';

/** Either alphabet of base64, turned into the one for URLs. */
const base64 = z.pipe(
  z.string().check(z.regex(/^[A-Za-z0-9+/_-]*=*$/)),
  z.transform((text) => Buffer.from(text, 'base64').toString('base64url')),
);

const shared = {
  id: base64,
  rawId: base64,
  type: z.literal('public-key'),
  clientExtensionResults: z._default(z.object({}), {}),
};

const attestationShape = z.object({
  ...shared,
  response: z.object({ clientDataJSON: base64, attestationObject: base64 }),
});

const assertionShape = z.object({
  ...shared,
  response: z.object({
    clientDataJSON: base64,
    authenticatorData: base64,
    signature: base64,
    userHandle: z.optional(z.nullable(base64)),
  }),
});

const clientDataShape = z.object({ challenge: z.string(), origin: z.string() });

type ClientData = z.infer<typeof clientDataShape>;

export interface Credential<T> {
  readonly json: T;
  readonly clientData: ClientData;
}

export type Attestation = Credential<z.infer<typeof attestationShape>>;
export type Assertion = Credential<z.infer<typeof assertionShape>>;

/**
 * A new credential.
 * @throws Refusal `invalid_public_key_credential`
 */
export function readAttestation(text: string): Attestation {
  const json = parsed(attestationShape, text);
  return { json, clientData: clientData(json.response.clientDataJSON) };
}

/**
 * A signature by a known credential.
 * @throws Refusal `invalid_public_key_credential`
 */
export function readAssertion(text: string): Assertion {
  const json = parsed(assertionShape, text);
  return { json, clientData: clientData(json.response.clientDataJSON) };
}

/** The key of a new credential, if it was made for this challenge and domain. */
export async function verifyAttestation(
  { json, clientData: { origin } }: Attestation,
  { challenge, domain }: WebauthnChallenge,
): Promise<Pick<WebauthnRegistration, 'credentialId' | 'publicKey' | 'counter'> | undefined> {
  if (!isOriginOf(domain, origin)) return undefined;
  const verified = await verifyRegistrationResponse({
    response: json,
    expectedChallenge: challenge,
    expectedOrigin: origin,
    expectedRPID: domain,
    requireUserVerification: false,
  }).catch(() => undefined);
  const credential = verified?.registrationInfo?.credential;
  if (verified?.verified !== true || credential === undefined) return undefined;
  return { credentialId: credential.id, publicKey: credential.publicKey, counter: credential.counter };
}

/** The new signature counter, if the credential signed this challenge for this domain. */
export async function verifyAssertion(
  { json, clientData: { origin } }: Assertion,
  { challenge, domain }: WebauthnChallenge,
  known: WebauthnRegistration,
): Promise<number | undefined> {
  if (!isOriginOf(domain, origin) || known.domain !== domain) return undefined;
  const { userHandle, ...response } = json.response;
  const verified = await verifyAuthenticationResponse({
    response: {
      ...json,
      response: typeof userHandle === 'string' ? { ...response, userHandle } : response,
    },
    expectedChallenge: challenge,
    expectedOrigin: origin,
    expectedRPID: domain,
    credential: { id: known.credentialId, publicKey: known.publicKey, counter: known.counter },
    requireUserVerification: false,
  }).catch(() => undefined);
  return verified?.verified === true ? verified.authenticationInfo.newCounter : undefined;
}

/** A page may use the passkeys of its own host and of the domains above it, over https or on this machine. */
function isOriginOf(domain: string, origin: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, hostname } = new URL(origin);
  const isHost = hostname === domain || hostname.endsWith(`.${domain}`);
  return isHost && (protocol === 'https:' || (protocol === 'http:' && hostname === 'localhost'));
}

function clientData(encoded: string): ClientData {
  return parsed(clientDataShape, Buffer.from(encoded, 'base64url').toString());
}

function parsed<T>(shape: z.ZodMiniType<T>, text: string): T {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Refusal('invalid_public_key_credential');
  }
  const result = z.safeParse(shape, json);
  if (!result.success) throw new Refusal('invalid_public_key_credential');
  return result.data;
}

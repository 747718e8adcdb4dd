// The options that a browser turns into a passkey prompt, in the two encodings that Stytch offers.
import type { User, WebauthnRegistration } from './users.ts';
import type { WebauthnChallenge } from './webauthn.ts';

const TIMEOUT_MS = 300_000;
const ES256 = -7;
const RS256 = -257;

export interface OptionWishes {
  readonly return_passkey_credential_options?: boolean | undefined;
  readonly use_base64_url_encoding?: boolean | undefined;
  readonly authenticator_type?: string | undefined;
  readonly override_id?: string | undefined;
  readonly override_name?: string | undefined;
  readonly override_display_name?: string | undefined;
}

/** What `navigator.credentials.create` wants under `publicKey`. */
export function creationOptions(
  user: User,
  challenge: WebauthnChallenge,
  wishes: OptionWishes,
): Record<string, unknown> {
  const encode = encoder(wishes);
  const name = wishes.override_name ?? user.addresses[0]?.value ?? user.userId;
  const attachment = wishes.authenticator_type;
  return {
    rp: { id: challenge.domain, name: challenge.domain },
    user: {
      id: encode(Buffer.from(wishes.override_id ?? user.userId)),
      name,
      displayName: wishes.override_display_name ?? name,
    },
    challenge: encode(Buffer.from(challenge.challenge, 'base64url')),
    pubKeyCredParams: [ES256, RS256].map((alg) => ({ type: 'public-key', alg })),
    timeout: TIMEOUT_MS,
    excludeCredentials: descriptors(
      user.registrations.filter((known) => known.domain === challenge.domain),
      encode,
    ),
    authenticatorSelection: {
      ...(attachment === undefined ? {} : { authenticatorAttachment: attachment }),
      ...(wishes.return_passkey_credential_options === true
        ? { residentKey: 'required', requireResidentKey: true }
        : {}),
      userVerification: 'preferred',
    },
    attestation: 'none',
  };
}

/** What `navigator.credentials.get` wants under `publicKey`. */
export function requestOptions(
  allowed: readonly WebauthnRegistration[],
  challenge: WebauthnChallenge,
  wishes: OptionWishes,
): Record<string, unknown> {
  const encode = encoder(wishes);
  return {
    challenge: encode(Buffer.from(challenge.challenge, 'base64url')),
    timeout: TIMEOUT_MS,
    rpId: challenge.domain,
    allowCredentials: descriptors(allowed, encode),
    userVerification: 'preferred',
  };
}

type Encode = (bytes: Buffer) => string;

function encoder(wishes: OptionWishes): Encode {
  return (bytes) => bytes.toString(wishes.use_base64_url_encoding === true ? 'base64url' : 'base64');
}

function descriptors(
  registrations: readonly WebauthnRegistration[],
  encode: Encode,
): Record<string, unknown>[] {
  return registrations.map((known) => ({
    type: 'public-key',
    id: encode(Buffer.from(known.credentialId, 'base64url')),
  }));
}

// Sessions and their factors.
import { timestamp } from './timestamps.ts';
import type { Address, Metadata, Totp, WebauthnRegistration } from './users.ts';

/** One way in which the user proved to be present, with the sub-object that Stytch shows for it. */
export interface Factor {
  readonly type: string;
  readonly deliveryMethod: string;
  readonly detail: Metadata;
  readonly createdAt: number;
  lastAuthenticatedAt: number;
  updatedAt: number;
}

export type Proof = Pick<Factor, 'type' | 'deliveryMethod' | 'detail'>;

export interface Attributes {
  readonly ip_address: string;
  readonly user_agent: string;
}

export interface Session {
  readonly sessionId: string;
  readonly userId: string;
  readonly token: string;
  readonly attributes: Attributes;
  readonly roles: readonly string[];
  /** An impersonated session neither lives longer nor gains factors. */
  readonly isFixed: boolean;
  startedAt: number;
  lastAccessedAt: number;
  expiresAt: number;
  factors: Factor[];
  customClaims: Metadata;
}

/** The proofs that the simulator can take, in Stytch's names. */
export const proofs = {
  email: (type: 'magic_link' | 'otp', address: Address): Proof => ({
    type,
    deliveryMethod: 'email',
    detail: { email_factor: { email_id: address.id, email_address: address.value } },
  }),
  phone: (deliveryMethod: 'sms' | 'whatsapp', address: Address): Proof => ({
    type: 'otp',
    deliveryMethod,
    detail: { phone_number_factor: { phone_id: address.id, phone_number: address.value } },
  }),
  embeddedLink: (embeddedId: string): Proof => ({
    type: 'magic_link',
    deliveryMethod: 'embedded',
    detail: { embeddable_magic_link_factor: { embedded_id: embeddedId } },
  }),
  totp: (totp: Totp): Proof => ({
    type: 'totp',
    deliveryMethod: 'authenticator_app',
    detail: { authenticator_app_factor: { totp_id: totp.totpId } },
  }),
  recoveryCode: (recoveryCodeId: string): Proof => ({
    type: 'recovery_codes',
    deliveryMethod: 'recovery_code',
    detail: { recovery_code_factor: { totp_recovery_code_id: recoveryCodeId } },
  }),
  webauthn: (registration: WebauthnRegistration): Proof => ({
    type: 'webauthn',
    deliveryMethod: 'webauthn_registration',
    detail: {
      webauthn_factor: {
        webauthn_registration_id: registration.registrationId,
        domain: registration.domain,
        user_agent: registration.userAgent,
      },
    },
  }),
  password: (): Proof => ({ type: 'password', deliveryMethod: 'knowledge', detail: {} }),
  impersonated: (impersonatorId: string, address: string): Proof => ({
    type: 'impersonated',
    deliveryMethod: 'impersonation',
    detail: {
      impersonated_factor: { impersonator_id: impersonatorId, impersonator_email_address: address },
    },
  }),
};

/** A proof taken at `now` as a factor of a session. */
export function factorOf(proof: Proof, now: number): Factor {
  return { ...proof, createdAt: now, lastAuthenticatedAt: now, updatedAt: now };
}

/** Adds a proof to a session, renewing the entry of the same factor if `repeat` says so. */
export function addFactor(
  session: Session,
  proof: Proof,
  { now, repeat }: { readonly now: number; readonly repeat: 'update' | 'append' },
): void {
  const known = session.factors.find(
    (factor) =>
      factor.type === proof.type &&
      factor.deliveryMethod === proof.deliveryMethod &&
      JSON.stringify(factor.detail) === JSON.stringify(proof.detail),
  );
  if (known === undefined || repeat === 'append') session.factors.push(factorOf(proof, now));
  else {
    known.lastAuthenticatedAt = now;
    known.updatedAt = now;
  }
}

/** A factor in the JSON that Stytch shows. */
export function factorView(factor: Factor): Record<string, unknown> {
  return {
    type: factor.type,
    delivery_method: factor.deliveryMethod,
    last_authenticated_at: timestamp(factor.lastAuthenticatedAt),
    created_at: timestamp(factor.createdAt),
    updated_at: timestamp(factor.updatedAt),
    ...factor.detail,
  };
}

/** A session in the JSON that Stytch shows. */
export function sessionView(session: Session): Record<string, unknown> {
  return {
    session_id: session.sessionId,
    user_id: session.userId,
    started_at: timestamp(session.startedAt),
    last_accessed_at: timestamp(session.lastAccessedAt),
    expires_at: timestamp(session.expiresAt),
    attributes: session.attributes,
    roles: session.roles,
    authentication_factors: session.factors.map(factorView),
    ...(Object.keys(session.customClaims).length === 0 ? {} : { custom_claims: session.customClaims }),
  };
}

const PRUNE_ABOVE = 1_000;

export class Sessions {
  #byId = new Map<string, Session>();
  #byToken = new Map<string, Session>();

  add(session: Session, now: number): void {
    if (this.#byId.size > PRUNE_ABOVE)
      for (const old of this.#byId.values()) if (old.expiresAt <= now) this.end(old);
    this.#byId.set(session.sessionId, session);
    this.#byToken.set(session.token, session);
  }

  end(session: Session): void {
    this.#byId.delete(session.sessionId);
    this.#byToken.delete(session.token);
  }

  byId(sessionId: string, now: number): Session | undefined {
    return live(this.#byId.get(sessionId), now);
  }

  byToken(token: string, now: number): Session | undefined {
    return live(this.#byToken.get(token), now);
  }

  ofUser(userId: string, now: number): readonly Session[] {
    return [...this.#byId.values()].filter((session) => session.userId === userId && session.expiresAt > now);
  }

  clear(): void {
    this.#byId.clear();
    this.#byToken.clear();
  }
}

function live(session: Session | undefined, now: number): Session | undefined {
  return session !== undefined && session.expiresAt > now ? session : undefined;
}

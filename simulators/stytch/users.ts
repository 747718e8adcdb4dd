// The users of the project and everything that hangs on one: addresses, second factors, password, lock.
import { Refusal } from './errors.ts';
import { type Environment, isId, requireEnvironment } from './ids.ts';

export type AddressKind = 'email' | 'phone';

/** An email address or a phone number of a user. */
export interface Address {
  readonly id: string;
  readonly kind: AddressKind;
  readonly value: string;
  verified: boolean;
  /** Set while the address is attached on trial: it goes at that moment unless verified before. */
  attachedUntil: number | undefined;
}

export interface RecoveryCode {
  readonly id: string;
  readonly code: string;
  isUsed: boolean;
}

export interface Totp {
  readonly totpId: string;
  readonly secret: string;
  verified: boolean;
  confirmBy: number;
  /** The newest time step whose code was accepted. */
  lastStep: number;
  readonly recoveryCodes: readonly RecoveryCode[];
}

export interface WebauthnRegistration {
  readonly registrationId: string;
  readonly domain: string;
  readonly userAgent: string;
  readonly authenticatorType: string;
  readonly credentialId: string;
  readonly publicKey: Uint8Array<ArrayBuffer>;
  name: string;
  counter: number;
}

export interface Password {
  readonly passwordId: string;
  readonly salt: string;
  readonly hash: string;
  requiresReset: boolean;
}

export interface UserName {
  readonly first_name: string;
  readonly middle_name: string;
  readonly last_name: string;
}

export type Metadata = Readonly<Record<string, unknown>>;

export interface User {
  readonly userId: string;
  readonly createdAt: number;
  status: 'active' | 'pending';
  externalId: string | undefined;
  name: UserName;
  addresses: Address[];
  totps: Totp[];
  registrations: WebauthnRegistration[];
  password: Password | undefined;
  trustedMetadata: Metadata;
  untrustedMetadata: Metadata;
  roles: readonly string[];
  lock: { readonly createdAt: number; readonly expiresAt: number } | undefined;
  /** Failed proofs since the last good one. */
  failures: number;
}

/** How addresses are compared: emails without regard to case. */
export function sameAddress(kind: AddressKind, a: string, b: string): boolean {
  return kind === 'email' ? a.toLowerCase() === b.toLowerCase() : a === b;
}

export class Users {
  readonly #environment: Environment;
  #byId = new Map<string, User>();

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  add(user: User): void {
    this.#byId.set(user.userId, user);
  }

  remove(user: User): void {
    this.#byId.delete(user.userId);
  }

  all(): readonly User[] {
    return [...this.#byId.values()];
  }

  byId(userId: string): User | undefined {
    return this.#byId.get(userId);
  }

  /**
   * The user behind an id parameter, which may hold an external id instead.
   * @throws Refusal
   */
  get(id: string): User {
    requireEnvironment(id, this.#environment);
    const user = this.#byId.get(id) ?? this.all().find((candidate) => candidate.externalId === id);
    if (user !== undefined) return user;
    if (id === '' || (id.startsWith('user-') && !isId('user', id))) throw new Refusal('invalid_user_id');
    throw new Refusal('user_not_found');
  }

  owner(kind: AddressKind, value: string): { user: User; address: Address } | undefined {
    for (const user of this.#byId.values()) {
      const address = user.addresses.find(
        (candidate) => candidate.kind === kind && sameAddress(kind, candidate.value, value),
      );
      if (address !== undefined) return { user, address };
    }
    return undefined;
  }

  ownerOfId(addressId: string): { user: User; address: Address } | undefined {
    for (const user of this.#byId.values()) {
      const address = user.addresses.find((candidate) => candidate.id === addressId);
      if (address !== undefined) return { user, address };
    }
    return undefined;
  }

  /** Drops attached addresses that nobody proved in time. */
  dropUnprovenAddresses(now: number): void {
    for (const user of this.#byId.values()) {
      if (!user.addresses.some((address) => isLapsed(address, now))) continue;
      user.addresses = user.addresses.filter((address) => !isLapsed(address, now));
    }
  }

  clear(): void {
    this.#byId.clear();
  }
}

function isLapsed(address: Address, now: number): boolean {
  return address.attachedUntil !== undefined && address.attachedUntil <= now;
}

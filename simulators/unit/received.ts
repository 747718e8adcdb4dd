// The raw sensitive values that passed through the simulator, so that a leak test can look for them elsewhere.
import { RECEIVED_VALUES } from './assumptions.ts';

const kinds = [
  'ssns',
  'birthDates',
  'passports',
  'jwtTokens',
  'customerTokens',
  'orgTokens',
  'webhookTokens',
  'pans',
  'cvv2s',
  'formTokens',
  'verificationTokens',
  'verificationCodes',
] as const;

/** The kinds of values that must not leak. */
export type SensitiveKind = (typeof kinds)[number];

/** All values by kind. */
export type ReceivedValues = Readonly<Record<SensitiveKind, readonly string[]>>;

const kindOfKey: Readonly<Record<string, SensitiveKind>> = {
  ssn: 'ssns',
  dateOfBirth: 'birthDates',
  passport: 'passports',
  jwtToken: 'jwtTokens',
  token: 'webhookTokens',
  verificationToken: 'verificationTokens',
  verificationCode: 'verificationCodes',
};

/** Remembers sensitive values by kind. */
export class Received {
  #values = new Map<SensitiveKind, Set<string>>();

  note(kind: SensitiveKind, value: string): void {
    const values = this.#values.get(kind) ?? new Set<string>();
    this.#values.set(kind, values);
    values.add(value);
    for (const oldest of values) {
      if (values.size <= RECEIVED_VALUES) break;
      values.delete(oldest);
    }
  }

  /** Notes what a body holds, before anybody judges whether the body is valid. */
  noteBody(body: unknown): void {
    if (typeof body !== 'object' || body === null) return;
    for (const [key, value] of Object.entries(body)) {
      const kind = kindOfKey[key];
      if (kind !== undefined && typeof value === 'string') this.note(kind, value);
      else this.noteBody(value);
    }
  }

  all(): ReceivedValues {
    const of = (kind: SensitiveKind): string[] => [...(this.#values.get(kind) ?? [])];
    return {
      ssns: of('ssns'),
      birthDates: of('birthDates'),
      passports: of('passports'),
      jwtTokens: of('jwtTokens'),
      customerTokens: of('customerTokens'),
      orgTokens: of('orgTokens'),
      webhookTokens: of('webhookTokens'),
      pans: of('pans'),
      cvv2s: of('cvv2s'),
      formTokens: of('formTokens'),
      verificationTokens: of('verificationTokens'),
      verificationCodes: of('verificationCodes'),
    };
  }

  clear(): void {
    this.#values.clear();
  }
}

const maskedKeys = new Set([...Object.keys(kindOfKey), 'matriculaConsular']);

/** A copy of a body whose secrets are replaced. */
export function masked(body: unknown): unknown {
  if (Array.isArray(body)) return body.map(masked);
  if (typeof body !== 'object' || body === null) return body;
  return Object.fromEntries(
    Object.entries(body).map(([key, value]) => [key, maskedKeys.has(key) ? '***' : masked(value)]),
  );
}

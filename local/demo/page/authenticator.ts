// This machine as the phone: the codes of an authenticator app, from the secret that the QR code holds.
import { TOTP } from 'otpauth';
import { memory } from './memory.ts';

const STEP_MS = 30_000;

export interface Code {
  readonly code: string;
  /** Until it is good, since the one before it was used already. */
  readonly waitMs: number;
}

const codeOf = (secret: string, step: number): string =>
  new TOTP({ secret }).generate({ timestamp: step * STEP_MS });
const presentStep = (now: number): number => Math.floor(now / STEP_MS);

/** Kept in this tab alone; an app would never see the secret again. */
export function scan(secret: string): void {
  memory.set('phone', secret);
  memory.forget('phoneStep');
}

export const hasPhone = (): boolean => memory.get('phone') !== undefined;

/** A code that was not used yet; undefined where the secret is on a real phone alone. */
export function nextCode(now = Date.now()): Code | undefined {
  const secret = memory.get('phone');
  if (secret === undefined) return undefined;
  const step = Math.max(presentStep(now), Number(memory.get('phoneStep') ?? -1) + 1);
  // Stytch takes the next code too, so that a phone may be a little ahead.
  return { code: codeOf(secret, step), waitMs: Math.max(0, (step - 1) * STEP_MS - now) };
}

/** A code works once: remembers that this one has, wherever it came from. */
export function codeAccepted(code: string, now = Date.now()): void {
  const secret = memory.get('phone');
  if (secret === undefined) return;
  const present = presentStep(now);
  const step = [present + 1, present, present - 1].find((one) => codeOf(secret, one) === code);
  if (step !== undefined) memory.set('phoneStep', String(step));
}

// Challenges sealed into the id that the client gets: nothing is stored, and nothing of Stytch's can be read from it.
import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import type { Challenges, Clock } from '../core/ports.ts';
import type { KeyedHashes } from './hashes.ts';
import { parseJson } from './json.ts';

const challenge = z.object({
  purpose: z.enum(['email_magic_link', 'email_otp', 'sms']),
  methodId: z.string(),
  stytchUserId: z.string(),
  nonce: z.string(),
  sentAt: z.number(),
});

/** The port over the sealing key. */
export const createChallenges = (hashes: Pick<KeyedHashes, 'seal' | 'open'>, clock: Clock): Challenges => ({
  seal: (bound) =>
    hashes.seal(JSON.stringify({ ...bound, nonce: randomUUID(), sentAt: Math.floor(clock()) })),
  async open(sealed) {
    const text = await hashes.open(sealed);
    const parsed = challenge.safeParse(text === null ? undefined : parseJson(text));
    return parsed.success ? parsed.data : null;
  },
});

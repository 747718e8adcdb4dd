// Unit's webhook: HMAC-SHA1 in base64 over the received bytes, and the batch of events inside (unit.co, Webhooks).
import { createHmac, timingSafeEqual } from 'node:crypto';
import * as z from 'zod/mini';
import { type DecidingReason, ServiceError } from '../../core/errors.ts';
import { parseJson } from '../json.ts';
import { fits, type Secret } from '../secrets.ts';
import { oldestOf, type ParsedEvents, toEvents } from './events.ts';

/** Twenty bytes in base64. */
const signatureForm = /^[A-Za-z0-9+/]{27}=$/;

/** Whether a signature over these bytes was made with this token; the token's characters are the key as they are. */
export function isSignedBy(rawBody: Uint8Array, signature: string | undefined, token: string): boolean {
  if (signature === undefined || !signatureForm.test(signature)) return false;
  const expected = createHmac('sha1', token).update(rawBody).digest();
  return timingSafeEqual(expected, Buffer.from(signature, 'base64'));
}

/**
 * Accepts the present token and, while it is being rotated, the previous one.
 * @throws ServiceError `invalid_signature`
 */
export async function requireSignature(
  webhookToken: Secret,
  rawBody: Uint8Array,
  signature: string | undefined,
): Promise<void> {
  if (signature === undefined) throw new ServiceError('invalid_signature', { reason: 'missing' });
  const isGenuine = await fits(webhookToken, (token) => isSignedBy(rawBody, signature, token));
  if (!isGenuine) throw new ServiceError('invalid_signature', { reason: 'wrong' satisfies DecidingReason });
}

const batch = z.looseObject({ data: z.array(z.unknown()).check(z.maxLength(1000)) });

export interface Delivery extends ParsedEvents {
  /** Of the oldest event; null where none tells. */
  readonly createdAt: number | null;
}

/**
 * Reads a delivery whose signature was proved.
 * @throws ServiceError `invalid_request` when it is no batch
 */
export function parseBatch(rawBody: Uint8Array): Delivery {
  const parsed = batch.safeParse(parseJson(Buffer.from(rawBody).toString('utf8')));
  if (!parsed.success) throw new ServiceError('invalid_request', { reason: 'no_batch' });
  return { ...toEvents(parsed.data.data), createdAt: oldestOf(parsed.data.data) };
}

/** How late a delivery comes, in whole seconds; a clock of Unit's ahead of ours makes it 0. */
export const ageOf = ({ createdAt }: Delivery, now: number): number | null =>
  createdAt === null ? null : Math.max(0, Math.round(now - createdAt));

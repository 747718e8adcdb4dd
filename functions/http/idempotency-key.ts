// The Idempotency-Key header: a structured-field string, or the same without quotes (IETF httpapi draft 07, section 2.1).
import { ServiceError } from '../core/errors.ts';
import type { IncomingRequest } from './event.ts';

/** 16 to 255 visible characters; a comma would be the gateway's join of two headers. */
const form =
  /^(?:"([\x21\x23-\x2b\x2d-\x5b\x5d-\x7e]{16,255})"|([\x21\x23-\x2b\x2d-\x5b\x5d-\x7e]{16,255}))$/;

/**
 * Reads the key.
 * @throws ServiceError `invalid_request` when it is missing, sent twice or malformed
 */
export function readIdempotencyKey(request: IncomingRequest): string {
  const match = form.exec(request.header('idempotency-key')?.trim() ?? '');
  const key = match?.[1] ?? match?.[2];
  if (key !== undefined) return key;
  throw new ServiceError('invalid_request', {
    detail: 'Send one Idempotency-Key header of 16 to 255 visible characters.',
    reason: 'idempotency_key',
  });
}

// A file as the body of a request: its size, its content type, and the signature at the head of its bytes must agree.
import type { MediaType, Route } from '../contract/route.ts';
import { ServiceError } from '../core/errors.ts';
import type { IncomingRequest } from './event.ts';
import { requireSize } from './parse-body.ts';

export interface ReceivedFile {
  readonly mediaType: MediaType;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** How a file of each type begins (PNG 3rd edition section 5.2; JPEG: SOI and the next marker; ISO 32000 section 7.5.2). */
const signatures = {
  'image/png': [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
  'image/jpeg': [0xff, 0xd8, 0xff],
  'application/pdf': [0x25, 0x50, 0x44, 0x46, 0x2d],
} as const satisfies Record<MediaType, readonly number[]>;

/**
 * Reads the file of a route; what is behind its first bytes is not looked at.
 * @throws ServiceError `payload_too_large`, `invalid_request` for nothing at all, `unsupported_media_type`
 */
export function readFile(route: Route, request: IncomingRequest): ReceivedFile {
  requireSize(route, request);
  const bytes = request.rawBody;
  if (bytes.byteLength === 0) {
    throw new ServiceError('invalid_request', { detail: 'The body is empty: send the file itself.' });
  }
  const accepted = route.mediaTypes ?? [];
  const contentType = request.header('content-type')?.toLowerCase();
  const mediaType = accepted.find((one) => one === contentType);
  if (mediaType === undefined) {
    throw new ServiceError('unsupported_media_type', { detail: `Send one of: ${accepted.join(', ')}.` });
  }
  if (!signatures[mediaType].every((byte, i) => bytes[i] === byte)) {
    throw new ServiceError('unsupported_media_type', { detail: `These bytes are no ${mediaType}.` });
  }
  return { mediaType, bytes };
}

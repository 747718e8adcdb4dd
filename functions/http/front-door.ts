// Who may come in where CloudFront stands in front: what CloudFront sent, which alone knows the origin secret.
import { createHash, timingSafeEqual } from 'node:crypto';
import { ServiceError } from '../core/errors.ts';
import type { IncomingRequest } from './event.ts';

/** `previous` while it is being rotated. */
interface OriginValue {
  readonly value: string;
  readonly previous?: string | undefined;
}

interface OriginSecret {
  read(): Promise<OriginValue>;
  /** The value to try after `refused`; null when there is no other. */
  renew(refused: string): Promise<OriginValue | null>;
}

/** Passes a request, or throws. */
export type FrontDoor = (incoming: Pick<IncomingRequest, 'header'>) => Promise<void>;

/** The header that CloudFront adds on its way to the gateway, over whatever a viewer sent. */
export const ORIGIN_SECRET_HEADER = 'x-origin-secret';

export const openDoor: FrontDoor = async () => {};

/**
 * Without it anybody could call the gateway past CloudFront and say who they are (`cloudfront-viewer-address`).
 * @throws ServiceError `not_found` to everybody else, `not_configured`, `temporarily_unavailable`
 */
export const behindCloudFront =
  (secret: OriginSecret): FrontDoor =>
  async ({ header }) => {
    const sent = header(ORIGIN_SECRET_HEADER);
    if (sent === undefined) throw passedBy('missing');
    const present = await secret.read();
    if (fits(sent, present)) return;
    // It may have been rotated since it was cached; a flood of guesses re-reads it once a minute, while it can be read.
    await secret.renew(present.value);
    // Read and not taken from it: `previous` alone may be new.
    if (!fits(sent, await secret.read())) throw passedBy('wrong');
  };

const fits = (sent: string, { value, previous }: OriginValue): boolean =>
  isSame(sent, value) || (previous !== undefined && isSame(sent, previous));

/** In a time that tells nothing of either, their lengths neither. */
const isSame = (one: string, other: string): boolean => timingSafeEqual(digestOf(one), digestOf(other));

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();

const passedBy = (how: 'missing' | 'wrong'): ServiceError =>
  new ServiceError('not_found', {
    detail: 'There is nothing at this address: call the API by its own name.',
    reason: `origin_secret_${how}`,
  });

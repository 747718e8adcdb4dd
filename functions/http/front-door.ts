// Who may come in where CloudFront stands in front: what CloudFront sent, which alone knows the origin secret.
import { createHash, timingSafeEqual } from 'node:crypto';
import { type DecidingReason, ServiceError } from '../core/errors.ts';
import { viewerOf } from './caller.ts';
import type { IncomingRequest } from './event.ts';

interface OriginSecret {
  /** Whether the test holds for a value of the secret that counts now. */
  fits(test: (text: string) => boolean): Promise<boolean>;
}

/** Passes a request, or throws. */
export type FrontDoor = (incoming: Pick<IncomingRequest, 'header'>) => Promise<void>;

/** The header that CloudFront adds on its way to the gateway, over whatever a viewer sent. */
export const ORIGIN_SECRET_HEADER = 'x-origin-secret';

export const openDoor: FrontDoor = async () => {};

/**
 * Without it anybody could call the gateway past CloudFront and say who they are. What CloudFront brings has to name its
 * viewer on every route, so that a distribution which does not is seen by the first request, and not by limits that are shared.
 * @throws ServiceError `not_found` to everybody else, `not_configured`, `temporarily_unavailable`, `server_error` without a viewer
 */
export const behindCloudFront =
  (secret: OriginSecret): FrontDoor =>
  async ({ header }) => {
    const sent = header(ORIGIN_SECRET_HEADER);
    if (sent === undefined) throw passedBy('missing');
    if (!(await secret.fits((text) => isSame(sent, text)))) throw passedBy('wrong');
    viewerOf(header);
  };

/** In a time that tells nothing of either, their lengths neither. */
const isSame = (one: string, other: string): boolean => timingSafeEqual(digestOf(one), digestOf(other));

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();

const passedBy = (how: 'missing' | 'wrong'): ServiceError =>
  new ServiceError('not_found', {
    detail: 'There is nothing at this address: call the API by its own name.',
    reason: `origin_secret_${how}` satisfies DecidingReason,
  });

// Where a call comes from: the gateway's own word, or CloudFront's where the stage says that it stands in front.
import { isIP } from 'node:net';
import { ServiceError } from '../core/errors.ts';
import type { IncomingRequest } from './event.ts';

export interface Caller {
  readonly address: string;
  /** What is counted: an IPv4 address, or the /64 of an IPv6 one, since one household owns all of that. */
  readonly network: string;
}

/** CloudFront's function puts the viewer's address here, over whatever a viewer sent; docs/deploy.md has it. */
export const VIEWER_ADDRESS_HEADER = 'x-viewer-address';

/**
 * The caller's address (ASVS A4.1.3). Behind CloudFront the gateway sees an edge, and front-door.ts has let nobody in who
 * came past CloudFront.
 * @throws ServiceError `server_error` where CloudFront does not say who called
 */
export function callerOf(
  { sourceIp, header }: Pick<IncomingRequest, 'sourceIp' | 'header'>,
  trustedProxy: 'none' | 'cloudfront',
): Caller {
  const address = trustedProxy === 'cloudfront' ? viewerOf(header) : sourceIp;
  return { address, network: networkOf(address) };
}

/**
 * The address that called CloudFront. The edge's own is no substitute: all who share an edge would share their limits.
 * @throws ServiceError `server_error` where there is none
 */
export function viewerOf(header: IncomingRequest['header']): string {
  const address = header(VIEWER_ADDRESS_HEADER) ?? '';
  if (isIP(address) === 0) throw new ServiceError('server_error', { reason: 'viewer_address_missing' });
  return address;
}

/** An IPv4 address as it is, an IPv6 address as its /64. */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.toLowerCase().split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...new Array<string>(zeros).fill('0'), ...right];
  const prefix = groups.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, ''));
  return `${prefix.join(':')}::/64`;
}

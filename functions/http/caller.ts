// Where a call comes from: the gateway's own word, or CloudFront's where the stage says that it stands in front.
import type { IncomingRequest } from './event.ts';

export interface Caller {
  readonly address: string;
  /** What is counted: an IPv4 address, or the /64 of an IPv6 one, since one household owns all of that. */
  readonly network: string;
}

/**
 * The caller's address (ASVS A4.1.3). Behind CloudFront the gateway sees an edge; CloudFront sets the viewer's address
 * over whatever the viewer sent, and front-door.ts has let nobody in who came past it.
 */
export function callerOf(
  { sourceIp, header }: Pick<IncomingRequest, 'sourceIp' | 'header'>,
  trustedProxy: 'none' | 'cloudfront',
): Caller {
  const viewer =
    trustedProxy === 'cloudfront'
      ? /^(.+):\d{1,5}$/.exec(header('cloudfront-viewer-address') ?? '')?.[1]
      : undefined;
  const address = (viewer ?? sourceIp).replace(/^\[|\]$/g, '');
  return { address, network: networkOf(address) };
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

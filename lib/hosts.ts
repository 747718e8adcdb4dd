// What of a host the checks of a stage ask.
import { isIPv4 } from 'node:net';

/** Of this machine alone; a name that only begins like an address is somebody's. */
export const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || (isIPv4(hostname) && hostname.startsWith('127.'));

/** Whether a URL's host is the domain or below it. */
export function isWithin(domain: string, url: string): boolean {
  const { hostname } = URL.canParse(url) ? new URL(url) : { hostname: '' };
  return hostname === domain || hostname.endsWith(`.${domain}`);
}

// The transport: TLS 1.2 or newer, nothing older, and a certificate that is trusted and has days left.
import { type ConnectionOptions, connect, type PeerCertificate } from 'node:tls';
import { type Check, type Outcome, skipped } from './check.ts';

const CONNECT_MS = 10_000;
/** ACM renews sixty days ahead: with fewer left than this, renewal has failed. */
const FEWEST_DAYS = 14;
const DAY_MS = 86_400_000;

interface Connected {
  readonly protocol: string;
  readonly certificate: PeerCertificate;
}

/** Null where no trusted connection comes about. */
const attempt = ({ hostname, port }: URL, options: ConnectionOptions): Promise<Connected | null> =>
  new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port || 443), servername: hostname, ...options });
    const end = (connected: Connected | null): void => {
      socket.destroy();
      resolve(connected);
    };
    socket.setTimeout(CONNECT_MS, () => end(null));
    socket.once('error', () => end(null));
    socket.once('secureConnect', () =>
      end({ protocol: socket.getProtocol() ?? '', certificate: socket.getPeerCertificate() }),
    );
  });

async function run(apiUrl: string): Promise<Outcome> {
  const url = new URL(apiUrl);
  if (url.protocol === 'http:') return skipped('plain http on loopback: nothing to look at');
  const startedAt = performance.now();
  const connected = await attempt(url, { minVersion: 'TLSv1.2' });
  const ms = Math.round(performance.now() - startedAt);
  if (connected === null) return { verdict: 'failed', note: 'no trusted connection by TLS 1.2 or 1.3', ms };
  const old = await attempt(url, {
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.1',
    ciphers: 'DEFAULT@SECLEVEL=0',
  });
  const days = Math.floor((Date.parse(connected.certificate.valid_to) - Date.now()) / DAY_MS);
  const note = `${connected.protocol}, certificate for ${days} more days`;
  const faults = [
    ...(old === null ? [] : [`${old.protocol} is still taken`]),
    ...(days >= FEWEST_DAYS ? [] : ['it should have been renewed']),
  ];
  return { verdict: faults.length === 0 ? 'ok' : 'failed', note: [note, ...faults].join('; '), ms };
}

export const tlsCheck: Check = { name: 'tls', run: ({ apiUrl }) => run(apiUrl) };

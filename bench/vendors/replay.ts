// Stytch, Unit and AWS as the measured processes meet them: over TLS, by their own names, with answers that the simulators
// gave a moment ago and a delay of choice, so that what is measured is the caller and not a simulator.
import { generateKeyPairSync } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { selfSignedCertificate } from '../../simulators/stytch/certificates.ts';

export const sides = ['stytch', 'table', 'unit', 'secrets'] as const;
export type Side = (typeof sides)[number];

export interface RecordedRequest {
  readonly side: Side;
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The action of an AWS call. */
  readonly action: string;
}

interface RecordedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface Replay {
  readonly port: number;
  /** How long each side waits before it answers. */
  setDelays(delays: Readonly<Record<Side, number>>): void;
  /** Connections opened to each side since the last call. */
  takeConnections(): Readonly<Record<Side, number>>;
  /** Every different request so far; those of the last recording first asked for are the last. */
  requests(): readonly RecordedRequest[];
}

const sideOf = (host: string): Side => {
  if (host.endsWith('stytch.com')) return 'stytch';
  if (host.endsWith('unit.sh')) return 'unit';
  return host.startsWith('dynamodb') ? 'table' : 'secrets';
};

const dropped = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'keep-alive',
  'transfer-encoding',
]);
const kept = (headers: Iterable<readonly [string, string]>): Record<string, string> =>
  Object.fromEntries([...headers].filter(([name]) => !dropped.has(name.toLowerCase())));

/** What tells one question from another; a write is the same write whatever its values. */
function questionOf({ side, url, method, body, action }: RecordedRequest): string {
  const isWrite = action === 'UpdateItem' || action === 'PutItem';
  const { Key: key, Item: item } = isWrite ? JSON.parse(body) : { Key: undefined, Item: undefined };
  const what = isWrite ? JSON.stringify([key, item?.pk, item?.sk]) : body;
  return [side, method, url, action, what].join('\n');
}

/** `origins`: where each side's simulator listens. */
export async function startReplay(origins: Readonly<Record<Side, string>>): Promise<Replay> {
  const answers = new Map<string, Promise<RecordedAnswer>>();
  const requests: RecordedRequest[] = [];
  let delays: Readonly<Record<Side, number>> = { stytch: 0, table: 0, unit: 0, secrets: 0 };
  const nothing = { stytch: 0, table: 0, unit: 0, secrets: 0 };
  let connections: Record<Side, number> = { ...nothing };

  const ask = async ({ side, url, method, headers, body }: RecordedRequest): Promise<RecordedAnswer> => {
    const { host: _host, ...sent } = headers;
    const target = `${origins[side]}${new URL(url).pathname}`;
    const answer = await fetch(target, {
      method,
      headers: kept(Object.entries(sent)),
      ...(body !== '' && { body }),
    });
    return {
      status: answer.status,
      headers: kept(answer.headers),
      body: Buffer.from(await answer.arrayBuffer()),
    };
  };

  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const request = await read(incoming);
    const question = questionOf(request);
    let answer = answers.get(question);
    if (answer === undefined) {
      requests.push(request);
      answer = ask(request);
      answers.set(question, answer);
    }
    const { status, headers, body } = await answer;
    const delay = delays[request.side];
    if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
    outgoing.writeHead(status, { ...headers, 'content-length': body.byteLength }).end(body);
  };

  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const der = selfSignedCertificate(publicKey, privateKey).toString('base64');
  const server = createServer(
    {
      key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
      cert: `-----BEGIN CERTIFICATE-----\n${der}\n-----END CERTIFICATE-----\n`,
      keepAliveTimeout: 60_000,
    },
    (incoming, outgoing) => void serve(incoming, outgoing).catch(() => outgoing.destroy()),
  );
  server.on('secureConnection', ({ servername }: TLSSocket & { readonly servername?: string }) => {
    connections[sideOf(servername ?? '')] += 1;
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  return {
    port: address.port,
    setDelays: (changed) => {
      delays = changed;
    },
    takeConnections: () => {
      const taken = connections;
      connections = { ...nothing };
      return taken;
    },
    requests: () => requests,
  };
}

async function read(incoming: IncomingMessage): Promise<RecordedRequest> {
  const { host = '', ...headers } = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
  );
  return {
    side: sideOf(host),
    url: `https://${host}${incoming.url ?? '/'}`,
    method: incoming.method ?? 'GET',
    headers,
    body: Buffer.concat(await incoming.toArray()).toString('utf8'),
    action: (headers['x-amz-target'] ?? '').replace(/^.*\./, ''),
  };
}

import { generateKeyPairSync } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import { createServer as createTcpServer, type Socket } from 'node:net';
import tls from 'node:tls';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type OutboundRequest, send } from '../../functions/adapters/outbound.ts';
import { selfSignedCertificate } from '../../simulators/stytch/certificates.ts';
import { codeOf } from '../support/adapters-errors.ts';
import { silent } from '../support/adapters-log.ts';

interface Seen {
  readonly method: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

let server: Server;
let url: string;
let connections = 0;
const seen: Seen[] = [];

const pem = (der: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`;

beforeAll(async () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  server = createServer(
    {
      key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
      cert: pem(selfSignedCertificate(publicKey, privateKey)),
    },
    (incoming, outgoing) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const { method, headers } = incoming;
        seen.push({ method, headers, body: Buffer.concat(chunks).toString() });
        outgoing.writeHead(200, { 'content-type': 'application/json' }).end('{"is":"héllo"}');
      });
    },
  );
  server.on('secureConnection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  url = `https://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/customers/1/token`;
});
afterAll(() => {
  jest.restoreAllMocks();
  server.closeAllConnections();
  server.close();
});

const request = (changes: Partial<OutboundRequest> = {}): OutboundRequest => ({
  provider: 'unit',
  operation: 'create_customer_token',
  url,
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: '{"é":1}',
  timeoutMs: 5000,
  signal: AbortSignal.timeout(10_000),
  log: silent,
  ...changes,
});

describe('the wire to a vendor', () => {
  it('O8 refuses a certificate that nobody vouches for', async () => {
    expect(await codeOf(send(request()))).toBe('upstream_unavailable');
    expect(seen).toEqual([]);
  });

  it('keeps one connection for calls one after another, and sends what was given', async () => {
    const connect = tls.connect as (options: tls.ConnectionOptions) => tls.TLSSocket;
    jest
      .spyOn(tls, 'connect')
      .mockImplementation(((options: tls.ConnectionOptions) =>
        connect({ ...options, rejectUnauthorized: false })) as never);
    connections = 0;
    for (let i = 0; i < 5; i += 1) {
      expect(await send(request())).toMatchObject({ status: 200, text: '{"is":"héllo"}' });
    }
    expect(connections).toBe(1);
    expect(seen).toHaveLength(5);
    expect(seen[0]).toMatchObject({
      method: 'POST',
      body: '{"é":1}',
      headers: {
        'content-type': 'application/json',
        'content-length': '8',
        'accept-encoding': 'identity',
        'user-agent': 'stytch-unit-bridge',
      },
    });
  });

  it('INV6 opens another connection after a sleep in which no timer ran', async () => {
    await send(request());
    const before = connections;
    const awake = Date.now() + 60_000;
    const clock = jest.spyOn(Date, 'now').mockReturnValue(awake);
    await send(request());
    expect(connections).toBe(before + 1);
    await send(request());
    expect(connections).toBe(before + 1);
    clock.mockRestore();
  });

  it('INV6 a vendor that changes the protocol, or answers before it has read all, leaves nothing behind', async () => {
    const open = new Set<Socket>();
    const odd = createTcpServer((socket) => {
      open.add(socket);
      socket.on('error', () => {}).on('close', () => open.delete(socket));
      socket.once('data', (bytes: Buffer) =>
        socket.write(
          bytes.includes('/upgrade')
            ? 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: odd\r\n\r\n'
            : 'HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\n{}',
        ),
      );
      socket.once('data', () => socket.pause());
    });
    await new Promise<void>((resolve) => {
      odd.listen(0, '127.0.0.1', resolve);
    });
    const address = odd.address();
    const base = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
    const begun = performance.now();
    expect(await codeOf(send(request({ url: `${base}/upgrade`, timeoutMs: 10_000 })))).toBe(
      'upstream_unavailable',
    );
    expect(performance.now() - begun).toBeLessThan(5000);
    const body = new Uint8Array(8 * 1024 * 1024);
    expect(await send(request({ url: `${base}/upload`, body }))).toMatchObject({ status: 413 });
    for (const socket of open) socket.resume();
    for (let i = 0; i < 100 && open.size > 0; i += 1) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(open.size).toBe(0);
    odd.close();
  });
});

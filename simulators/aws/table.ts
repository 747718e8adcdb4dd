// The DynamoDB table: dynalite in memory, with the keys and indexes that the template defines.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import dynalite from 'dynalite';
import * as z from 'zod/mini';
import { region } from './intrinsics.ts';
import type { Authorize } from './permissions.ts';
import type { TablePiece } from './template.ts';

export interface LocalTable {
  readonly url: string;
  readonly port: number;
  readonly tableName: string;
  /** One call of the DynamoDB API, such as `Scan`. */
  call(action: string, input: Readonly<Record<string, unknown>>): Promise<unknown>;
  /** Every item, with DynamoDB's type tags taken off. */
  scan(): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

/**
 * `authorize` may deny a call before the table sees it.
 * @throws Error with code `EADDRINUSE` when the port is taken
 */
export async function startTable(
  { tableName, arn, definition }: TablePiece,
  port = 0,
  authorize: Authorize = () => undefined,
): Promise<LocalTable> {
  const server = guarded(dynalite({ createTableMs: 0 }), arn, authorize);
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  const url = `http://127.0.0.1:${address.port}`;
  const call = (action: string, input: Readonly<Record<string, unknown>>) => callTable(url, action, input);
  await call('CreateTable', definition);
  await becomesActive(call, tableName);
  return {
    url,
    port: address.port,
    tableName,
    call,
    scan: () => scan(call, tableName),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const indexed = z.object({ IndexName: z.optional(z.string()) });

/** Puts a check in front of dynalite's own request listener, which then gets the same request from memory. */
function guarded(server: Server, arn: string, authorize: Authorize): Server {
  const [serve] = server.listeners('request');
  server.removeAllListeners('request');
  const check = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method, url, headers } = request;
    const body = Buffer.concat(await request.toArray());
    const action = String(headers['x-amz-target'] ?? '').replace(/^.*\./, 'dynamodb:');
    const index = indexed.safeParse(parsed(body)).data?.IndexName;
    const denial = authorize(
      headers.authorization,
      action,
      index === undefined ? arn : `${arn}/index/${index}`,
    );
    if (denial === undefined) {
      serve?.call(server, Object.assign(Readable.from([body]), { method, url, headers }), response);
      return;
    }
    response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(
      JSON.stringify({ __type: 'com.amazon.coral.service#AccessDeniedException', Message: denial }),
    );
  };
  // A client that goes away in the middle of its request gets no answer.
  return server.on(
    'request',
    (request, response) => void check(request, response).catch(() => response.destroy()),
  );
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

type Call = LocalTable['call'];

async function callTable(url: string, action: string, input: unknown): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDB_20120810.${action}`,
      // Looked at, not verified.
      authorization: `AWS4-HMAC-SHA256 Credential=local/20260101/${region}/dynamodb/aws4_request, SignedHeaders=host, Signature=0`,
      'x-amz-date': '20260101T000000Z',
    },
    body: JSON.stringify(input),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${action}: ${text}`);
  return JSON.parse(text);
}

const described = z.object({ Table: z.object({ TableStatus: z.string() }) });

async function becomesActive(call: Call, tableName: string): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    const { Table } = described.parse(await call('DescribeTable', { TableName: tableName }));
    if (Table.TableStatus === 'ACTIVE') return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`table ${tableName} does not become active`);
}

const tagged = z.record(z.string(), z.unknown());
const page = z.object({ Items: z.array(z.record(z.string(), tagged)), LastEvaluatedKey: z.optional(tagged) });

async function scan(call: Call, tableName: string): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  let from: Record<string, unknown> | undefined;
  do {
    const input = { TableName: tableName, ConsistentRead: true, ...(from && { ExclusiveStartKey: from }) };
    const { Items, LastEvaluatedKey } = page.parse(await call('Scan', input));
    items.push(...Items.map(plainItem));
    from = LastEvaluatedKey;
  } while (from !== undefined);
  return items;
}

const plainItem = (item: Record<string, Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(item).map(([name, value]) => [name, plain(value)]));

const listSchema = z.array(tagged);
const mapSchema = z.record(z.string(), tagged);

/** `{ S: 'a' }` -> `'a'`. Sets become arrays. */
function plain(value: Record<string, unknown>): unknown {
  const [tag, inner] = Object.entries(value)[0] ?? ['NULL', true];
  switch (tag) {
    case 'N':
      return Number(inner);
    case 'NS':
      return z.array(z.string()).parse(inner).map(Number);
    case 'NULL':
      return null;
    case 'L':
      return listSchema.parse(inner).map(plain);
    case 'M':
      return plainItem(mapSchema.parse(inner));
    default:
      return inner;
  }
}

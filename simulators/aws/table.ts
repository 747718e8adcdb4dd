// The DynamoDB table: dynalite in memory, with the keys and indexes that the template defines.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import dynalite from 'dynalite';
import * as z from 'zod/mini';
import { Faults } from '../faults.ts';
import { answerRequest, type Handle, type Listening, listenOnLoopback } from '../server.ts';
import { region } from './intrinsics.ts';
import { handleOf, type Listener } from './listener-handle.ts';
import type { Authorize } from './permissions.ts';
import type { TablePiece } from './template.ts';

export interface LocalTable {
  readonly url: string;
  readonly port: number;
  readonly tableName: string;
  /** By action: the path is `/PutItem`, `/Query`, `/*` for all. */
  readonly faults: Faults;
  /** As of a listening server. */
  readonly refuse: Listening['refuse'];
  /** One call of the DynamoDB API, such as `Scan`. */
  call(action: string, input: Readonly<Record<string, unknown>>): Promise<unknown>;
  /** Every item, with DynamoDB's type tags taken off. */
  scan(): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

export interface TableOptions {
  /** May deny a call before the table sees it. */
  readonly authorize?: Authorize;
  /** Wraps what the port answers with, faults included. */
  readonly around?: (handle: Handle) => Handle;
}

/**
 * Serves the table on 127.0.0.1. Port 0 takes a free one.
 * @throws Error with code `EADDRINUSE` when the port is taken
 */
export async function startTable(
  { tableName, arn, definition }: TablePiece,
  port = 0,
  { authorize = () => undefined, around }: TableOptions = {},
): Promise<LocalTable> {
  const server = dynalite({ createTableMs: 0 });
  const faults = new Faults();
  serveTable(server, guarded(server, arn, authorize), faults, around);
  const listening = await listenOnLoopback(server, port);
  const call = (action: string, input: Readonly<Record<string, unknown>>) =>
    callTable(listening.url, action, input);
  await call('CreateTable', definition);
  await becomesActive(call, tableName);
  return {
    ...listening,
    tableName,
    faults,
    call,
    scan: () => scan(call, tableName),
  };
}

const indexed = z.object({ IndexName: z.optional(z.string()) });

/** Permissions in front of dynalite's own request listener, which then gets the same request from memory. */
function guarded(server: Server, arn: string, authorize: Authorize): Listener {
  const [serve] = server.listeners('request');
  server.removeAllListeners('request');
  return async (request, response) => {
    const { method, url, headers } = request;
    const body = Buffer.concat(await request.toArray());
    const action = String(headers['x-amz-target'] ?? '').replace(/^.*\./, 'dynamodb:');
    const index = indexed.safeParse(parsed(body)).data?.IndexName;
    const resource = index === undefined ? arn : `${arn}/index/${index}`;
    const denial = authorize(headers.authorization, action, resource);
    if (denial === undefined) {
      serve?.call(server, Object.assign(Readable.from([body]), { method, url, headers }), response);
      return;
    }
    response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(
      JSON.stringify({ __type: 'com.amazon.coral.service#AccessDeniedException', Message: denial }),
    );
  };
}

/** Nobody pays for faults and onlookers that are not there. */
function serveTable(
  server: Server,
  listener: Listener,
  faults: Faults,
  around: TableOptions['around'],
): void {
  const faulty = faults.around(handleOf(listener), tableError, (request) => `/${actionOf(request)}`);
  const handle = around?.(faulty) ?? faulty;
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (around !== undefined || faults.armed().length > 0) void answerRequest(handle, request, response);
    // A client that goes away in the middle of its request gets no answer.
    else listener(request, response).catch(() => response.destroy());
  });
}

const actionOf = ({ headers }: Request): string => (headers.get('x-amz-target') ?? '').replace(/^.*\./, '');

/** As DynamoDB words them: it knows no 429, and throttles with a 400. */
export function tableError(status: number): Response {
  if (status === 503) return failure(503, 'com.amazonaws.dynamodb.v20120810#ServiceUnavailable');
  if (status >= 500) return failure(status, 'com.amazonaws.dynamodb.v20120810#InternalServerError');
  return failure(400, 'com.amazonaws.dynamodb.v20120810#ThrottlingException');
}

const failure = (status: number, type: string): Response =>
  new Response(JSON.stringify({ __type: type, message: 'injected' }), {
    status,
    headers: { 'content-type': 'application/x-amz-json-1.0' },
  });

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

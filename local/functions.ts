// The functions of a world by name, each in processes of its own, and what they print.
import path from 'node:path';
import type { Invocation } from '../simulators/aws/function-container.ts';
import { FunctionHost } from '../simulators/aws/function-host.ts';
import type { ContainerTrace } from '../simulators/aws/function-trace.ts';
import type { FunctionPiece, Pieces } from '../simulators/aws/template.ts';

export interface LogLine {
  readonly function: string;
  readonly line: string;
}

export interface FunctionState {
  readonly name: string;
  readonly pids: readonly number[];
  readonly environment: Readonly<Record<string, string>>;
}

export interface Functions {
  readonly invoke: (name: string, event: unknown) => Promise<Invocation>;
  readonly logs: () => readonly LogLine[];
  readonly states: () => readonly FunctionState[];
  readonly restart: (name: string) => Promise<void>;
  readonly kill: (name: string) => Promise<void>;
  warm(): Promise<void>;
  close(): Promise<void>;
}

export interface FunctionsOptions {
  readonly bundles: string;
  readonly concurrency: number | undefined;
  readonly environmentOf: (piece: FunctionPiece) => Readonly<Record<string, string>>;
  readonly onLine: ((line: LogLine) => void) | undefined;
  /** As of a container. */
  readonly isFrozenWhenIdle?: boolean | undefined;
  /** @default - nobody records */
  readonly traceOf?: ((name: string) => ContainerTrace) | undefined;
}

/** A long run must not fill the memory. */
const maxLines = 100_000;

export function startFunctions({ functions }: Pieces, options: FunctionsOptions): Functions {
  const { traceOf } = options;
  const lines: LogLine[] = [];
  const hosts = new Map(
    functions.map((piece) => [
      piece.name,
      new FunctionHost({
        piece,
        bundle: path.join(options.bundles, piece.name),
        environment: options.environmentOf(piece),
        isFrozenWhenIdle: options.isFrozenWhenIdle,
        ...(options.concurrency === undefined ? {} : { concurrency: options.concurrency }),
        ...(traceOf === undefined ? {} : { trace: traceOf(piece.name) }),
        onLine: (line) => {
          if (lines.length >= maxLines) lines.splice(0, maxLines / 2);
          lines.push({ function: piece.name, line });
          options.onLine?.({ function: piece.name, line });
        },
      }),
    ]),
  );
  const all = [...hosts.values()];
  const hostOf = (name: string): FunctionHost => {
    const host = hosts.get(name);
    if (host === undefined) throw new Error(`no function ${name}`);
    return host;
  };
  return {
    invoke: async (name, event) => hostOf(name).invoke(event),
    logs: () => [...lines],
    states: () => all.map(({ name, pids, environment }) => ({ name, pids, environment })),
    restart: (name) => hostOf(name).restart(),
    kill: (name) => hostOf(name).kill(),
    warm: async () => {
      await Promise.all(all.map((host) => host.warm()));
    },
    close: async () => {
      await Promise.all(all.map((host) => host.close()));
    },
  };
}

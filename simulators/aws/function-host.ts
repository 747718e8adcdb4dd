// One function and its containers: a call takes an idle one or starts another, up to a limit; beyond it calls wait.
import { join } from 'node:path';
import { Container, type Invocation } from './function-container.ts';
import type { ContainerTrace } from './function-trace.ts';
import type { FunctionPiece } from './template.ts';

export type { Invocation } from './function-container.ts';

export interface FunctionHostOptions {
  readonly piece: FunctionPiece;
  /** The folder of this function's bundle: `dist/functions/token`. */
  readonly bundle: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Containers at most. @default 4 */
  readonly concurrency?: number;
  readonly onLine: (line: string) => void;
  /** As of a container. */
  readonly trace?: ContainerTrace;
  /** As of a container. */
  readonly isFrozenWhenIdle?: boolean | undefined;
}

const closedError: Invocation = {
  kind: 'error',
  errorType: 'ServiceException',
  errorMessage: 'the function host is closed',
};

export class FunctionHost {
  readonly name: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly #make: () => Container;
  readonly #limit: number;
  readonly #idle = new Set<Container>();
  readonly #busy = new Set<Container>();
  #waiting: ((container: Container | undefined) => void)[] = [];
  #isClosed = false;

  constructor({
    piece,
    bundle,
    environment,
    concurrency,
    onLine,
    trace,
    isFrozenWhenIdle = false,
  }: FunctionHostOptions) {
    const dot = piece.handler.lastIndexOf('.');
    this.name = piece.name;
    this.environment = environment;
    this.#limit = concurrency ?? 4;
    this.#make = () =>
      new Container({
        functionArn: piece.arn,
        bundleFile: join(bundle, `${piece.handler.slice(0, dot)}.mjs`),
        exported: piece.handler.slice(dot + 1),
        environment,
        memoryMb: piece.memoryMb,
        timeoutSeconds: piece.timeoutSeconds,
        onLine,
        isFrozenWhenIdle,
        ...(trace === undefined ? {} : { trace }),
      });
  }

  /** Has one container loaded, so that the first call does not wait for it. */
  async warm(): Promise<void> {
    if (this.#idle.size + this.#busy.size > 0 || this.#isClosed) return;
    const container = this.#make();
    this.#idle.add(container);
    await container.loaded;
  }

  async invoke(event: unknown): Promise<Invocation> {
    const container = await this.#take();
    if (container === undefined) return closedError;
    const outcome = await container.invoke(event);
    this.#release(container);
    return outcome;
  }

  /** Process ids of the containers that live. */
  get pids(): number[] {
    return [...this.#idle, ...this.#busy].flatMap(({ isDead, pid }) =>
      isDead || pid === undefined ? [] : [pid],
    );
  }

  /** Kills every container, busy ones too; the next call starts a new one. */
  async kill(): Promise<void> {
    const containers = [...this.#idle, ...this.#busy];
    this.#idle.clear();
    await Promise.all(containers.map((container) => container.kill()));
  }

  /** As a deployment does: everything that the containers held in memory is gone. */
  async restart(): Promise<void> {
    await this.kill();
    await this.warm();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const give of this.#waiting.splice(0)) give(undefined);
    await this.kill();
  }

  #take(): Promise<Container | undefined> {
    const container = this.#free();
    if (container !== undefined || this.#isClosed) return Promise.resolve(container);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #free(): Container | undefined {
    if (this.#isClosed) return undefined;
    for (const idle of this.#idle) {
      this.#idle.delete(idle);
      if (idle.isDead) continue;
      this.#busy.add(idle);
      return idle;
    }
    if (this.#busy.size >= this.#limit) return undefined;
    const started = this.#make();
    this.#busy.add(started);
    return started;
  }

  #release(container: Container): void {
    this.#busy.delete(container);
    if (!container.isDead && !this.#isClosed) this.#idle.add(container);
    const [next] = this.#waiting;
    const free = next && this.#free();
    if (free === undefined) return;
    this.#waiting = this.#waiting.slice(1);
    next?.(free);
  }
}

// One child process that runs one call of one function at a time, as a Lambda container does; the timeout kills it.
import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import * as z from 'zod/mini';
import { type ContainerTrace, refusedCall } from './function-trace.ts';

/** What a call came to: the JSON that the handler returned, or Lambda's word for what went wrong. */
export type Invocation =
  | { readonly kind: 'ok'; readonly payload: string }
  | { readonly kind: 'error'; readonly errorType: string; readonly errorMessage: string };

export interface ContainerOptions {
  readonly functionArn: string;
  readonly bundleFile: string;
  /** Name of the handler in the bundle. */
  readonly exported: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly onLine: (line: string) => void;
  /** @default - nobody records */
  readonly trace?: ContainerTrace;
  /** Stops the process between calls, as Lambda does: its timers stand still, and it notices nothing. @default false */
  readonly isFrozenWhenIdle?: boolean;
}

const traceFile = pathToFileURL(join(process.cwd(), 'simulators/aws/function-trace.mjs')).href;
const processFile = join(process.cwd(), 'simulators/aws/function-process.mjs');
/** Lambda's limit on loading a function. */
const initSeconds = 10;

const messageSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  z.object({ kind: z.literal('init_error'), errorType: z.string(), errorMessage: z.string() }),
  refusedCall,
  z.object({ kind: z.literal('ok'), requestId: z.string(), payload: z.string() }),
  z.object({
    kind: z.literal('error'),
    requestId: z.string(),
    errorType: z.string(),
    errorMessage: z.string(),
  }),
]);

interface Call {
  readonly requestId: string;
  readonly settle: (outcome: Invocation) => void;
  /** What has come of the three signs that the call is over: both streams' marks and the answer. */
  readonly seen: Set<'out' | 'err'>;
  answer: Invocation | undefined;
}

export class Container {
  readonly pid: number | undefined;
  /** Resolves to the reason why the function could not load, or to undefined once it has. */
  readonly loaded: Promise<Invocation | undefined>;
  readonly #ended: Promise<void>;
  readonly #child: ChildProcess;
  readonly #options: ContainerOptions;
  #call: Call | undefined;
  #isDead = false;

  constructor(options: ContainerOptions) {
    this.#options = options;
    const heap = Math.max(64, Math.floor(options.memoryMb * 0.9));
    const { trace } = options;
    const marked = trace === undefined ? [] : [trace.mark()];
    this.#child = fork(processFile, [options.bundleFile, options.exported, ...marked], {
      cwd: dirname(options.bundleFile),
      env: { ...options.environment },
      execArgv: [`--max-old-space-size=${heap}`, ...(trace === undefined ? [] : ['--import', traceFile])],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.pid = this.#child.pid;
    this.#read(this.#child.stdout, 'out');
    this.#read(this.#child.stderr, 'err');
    this.#child.on('error', (error) => options.onLine(`container: ${error.message}`));
    this.#ended = new Promise((resolve) => this.#child.once('close', () => resolve()));
    this.loaded = this.#load();
    void this.#ended.then(() => this.#died());
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  /** Waits until the function is loaded, then runs it once. */
  async invoke(event: unknown): Promise<Invocation> {
    const fault = await this.loaded;
    if (fault !== undefined) return fault;
    const { timeoutSeconds, functionArn, trace } = this.#options;
    const requestId = randomUUID();
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<Invocation>((settle) => {
        this.#call = { requestId, settle, seen: new Set(), answer: undefined };
        timer = setTimeout(() => this.#timedOut(requestId, settle), timeoutSeconds * 1000);
        if (this.#isDead) return this.#died();
        if (this.#options.isFrozenWhenIdle === true) this.#child.kill('SIGCONT');
        const deadlineMs = Date.now() + timeoutSeconds * 1000;
        this.#child.send({ requestId, event, functionArn, deadlineMs, ...(trace && { mark: trace.mark() }) });
      });
    } finally {
      clearTimeout(timer);
      this.#call = undefined;
    }
  }

  /** Ends the process at once, whatever it does, frozen or not; resolves when it is gone. */
  async kill(): Promise<void> {
    this.#isDead = true;
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  async #load(): Promise<Invocation | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const fault = await new Promise<Invocation | undefined>((resolve) => {
      timer = setTimeout(() => {
        resolve(failed('Sandbox.Timedout', `the function did not load in ${initSeconds} seconds`));
        void this.kill();
      }, initSeconds * 1000);
      void this.#ended.then(() => resolve(exited(this.#child)));
      this.#child.on('message', (raw) => {
        const message = messageSchema.parse(raw);
        if (message.kind === 'refused') return this.#options.trace?.refused(message);
        if (message.kind === 'ready') return resolve(undefined);
        if (message.kind === 'init_error') return resolve(failed(message.errorType, message.errorMessage));
        const { requestId } = message;
        if (message.kind === 'ok') this.#answered(requestId, { kind: 'ok', payload: message.payload });
        else this.#answered(requestId, failed(message.errorType, message.errorMessage));
      });
    });
    clearTimeout(timer);
    if (fault !== undefined) this.#isDead = true;
    return fault;
  }

  #read(stream: Readable | null, name: 'out' | 'err'): void {
    if (stream === null) return;
    createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => {
      const mark = line.indexOf('\0end ');
      const text = mark === -1 ? line : line.slice(0, mark);
      if (text !== '') this.#options.onLine(text);
      if (mark === -1 || this.#call?.requestId !== line.slice(mark + 5)) return;
      this.#call.seen.add(name);
      this.#settleWhenDone();
    });
  }

  #answered(requestId: string, answer: Invocation): void {
    if (this.#call?.requestId !== requestId) return;
    this.#call.answer = answer;
    this.#settleWhenDone();
  }

  #settleWhenDone(): void {
    if (this.#call?.answer === undefined || this.#call.seen.size < 2) return;
    if (this.#options.isFrozenWhenIdle === true) this.#child.kill('SIGSTOP');
    this.#call.settle(this.#call.answer);
  }

  #timedOut(requestId: string, settle: (outcome: Invocation) => void): void {
    const message = `Task timed out after ${this.#options.timeoutSeconds.toFixed(2)} seconds`;
    this.#options.onLine(`${new Date().toISOString()} ${requestId} ${message}`);
    void this.kill();
    settle(failed('Sandbox.Timedout', `${requestId} ${message}`));
  }

  #died(): void {
    this.#isDead = true;
    this.#call?.settle(this.#call.answer ?? exited(this.#child));
  }
}

const failed = (errorType: string, errorMessage: string): Invocation => ({
  kind: 'error',
  errorType,
  errorMessage,
});

function exited({ exitCode, signalCode }: ChildProcess): Invocation {
  const how = signalCode === null ? `with status ${exitCode}` : `on signal ${signalCode}`;
  return failed('Runtime.ExitError', `the function's process ended ${how}`);
}

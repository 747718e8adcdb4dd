// A helper process with one question at a time under way or many: asked by name, answered by the same id.
import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';

interface Question {
  readonly id: number;
  readonly name: string;
  readonly input: unknown;
}

interface Reply {
  readonly id: number;
  readonly output?: unknown;
  readonly error?: string;
}

export interface Peer {
  readonly pid: number;
  ask<T>(name: string, input?: unknown): Promise<T>;
  close(): Promise<void>;
}

/** Starts a file of this folder, which calls `answerAs`. */
export function startPeer(file: string, heapMb: number): Peer {
  const child = fork(path.resolve('test/soak', file), [], {
    execArgv: ['--import', 'tsx', `--max-old-space-size=${heapMb}`],
    env: { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
  });
  const waiting = new Map<number, (reply: Reply) => void>();
  let lastId = 0;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.once('exit', () => {
    for (const answer of waiting.values()) answer({ id: 0, error: `${file} has ended` });
  });
  child.on('message', (reply: Reply) => {
    waiting.get(reply.id)?.(reply);
    waiting.delete(reply.id);
  });
  return {
    pid: child.pid ?? 0,
    ask<T>(name: string, input: unknown = null): Promise<T> {
      lastId += 1;
      const id = lastId;
      return new Promise((resolve, reject) => {
        waiting.set(id, ({ output, error }) =>
          error === undefined ? resolve(output as T) : reject(new Error(error)),
        );
        send(child, { id, name, input });
      });
    },
    async close() {
      child.disconnect();
      await ended;
    },
  };
}

function send(child: ChildProcess, question: Question): void {
  if (child.connected) child.send(question);
}

/** Answers the questions of the process that started this one, and ends with it. */
export function answerAs(answers: Readonly<Record<string, (input: never) => unknown>>): void {
  const answer = async ({ id, name, input }: Question): Promise<Reply> => {
    try {
      const run = answers[name];
      if (run === undefined) throw new Error(`no answer to ${name}`);
      return { id, output: await run(input as never) };
    } catch (error) {
      return { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
  };
  process.on('message', (question: Question) => {
    void answer(question).then((reply) => process.send?.(reply));
  });
  process.on('SIGINT', () => {});
  process.on('disconnect', () => process.exit(0));
}

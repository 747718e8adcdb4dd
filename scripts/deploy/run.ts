// Runs one program to its end, within a time, and gives what it printed.
import { spawn } from 'node:child_process';

export interface Ran {
  readonly isGood: boolean;
  /** Both streams, as they came. */
  readonly output: string;
  readonly stdout: string;
}

export interface RunOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly seconds: number;
  /** Kills the program, and all that it has started, when the whole run is over. */
  readonly signal: AbortSignal;
  /** @default the present one */
  readonly cwd?: string;
  /** Open files that the program gets as its own from 3 on. */
  readonly files?: readonly number[];
}

/** Never throws: a program that is not there, or that takes too long, is not good. */
export function run(file: string, args: readonly string[], options: RunOptions): Promise<Ran> {
  return new Promise((resolve) => {
    // A group of its own, so that what it starts ends with it.
    const child = spawn(file, args, {
      env: options.env,
      cwd: options.cwd,
      stdio: ['ignore', 'pipe', 'pipe', ...(options.files ?? [])],
      detached: true,
    });
    let output = '';
    let stdout = '';
    const kill = (): void => killGroup(child.pid, 'SIGKILL');
    const timer = setTimeout(kill, options.seconds * 1000);
    const end = (isGood: boolean, note = ''): void => {
      clearTimeout(timer);
      options.signal.removeEventListener('abort', kill);
      resolve({ isGood, output: `${output}${note}`, stdout });
    };
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        if (stream === child.stdout) stdout += text;
      });
    options.signal.addEventListener('abort', kill);
    child.on('error', (error) => end(false, error.message));
    child.on('close', (code, signal) => end(code === 0, signal === null ? '' : `\nkilled by ${signal}`));
    if (options.signal.aborted) kill();
  });
}

/** Signals the program and all that it has started; one that has ended already is well. */
export function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {}
}

/** The last lines of what a program printed, for a message. */
export const tail = (output: string, lines = 12): string =>
  output.trim().split('\n').slice(-lines).join('\n');

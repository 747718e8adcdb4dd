// Jest in a process group of its own: bounded in time, quiet, and what it found as data.
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod/mini';

const running = new Set<number>();

/** Ends everything that was started and still runs. */
export function stopAll(): void {
  for (const pid of running) process.kill(-pid, 'SIGKILL');
}

/** Runs Node quietly; whatever it started is gone when this is over. */
export function runNode(args: readonly string[], environment: NodeJS.ProcessEnv, ms: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ...environment };
    const child = spawn(process.execPath, args, { stdio: 'ignore', detached: true, env });
    const { pid } = child;
    if (pid !== undefined) running.add(pid);
    const timer = setTimeout(() => pid !== undefined && process.kill(-pid, 'SIGKILL'), ms);
    child.on('error', reject);
    child.on('close', () => {
      clearTimeout(timer);
      if (pid !== undefined) running.delete(pid);
      resolve();
    });
  });
}

const report = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      message: z.string(),
      assertionResults: z.array(
        z.object({ title: z.string(), status: z.string(), failureMessages: z.array(z.string()) }),
      ),
    }),
  ),
});

/** One test that ran. */
export interface Case {
  readonly file: string;
  readonly title: string;
  readonly isGreen: boolean;
  /** The first lines of why it failed. */
  readonly why: string;
}

export interface JestRun {
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly ms: number;
  /** Where Jest writes its report. */
  readonly output: string;
}

/**
 * What Jest says of each test that ran; a file that could not even start is one red case.
 * @throws Error when it said nothing within the time
 */
export async function runJest({ args, environment, ms, output }: JestRun): Promise<readonly Case[]> {
  const jest = path.join('node_modules', 'jest', 'bin', 'jest.js');
  await runNode([jest, ...args, '--json', `--outputFile=${output}`], environment, ms);
  const text = await readFile(output, 'utf8').catch(() => '');
  if (text === '') throw new Error(`no report within ${ms / 1000} s`);
  return report.parse(JSON.parse(text)).testResults.flatMap(({ name, message, assertionResults }) => {
    const file = path.relative(process.cwd(), name);
    if (assertionResults.length === 0) {
      return [{ file, title: 'the file itself', isGreen: false, why: message }];
    }
    return assertionResults
      .filter(({ status }) => status === 'passed' || status === 'failed')
      .map(({ title, status, failureMessages }) => ({
        file,
        title,
        isGreen: status === 'passed',
        why: failureMessages.join('\n').split('\n').slice(0, 12).join('\n'),
      }));
  });
}

// A terminal to run a command in: `script` of util-linux, where there is one.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';

function hasTerminal(): boolean {
  try {
    return execFileSync('script', ['--version'], { encoding: 'utf8' }).includes('util-linux');
  } catch {
    return false;
  }
}

/** Whether there is one; says so where there is none. */
export const isHere = hasTerminal();
if (!isHere)
  process.stderr.write('skipped: no `script` of util-linux here, so nothing has a terminal to run in\n');

interface AtTerminal {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** In characters. */
  readonly columns?: number;
  /** What is typed after which question. */
  readonly answers?: readonly (readonly [string, string])[];
}

/** Runs Node at a terminal, typing each answer when its question has been asked. */
export async function atTerminal(args: string, { env = {}, columns = 100, answers = [] }: AtTerminal) {
  const command = `stty cols ${columns}; exec ${process.execPath} ${args}`;
  const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    env: { PATH: process.env['PATH'], TERM: 'xterm', HOME: '/nonexistent', ...env },
  });
  let output = '';
  const left = [...answers];
  // A character may come in two chunks.
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    const [next] = left;
    if (next === undefined || !output.includes(next[0])) return;
    left.shift();
    child.stdin.write(`${next[1]}\r`);
  });
  const [code] = await once(child, 'close');
  return { code, output: output.replaceAll('\r\n', '\n') };
}

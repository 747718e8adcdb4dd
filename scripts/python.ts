// Python programs for checks that need one: pinned, in a virtual environment that goes with its folder.
import path from 'node:path';
import { type RunOptions, run, tail } from './deploy/run.ts';

/** The program cannot be had here: no fault of this repository. */
export class ProgramMissing extends Error {}

/**
 * Installs what a requirements file pins below `folder`, and gives the path of the virtual environment.
 * @throws ProgramMissing without Python or where its registry is not reached
 * @throws Error where pip fails for another reason: what is pinned is gone, or is not what was pinned
 */
export async function installPython(
  folder: string,
  requirements: string,
  options: Omit<RunOptions, 'seconds'>,
): Promise<string> {
  const venv = path.join(folder, 'venv');
  const made = await run('python3', ['-m', 'venv', venv], { ...options, seconds: 60 });
  if (!made.isGood) throw new ProgramMissing(`no python3 with venv: ${tail(made.output, 1)}`);
  const quiet = ['--quiet', '--disable-pip-version-check', '--no-input', '--retries', '5', '--timeout', '15'];
  const wanted = ['--requirement', path.resolve(requirements)];
  const installed = await run(path.join(venv, 'bin/pip'), ['install', ...quiet, ...wanted], {
    ...options,
    seconds: 240,
  });
  if (!installed.isGood) {
    const why = `pip cannot install it: ${tail(installed.output, 1)}`;
    throw isUnreachable(installed.output) ? new ProgramMissing(why) : new Error(why);
  }
  return venv;
}

/** What pip says where nobody answers it, or not in time: then it is no fault of what is pinned. */
export const isUnreachable = (output: string): boolean =>
  /NewConnectionError|NameResolutionError|Max retries exceeded|(Connect|Read)TimeoutError|ProxyError|Network is unreachable|ConnectionResetError|RemoteDisconnected|IncompleteRead|killed by SIGKILL/.test(
    output,
  );

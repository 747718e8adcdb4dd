// When `npm run test:deploy` and `npm run test:fuzz` may be skipped: where nobody answers pip, and for no other reason.
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { installPython, isUnreachable, ProgramMissing } from '../../scripts/python.ts';

describe('what pip says', () => {
  it.each([
    [
      "WARNING: Retrying after connection broken by 'NewConnectionError(': Failed to establish a new connection')': /simple/x/",
    ],
    ["WARNING: Retrying after connection broken by 'NameResolutionError('...')': /simple/x/"],
    ["WARNING: Retrying after connection broken by 'ReadTimeoutError('...')': /simple/x/"],
    ["ProtocolError('Connection aborted.', ConnectionResetError(104, 'Connection reset by peer'))"],
    ['Collecting x==1\nkilled by SIGKILL'],
  ])('is no fault of ours where the registry is not reached: %s', (output) => {
    expect(isUnreachable(`${output}\nERROR: No matching distribution found for x==1`)).toBe(true);
  });

  it.each([
    ['ERROR: Could not find a version that satisfies the requirement ministack==9.9.9'],
    ['ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.'],
    ['error: subprocess-exited-with-error: Failed to build PyYAML'],
    ['ERROR: Cannot install a and b because these package versions have conflicting dependencies.'],
  ])('is a failure otherwise: %s', (output) => {
    expect(isUnreachable(output)).toBe(false);
  });
});

describe('the installer', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'bridge-python-'));
    await mkdir(path.join(folder, 'venv/bin'), { recursive: true });
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const script = async (file: string, lines: string): Promise<void> => {
    await writeFile(path.join(folder, file), `#!/bin/sh\n${lines}\n`);
    await chmod(path.join(folder, file), 0o755);
  };
  /** With a python3 and a pip that end so. */
  const install = async (python: string, pip: string): Promise<unknown> => {
    await script('python3', python);
    await script('venv/bin/pip', pip);
    const options = { env: { PATH: `${folder}:/usr/bin:/bin` }, signal: new AbortController().signal };
    return installPython(folder, 'scripts/fuzz-requirements.txt', options).catch((error: unknown) => error);
  };

  it('calls the program missing without Python, and where nobody answers pip', async () => {
    expect(await install('exit 1', 'exit 0')).toBeInstanceOf(ProgramMissing);
    const unanswered = "echo 'NewConnectionError: Failed to establish a new connection'; exit 1";
    expect(await install('exit 0', unanswered)).toBeInstanceOf(ProgramMissing);
  });

  it('fails on a pin that the index does not have, so that no check is off for good', async () => {
    const error = await install('exit 0', "echo 'ERROR: No matching distribution found for x==9'; exit 1");
    expect(error).not.toBeInstanceOf(ProgramMissing);
    expect(String(error)).toContain('No matching distribution found for x==9');
  });

  it('gives the virtual environment', async () => {
    expect(await install('exit 0', 'exit 0')).toBe(path.join(folder, 'venv'));
  });
});

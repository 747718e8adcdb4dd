// At a terminal: a secret is asked for without echo, and a change is confirmed. `script` of util-linux is the terminal.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { operatorEnvironment } from '../../local/operator-environment.ts';
import type { World } from '../../local/world.ts';
import { startTestWorld } from '../support/world.ts';
import { itemOf, newEmail } from './support.ts';

jest.setTimeout(60_000);

function hasTerminal(): boolean {
  try {
    return execFileSync('script', ['--version'], { encoding: 'utf8' }).includes('util-linux');
  } catch {
    return false;
  }
}

const isHere = hasTerminal();
if (!isHere)
  process.stderr.write('skipped: no `script` of util-linux here, so prompts have no terminal to run in\n');

let world: World;
beforeAll(async () => {
  world = await startTestWorld();
});
afterAll(() => world.close());

/** Deletes a user at a terminal, typing each answer when its question has been asked. */
async function atTerminal(userId: string, answers: readonly (readonly [string, string])[]) {
  const command = `${process.execPath} --import tsx ops/delete-user.ts --user ${userId} --apply`;
  const { STYTCH_SECRET: _, ...environment } = operatorEnvironment(world);
  const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    env: { PATH: process.env['PATH'], TERM: 'xterm', ...environment },
  });
  let output = '';
  const left = [...answers];
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    const [next] = left;
    if (next === undefined || !output.includes(next[0])) return;
    left.shift();
    child.stdin.write(`${next[1]}\r`);
  });
  const [code] = await once(child, 'close');
  return { code, output };
}

(isHere ? describe : describe.skip)('at a terminal', () => {
  it('the secret is asked for and not shown, and a yes makes it happen', async () => {
    const { userId } = await world.stytch.controls.seedUser({ email: newEmail() });
    const secret = world.secrets.seeded.stytch;
    const { code, output } = await atTerminal(userId, [
      ['Stytch secret', secret],
      ['There is no way back', 'y'],
    ]);
    expect(code).toBe(0);
    expect(output).toContain(`Done: ${userId} is deleted.`);
    expect(output).toContain(`table ${world.tableName}, simulated vendors.`);
    expect(output).not.toContain(secret);
    expect(output).not.toContain(secret.slice(12, 24));
    expect(await itemOf(world, `USER#${userId}`, 'USER')).toMatchObject({ deleted: true });
  });

  it('no answer but yes changes anything', async () => {
    const email = newEmail();
    const { userId } = await world.stytch.controls.seedUser({ email });
    const { code, output } = await atTerminal(userId, [
      ['Stytch secret', world.secrets.seeded.stytch],
      ['There is no way back', ''],
    ]);
    expect(code).toBe(1);
    expect(output).toContain('nothing was changed');
    expect(await itemOf(world, `USER#${userId}`, 'USER')).toBeUndefined();
    expect(world.stytch.controls.userByEmail(email)).toBeDefined();
  });
});

// At a terminal: a secret is asked for without echo, and a change is confirmed. what is shown fits it.
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { operatorEnvironment } from '../../local/operator-environment.ts';
import type { World } from '../../local/world.ts';
import { startTestWorld } from '../support/world.ts';
import { startStage, type TestStage } from './stage.ts';
import { itemOf, newEmail } from './support.ts';
import { atTerminal, isHere } from './terminal.ts';

jest.setTimeout(60_000);

let world: World;
beforeAll(async () => {
  world = await startTestWorld();
});
afterAll(() => world.close());

/** Deletes a user, typing each answer when its question has been asked. */
function deleteUser(userId: string, answers: readonly (readonly [string, string])[]) {
  const { STYTCH_SECRET: _, ...env } = operatorEnvironment(world);
  return atTerminal(`--import tsx ops/delete-user.ts --user ${userId} --apply`, { env, answers });
}

(isHere ? describe : describe.skip)('at a terminal', () => {
  it('the secret is asked for and not shown, and a yes makes it happen', async () => {
    const { userId } = await world.stytch.controls.seedUser({ email: newEmail() });
    const secret = world.secrets.seeded.stytch;
    const { code, output } = await deleteUser(userId, [
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
    const { code, output } = await deleteUser(userId, [
      ['Stytch secret', world.secrets.seeded.stytch],
      ['There is no way back', ''],
    ]);
    expect(code).toBe(1);
    expect(output).toContain('nothing was changed');
    expect(await itemOf(world, `USER#${userId}`, 'USER')).toBeUndefined();
    expect(world.stytch.controls.userByEmail(email)).toBeDefined();
  });

  it('a table is no wider than the terminal, and stays whole in a pipe', async () => {
    const stage: TestStage = await startStage(world);
    const args = 'dist/test/ops/doctor.mjs --stage dev';
    const env = { ...operatorEnvironment(world), ...stage.env };
    const { output } = await atTerminal(args, { columns: 120, env });
    const { output: piped } = await atTerminal(`${args} | cat`, { columns: 120, env });
    await stage.close();
    const widest = (text: string): number =>
      Math.max(...text.split('\n').flatMap((line) => (/^[│┌]/.test(line) ? [line.length] : [])));
    expect(widest(output)).toBe(120);
    expect(widest(piped)).toBeGreaterThan(150);
  });
});

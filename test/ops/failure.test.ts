// How a command ends by a fault of its own: told by names and places, never by what the error says.
import { describe, expect, it } from '@jest/globals';
import { ownFrames, toStop } from '../../ops/base/failure.ts';
import { refusal } from '../../ops/base/stop.ts';

describe('a fault of the command itself', () => {
  const secret = 'secret-test-0123456789abcdef';

  it('INV5 tells the name of the error and where it was thrown, and not what it says', () => {
    const error = new TypeError(`cannot read ${secret}\n    at ops/${secret}`);
    error.stack = `TypeError: ${error.message}
    at judge (/srv/bridge/ops/secrets/verdict.ts:12:3)
    at async file:///srv/bridge/ops/secrets/fill.ts:88:19
    at call (/srv/bridge/node_modules/zod/lib/core.js:1:2)
    at node:internal/process/task_queues:95:5`;
    const stop = toStop(error);
    expect(stop).toMatchObject({ kind: 'failed', code: 'unexpected' });
    expect(stop.message).toBe(
      'A fault of this command: TypeError (ops/secrets/verdict.ts:12 < ops/secrets/fill.ts:88)',
    );
    expect(JSON.stringify([stop.message, stop.details])).not.toContain(secret);
  });

  it('finds the place where it really was thrown', () => {
    expect(ownFrames(new Error('x'))[0]).toMatch(/^ops\/failure\.test\.ts:\d+$/);
    expect(toStop('a text').message).toBe('A fault of this command: no error at all');
  });

  it('leaves a word of our own as it is', () => {
    const stop = refusal('rotation_open', 'words');
    expect(toStop(stop)).toBe(stop);
  });
});

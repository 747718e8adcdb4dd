import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TaskName, TaskProgress } from '../../../functions/core/ports.ts';
import { codeOf } from '../../support/adapters-errors.ts';
import { startTableBench, type TableBench } from '../../support/adapters-table.ts';

let bench: TableBench;
beforeAll(async () => {
  bench = await startTableBench();
});
afterAll(() => bench.close());

const nothing: TaskProgress = { readUntil: null, windowUntil: null, nextOffset: 0 };
const far: TaskProgress = { readUntil: 1000.25, windowUntil: 2000.5, nextOffset: 300 };

describe('a task of the reconcile', () => {
  it('is nothing before its first run, and then due at once', async () => {
    expect(await bench.tasks.read('events')).toBeNull();
    expect(await bench.tasks.take('events', 5000, 5040)).toEqual(nothing);
    expect(await bench.tasks.read('events')).toEqual(nothing);
  });

  it('W8 is taken by one of ten runs at once', async () => {
    const taken = await Promise.all(
      Array.from({ length: 10 }, (_, i) => bench.tasks.take('events', 6000 + i / 100, 6040 + i / 100)),
    );
    expect(taken.filter((one) => one !== null)).toHaveLength(1);
  });

  it('remembers how far it came, under its lease and after it', async () => {
    expect(await bench.tasks.take('events', 7000, 7040)).toEqual(nothing);
    expect(await bench.tasks.note('events', 7040, far)).toBe(true);
    expect(await bench.tasks.read('events')).toEqual(far);
    expect(await bench.tasks.take('events', 7010, 7050)).toBeNull();
    const closed = { ...nothing, readUntil: 2000.5 };
    expect(await bench.tasks.end('events', 7040, closed, 7020)).toBe(true);
    expect(await bench.tasks.take('events', 7020, 7060)).toEqual(closed);
    expect(await bench.item('RECONCILE', 'CURSOR')).toEqual({
      pk: 'RECONCILE',
      sk: 'CURSOR',
      v: 1,
      readUntil: 2000.5,
      nextOffset: 0,
      dueAt: 7020,
      leaseUntil: 7060,
      writeId: expect.any(String),
    });
  });

  it('whose run died is taken by the next when the lease is over, and the dead can write nothing more', async () => {
    expect(await bench.tasks.take('events', 7060, 7100)).toBeNull();
    expect(await bench.tasks.take('events', 7060.1, 7100)).not.toBeNull();
    expect(await bench.tasks.note('events', 7060, far)).toBe(false);
    expect(await bench.tasks.end('events', 7060, far, 0)).toBe(false);
    expect(await bench.tasks.read('events')).toMatchObject({ readUntil: 2000.5, nextOffset: 0 });
  });

  it.each<[TaskName, string]>([
    ['webhooks', 'WEBHOOKS'],
    ['archived', 'ARCHIVED'],
  ])('is not taken before it is due: %s', async (name, sk) => {
    await bench.tasks.take(name, 1000, 1040);
    await bench.tasks.end(name, 1040, nothing, 1900);
    expect(await bench.tasks.take(name, 1899.9, 1940)).toBeNull();
    expect(await bench.tasks.take(name, 1900, 1940)).toEqual(nothing);
    expect(await bench.item('RECONCILE', sk)).toBeDefined();
  });

  it('cannot be noted by a run that never took it', async () => {
    const fresh = await startTableBench();
    expect(await fresh.tasks.note('events', 1040, far)).toBe(false);
    expect(await fresh.table.scan()).toEqual([]);
    await fresh.close();
    expect(await codeOf(fresh.tasks.take('events', 1, 2))).toBe('temporarily_unavailable');
  });

  it('fails closed on an item that this release cannot read', async () => {
    await bench.store.put({ pk: 'RECONCILE', sk: 'CURSOR' }, { readUntil: 'yesterday' });
    expect(await codeOf(bench.tasks.read('events'))).toBe('server_error');
  });
});

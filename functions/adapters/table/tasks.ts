// The reconcile's memory in the table: one item a task, with a lease that ends by itself when its run has died.
import type { TaskName, TaskProgress, Tasks } from '../../core/ports.ts';
import { keys, taskAttributes, toTaskProgress } from './items.ts';
import type { Item, Store } from './store.ts';

/** The port over one table. */
export function createTasks(store: Store): Tasks {
  const read = async (name: TaskName): Promise<TaskProgress | null> => {
    const item = await store.get(keys.task(name));
    return item === null ? null : toTaskProgress(item);
  };
  const write = (name: TaskName, leaseUntil: number, progress: TaskProgress, changes: Item) =>
    store.update(
      keys.task(name),
      {
        set: { ...taskAttributes(progress), ...changes },
        remove: progress.windowUntil === null ? ['windowUntil'] : [],
      },
      { expression: 'leaseUntil = :lease', values: { ':lease': leaseUntil } },
    );
  return {
    read,

    async take(name, now, leaseUntil) {
      const isTaken = await store.update(
        keys.task(name),
        { set: { leaseUntil } },
        {
          expression:
            '(attribute_not_exists(leaseUntil) OR leaseUntil < :now) AND (attribute_not_exists(dueAt) OR dueAt <= :now)',
          values: { ':now': now },
        },
      );
      return isTaken ? read(name) : null;
    },

    note: (name, leaseUntil, progress) => write(name, leaseUntil, progress, {}),

    end: (name, leaseUntil, progress, dueAt) => write(name, leaseUntil, progress, { leaseUntil: 0, dueAt }),
  };
}

// The reconcile in memory: Unit's lists, the tasks' memory with its leases, and a run over a world.
import type { UnitEvent } from '../../functions/core/onboarding/apply-events.ts';
import type {
  Page,
  TaskName,
  TaskProgress,
  Tasks,
  UnitLists,
  UnitWebhook,
} from '../../functions/core/ports.ts';
import {
  type ReconcilePorts,
  type ReconcileSummary,
  reconcile,
} from '../../functions/core/reconcile/reconcile.ts';
import type { World } from './core-fakes.ts';
import { signal } from './core-values.ts';

interface TaskRow extends TaskProgress {
  readonly leaseUntil: number;
  readonly dueAt: number;
}

export interface ReconcileScene {
  readonly world: World;
  /** Unit's events and when they happened. */
  readonly events: { readonly event: UnitEvent; readonly at: number }[];
  readonly webhooks: UnitWebhook[];
  readonly tasks: Map<TaskName, TaskRow>;
  /** Every list that was asked for: its name, and for events the window and offset. */
  readonly asked: {
    readonly list: string;
    readonly since?: number;
    readonly until?: number;
    readonly offset: number;
  }[];
  pageSize: number;
  /** Entries of every page that nobody can read. */
  unreadable: number;
  /** Lets every call of a list or task fail until told otherwise. */
  readonly broken: Map<string, unknown>;
  readonly ports: ReconcilePorts;
  run(): Promise<ReconcileSummary>;
}

export const healthyWebhook: UnitWebhook = {
  webhookId: '1',
  host: 'api.bank.example',
  path: '/webhooks/unit',
  status: 'Enabled',
  isEnabled: true,
  isRepeated: true,
  hasResources: false,
  hasOurEvents: true,
};

export function reconcileScene(world: World): ReconcileScene {
  const tasks: ReconcileScene['tasks'] = new Map();
  const broken: ReconcileScene['broken'] = new Map();
  const meet = async (operation: string): Promise<void> => {
    if (broken.has(operation)) throw broken.get(operation);
  };
  const scene: ReconcileScene = {
    world,
    events: [],
    webhooks: [healthyWebhook],
    tasks,
    asked: [],
    pageSize: 100,
    unreadable: 0,
    broken,
    ports: {
      ...world.ports,
      webhookPath: '/webhooks/unit',
      webhookHost: null,
      tasks: fakeTasks(tasks, meet),
      lists: {
        async listEvents({ since, until }, offset) {
          scene.asked.push({ list: 'events', since, until, offset });
          await meet('lists.listEvents');
          const found = scene.events.filter(({ at }) => at >= since && at <= until);
          return pageOf(scene, found.map(({ event }) => event).toReversed(), offset);
        },
        async listArchivedCustomers(offset) {
          scene.asked.push({ list: 'customers', offset });
          await meet('lists.listArchivedCustomers');
          return pageOf(scene, [...world.unit.customers.values()], offset);
        },
        async listWebhooks(offset) {
          scene.asked.push({ list: 'webhooks', offset });
          await meet('lists.listWebhooks');
          return pageOf(scene, scene.webhooks, offset);
        },
      } satisfies UnitLists,
    },
    run: () => reconcile(scene.ports, signal),
  };
  return scene;
}

function pageOf<Item>(
  { pageSize, unreadable }: ReconcileScene,
  items: readonly Item[],
  offset: number,
): Page<Item> {
  const end = offset + pageSize;
  return { items: items.slice(offset, end), unreadable, nextOffset: end < items.length ? end : null };
}

const fakeTasks = (tasks: Map<TaskName, TaskRow>, meet: (operation: string) => Promise<void>): Tasks => {
  const write = (name: TaskName, held: number, changes: Partial<TaskRow>): boolean => {
    const row = tasks.get(name);
    if (row?.leaseUntil !== held) return false;
    tasks.set(name, { ...row, ...changes });
    return true;
  };
  return {
    async read(name) {
      await meet('tasks.read');
      return tasks.get(name) ?? null;
    },
    async take(name, now, leaseUntil) {
      await meet('tasks.take');
      const row = tasks.get(name) ?? {
        readUntil: null,
        windowUntil: null,
        nextOffset: 0,
        leaseUntil: 0,
        dueAt: 0,
      };
      if (row.leaseUntil >= now || row.dueAt > now) return null;
      tasks.set(name, { ...row, leaseUntil });
      const { readUntil, windowUntil, nextOffset } = row;
      return { readUntil, windowUntil, nextOffset };
    },
    async note(name, held, progress) {
      await meet('tasks.note');
      return write(name, held, progress);
    },
    async end(name, held, progress, dueAt) {
      await meet('tasks.end');
      return write(name, held, { ...progress, leaseUntil: 0, dueAt });
    },
  };
};

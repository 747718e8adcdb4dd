// The scene of one run: the real onboarding and its real adapters, between a simulated Unit and a table in memory.
import { parseBatch, requireSignature } from '../../../functions/adapters/unit/webhook.ts';
import { startDeadline } from '../../../functions/core/deadline.ts';
import { ServiceError } from '../../../functions/core/errors.ts';
import { applyEvents } from '../../../functions/core/onboarding/apply-events.ts';
import { createUnitSimulator, type UnitSimulator } from '../../../simulators/unit/simulator.ts';
import type { Switches } from '../../../simulators/unit/switches.ts';
import { type Container, conclude, isAlive } from './container.ts';
import type { Fate } from './fates.ts';
import { gatedStore } from './gated-store.ts';
import { createMemoryStore, type MemoryStore } from './memory-store.ts';
import { type Delivery, takeOverFetch, WEBHOOK_URL } from './network.ts';
import { createPorts, fixed, type ModelPorts, ONBOARDING_TOKEN } from './ports.ts';
import { takeOverTime, type VirtualTime } from './virtual-time.ts';

export const START = Date.parse('2027-01-15T08:00:00Z');
const WEBHOOK_TOKEN = 'webhook-token-of-the-model';
const OPERATOR = 'operator-token-of-the-model';
const onboardingScopes = ['applications', 'applications-write', 'customers', 'events', 'webhooks'];

/** One request, and who asks it. */
export interface Served {
  readonly title: string;
  /** Empty for what no user asks. */
  readonly user: string;
  readonly deadlineMs: number;
  run(ports: ModelPorts, signal: AbortSignal): Promise<unknown>;
}

export interface Scene {
  readonly time: VirtualTime;
  readonly unit: UnitSimulator;
  readonly store: MemoryStore;
  readonly containers: Container[];
  /** What happened, in words. */
  readonly journal: string[];
  /** How often each fate was met and each answer given. */
  readonly seen: Map<string, number>;
  /** All that Unit ever delivered. */
  readonly deliveries: Delivery[];
  /** The next deliveries are lost on the way. */
  isLosing: boolean;
  /** Unit was told something, or somebody was answered, since this was last set to false. */
  isUnitTouched: boolean;
  portsOf(containerName: string): ModelPorts;
  start(request: Served): Container;
  startWebhook(delivery: Delivery): Container;
  /** A call to Unit by an operator. */
  operate(method: string, path: string, body?: unknown): Promise<Response>;
  note(line: string): void;
  count(what: string): void;
  end(): void;
}

export const living = ({ containers }: Scene): Container[] => containers.filter(isAlive);

const APPLY_WITHIN_MS = 4000;
const WEBHOOK_MS = 4500;

/** Sets a scene; `end` must be called, since it borrows this realm's timers and `fetch`. */
export async function createScene(switches: Partial<Switches>): Promise<Scene> {
  const time = takeOverTime(START);
  const store = createMemoryStore();
  const unit = createUnitSimulator({
    orgTokens: [
      { token: ONBOARDING_TOKEN, scopes: onboardingScopes },
      {
        token: OPERATOR,
        scopes: ['applications-write', 'webhooks-write'],
      },
    ],
    now: () => time.now(),
  });
  Object.assign(unit.controls.switches, { rateLimitPerMinute: 0, autoDisableAfterSeconds: 1e9, ...switches });
  const counted = (_line: string, { fate }: Fate): void => {
    scene.count(`fate ${fate}`);
    scene.note(_line);
  };
  const clock = (): number => time.now() / 1000;
  const scene: Scene = {
    time,
    unit,
    store,
    containers: [],
    journal: [],
    seen: new Map(),
    deliveries: [],
    isLosing: false,
    isUnitTouched: false,

    portsOf(name) {
      const container = scene.containers.find((one) => one.name === name);
      if (container === undefined) throw new Error(`no container ${name}`);
      return createPorts(container, gatedStore(store, container, time, counted), clock);
    },

    start({ title, user, deadlineMs, run }) {
      const container: Container = {
        name: `c${scene.containers.length + 1}`,
        title,
        user,
        isDisturbed: false,
        isDead: false,
        isOver: false,
        waiting: [],
        outcome: undefined,
        onOutcome: () => undefined,
      };
      scene.containers.push(container);
      scene.note(`${container.name} starts: ${title}`);
      time.runFor(container);
      const deadline = startDeadline(deadlineMs);
      const late = new Promise<never>((_, reject) => {
        deadline.signal.addEventListener('abort', () => {
          container.isDisturbed = true;
          reject(new ServiceError('upstream_timeout', { reason: 'request_deadline' }));
        });
      });
      const running = run(scene.portsOf(container.name), deadline.signal).finally(() => {
        container.isOver = true;
        // A form's link may go out now.
        scene.isUnitTouched = true;
        deadline.done();
      });
      Promise.race([running, late]).then(
        (value) => conclude(container, { kind: 'answered', value }),
        (error: unknown) => conclude(container, { kind: 'refused', error }),
      );
      // The deadline may have been told already; what comes after it is nobody's to hear.
      running.catch(() => undefined);
      return container;
    },

    startWebhook(delivery) {
      return scene.start({
        title: `webhook with ${delivery.types.join(', ')}`,
        user: '',
        deadlineMs: WEBHOOK_MS,
        async run(ports) {
          await requireSignature(fixed(WEBHOOK_TOKEN), delivery.bytes, delivery.signature);
          const { events } = parseBatch(delivery.bytes);
          await applyEvents(ports, events, startDeadline(APPLY_WITHIN_MS).signal);
        },
      });
    },

    operate: (method, path, body) =>
      unit.handle(
        new Request(`http://unit.test${path}`, {
          method,
          headers: { authorization: `Bearer ${OPERATOR}`, 'content-type': 'application/vnd.api+json' },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        }),
      ),

    note: (line) =>
      void scene.journal.push(`${((time.now() - START) / 1000).toFixed(2).padStart(10)}  ${line}`),
    count: (what) => void scene.seen.set(what, (scene.seen.get(what) ?? 0) + 1),

    end() {
      unit.close();
      giveBackFetch();
      time.restore();
    },
  };
  const giveBackFetch = takeOverFetch({
    time,
    unit: () => unit,
    containerOf: (name) => scene.containers.find((one) => one.name === name),
    receive(delivery) {
      scene.deliveries.push(delivery);
      if (!scene.isLosing) return scene.startWebhook(delivery);
      scene.count('delivery lost');
      scene.note(`a webhook is lost: ${delivery.types.join(', ')}`);
      return null;
    },
    note: counted,
    onUnitCalled: () => {
      scene.isUnitTouched = true;
    },
  });
  const registered = await scene.operate('POST', '/webhooks', {
    data: {
      type: 'webhook',
      attributes: {
        label: 'model',
        url: WEBHOOK_URL,
        token: WEBHOOK_TOKEN,
        contentType: 'JsonAPI',
        deliveryMode: 'AtLeastOnce',
        includeResources: false,
        subscriptionType: 'All',
      },
    },
  });
  if (registered.status !== 201) throw new Error(`webhook: ${await registered.text()}`);
  return scene;
}

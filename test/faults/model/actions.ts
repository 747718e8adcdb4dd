// What may happen: each kind of action and how it is done. A new kind is added here and in `generate.ts`.
import { routes } from '../../../functions/contract/routes.ts';
import { apply } from '../../../functions/core/onboarding/apply.ts';
import { readApplication } from '../../../functions/core/onboarding/read-application.ts';
import { reconcile } from '../../../functions/core/reconcile/reconcile.ts';
import type { decisions } from '../../../simulators/unit/controls.ts';
import { finishAll, go, wait } from './drive.ts';
import type { Fate } from './fates.ts';
import { judgeAlways, judgeAtRest } from './judge.ts';
import { type Body, personOf, requestOf, steppedUpAt } from './people.ts';
import { hashes } from './ports.ts';
import { settle } from './virtual-time.ts';
import { living, type Scene } from './world.ts';

/** How far a container goes, and what becomes of the call after. */
interface Progress {
  readonly calls: number;
  readonly fate: Fate;
  /** Which of several calls under way goes first. */
  readonly pick: number;
}

export type Action =
  | ({ readonly do: 'apply'; readonly user: number; readonly key: number; readonly body: Body } & Progress)
  | ({ readonly do: 'read'; readonly user: number; readonly key: number } & Progress)
  | ({ readonly do: 'go on'; readonly which: number } & Progress)
  | ({ readonly do: 'deliver'; readonly isLost: boolean } & Progress)
  | ({ readonly do: 'replay'; readonly which: number } & Progress)
  | ({ readonly do: 'reconcile' } & Progress)
  | { readonly do: 'wait'; readonly seconds: number }
  | {
      readonly do: 'decide';
      readonly which: number;
      readonly decision: (typeof decisions)[number] | 'cancel';
    }
  | { readonly do: 'archive'; readonly which: number }
  | { readonly do: 'finish' };

export const ROUTE = `${routes.apply.method} ${routes.apply.path}`;
const RECONCILE_MS = 45_000;

/** Names of keys, as long as the API asks. */
const keyNames = ['key-A', 'key-B', 'key-C', 'key-at-the-end'] as const;
export const keyOf = (index: number): string => `idempotency-${keyNames[index] ?? 'key'}`;

/** Our own id for an application. */
export const idOf = (userIndex: number, keyIndex: number): string =>
  hashes.applicationId([personOf(userIndex).stytchUserId, ROUTE, keyOf(keyIndex)]);

/** Starts a request for an account. */
export function startApply(scene: Scene, userIndex: number, keyIndex: number, like: Body) {
  const person = personOf(userIndex);
  return scene.start({
    title: `apply by user ${userIndex + 1} with ${keyNames[keyIndex]}, ${like}`,
    user: person.stytchUserId,
    deadlineMs: routes.apply.deadlineMs,
    run: (ports, signal) =>
      apply(
        ports,
        steppedUpAt(person, scene.time.now()),
        {
          idempotencyKey: keyOf(keyIndex),
          route: ROUTE,
          sourceIp: '203.0.113.7',
          request: requestOf(person, like),
        },
        signal,
      ),
  });
}

export const startReconcile = (scene: Scene) =>
  scene.start({
    title: 'reconcile',
    user: '',
    deadlineMs: RECONCILE_MS,
    run: reconcile,
  });

function startRead(scene: Scene, userIndex: number, keyIndex: number) {
  const person = personOf(userIndex);
  return scene.start({
    title: `read by user ${userIndex + 1} of ${keyNames[keyIndex]}`,
    user: person.stytchUserId,
    deadlineMs: routes.readApplication.deadlineMs,
    run: (ports, signal) =>
      readApplication(ports, steppedUpAt(person, scene.time.now()), idOf(userIndex, keyIndex), signal),
  });
}

/** Does one action; what it names and is not there makes it nothing. */
export async function act(scene: Scene, action: Action): Promise<void> {
  scene.count(`action ${action.do}`);
  await perform(scene, action);
  scene.time.advance(1);
  await settle();
  judgeAlways(scene);
  judgeAtRest(scene);
}

async function perform(scene: Scene, action: Action): Promise<void> {
  switch (action.do) {
    case 'apply':
      return go(scene, startApply(scene, action.user, action.key, action.body), action);
    case 'read':
      return go(scene, startRead(scene, action.user, action.key), action);
    case 'reconcile':
      return go(scene, startReconcile(scene), action);
    case 'go on': {
      const running = living(scene);
      // Counted from the newest.
      const container = running.toReversed()[action.which % Math.max(1, running.length)];
      return container === undefined ? undefined : go(scene, container, action);
    }
    case 'deliver': {
      const before = scene.containers.length;
      scene.isLosing = action.isLost;
      void scene.unit.controls.flushWebhooks();
      await settle();
      scene.isLosing = false;
      const container = scene.containers[before];
      return container === undefined ? undefined : go(scene, container, action);
    }
    case 'replay': {
      const delivery = scene.deliveries[action.which % Math.max(1, scene.deliveries.length)];
      return delivery === undefined ? undefined : go(scene, scene.startWebhook(delivery), action);
    }
    case 'wait':
      scene.note(`${action.seconds} s pass`);
      return wait(scene, action.seconds);
    case 'decide':
      return decide(scene, action.which, action.decision);
    case 'archive': {
      // Counted from the newest, as applications are.
      const customers = scene.unit.controls
        .customers()
        .filter(({ status }) => status === 'Active')
        .toReversed();
      const customer = customers[action.which % Math.max(1, customers.length)];
      if (customer === undefined) return;
      scene.note(`Unit archives customer ${customer.id}`);
      return scene.unit.controls.archiveCustomer(customer.id);
    }
    case 'finish':
      return finishAll(scene);
  }
}

async function decide(
  scene: Scene,
  which: number,
  decision: (typeof decisions)[number] | 'cancel',
): Promise<void> {
  const { controls } = scene.unit;
  const open = controls
    .applications()
    .filter(({ status }) => !['Approved', 'Denied', 'Canceled'].includes(status))
    .toReversed();
  const application = open[which % Math.max(1, open.length)];
  const same: string | undefined = { awaitingDocuments: 'AwaitingDocuments', pendingReview: 'PendingReview' }[
    decision as string
  ];
  if (application === undefined || application.status === same) return;
  scene.note(`Unit on ${application.id}: ${decision}`);
  scene.isUnitTouched = true;
  if (decision !== 'cancel') {
    controls.decide(application.id, decision);
    return;
  }
  await scene.operate('POST', `/applications/${application.id}/cancel`, {
    data: { type: 'applicationCancel', attributes: {} },
  });
}

// What may happen: each kind of action and how it is done. A new kind is added here and in `generate.ts`.
import type { decisions } from '../../../simulators/unit/controls.ts';
import type { Application } from '../../../simulators/unit/records.ts';
import { finishAll, go, wait } from './drive.ts';
import type { Fate } from './fates.ts';
import { type FormBody, sendForm, type TypedAs } from './forms.ts';
import { judgeAlways, judgeAtRest } from './judge.ts';
import type { Body } from './people.ts';
import {
  type Named,
  startApply,
  startCancel,
  startForm,
  startRead,
  startReconcile,
  startUpload,
} from './requests.ts';
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
  | ({ readonly do: 'form'; readonly user: number; readonly key: number; readonly body: FormBody } & Progress)
  | { readonly do: 'send'; readonly which: number; readonly like: TypedAs; readonly isOwnEmail: boolean }
  | ({ readonly do: 'read' } & Named & Progress)
  | ({ readonly do: 'cancel'; readonly which: number } & Progress)
  | ({ readonly do: 'upload'; readonly which: number; readonly side: 'front' | 'back' } & Progress)
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
      return go(scene, startRead(scene, action), action);
    case 'form':
      return go(scene, startForm(scene, action.user, action.key, action.body), action);
    case 'send':
      return sendForm(scene, action.which, action.like, action.isOwnEmail);
    case 'cancel': {
      const application = newest(scene, action.which);
      return application === undefined ? undefined : go(scene, startCancel(scene, application), action);
    }
    case 'upload': {
      const application = newest(scene, action.which, ({ documents }) => documents.length > 0);
      return application === undefined
        ? undefined
        : go(scene, startUpload(scene, application, action.side), action);
    }
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

/** One of the applications at Unit, counted from the newest, first those that are meant. */
function newest(
  { unit: { controls } }: Scene,
  which: number,
  isMeant: (application: Application) => boolean = () => true,
): Application | undefined {
  const all = controls.applications().toReversed();
  const ordered = [...all.filter(isMeant), ...all.filter((one) => !isMeant(one))];
  return ordered[which % Math.max(1, ordered.length)];
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

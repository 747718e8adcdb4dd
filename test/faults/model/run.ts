// One run of the model, and many: random schedules until one breaks an invariant, then the smallest that does.
import * as fc from 'fast-check';
import { act } from './actions.ts';
import type { Container } from './container.ts';
import { finishAll, go, wait } from './drive.ts';
import { ok } from './fates.ts';
import { actions } from './generate.ts';
import { isOpenOrApproved, type Kind, kindOf, subjectOf, Violation } from './invariants.ts';
import { judgeAlways, judgeAtRest, judgeQuiet } from './judge.ts';
import { people } from './people.ts';
import { idOf, startApply, startForm, startReconcile } from './requests.ts';
import { settle } from './virtual-time.ts';
import { createScene, type Scene } from './world.ts';

/** How Unit behaves in a run. */
const settings = fc.record({
  startPending: fc.boolean(),
  /** Mostly off, so that our lock alone protects. */
  preventDuplicateIndividualApplications: fc.nat(3).map((n) => n === 3),
  idempotentRepeat: fc.constantFrom('first', 'error'),
  eventOrder: fc.constantFrom('applicationFirst', 'customerFirst'),
  approvesInto: fc.constantFrom('newCustomer', 'sameCustomer'),
  shuffleDelivery: fc.boolean(),
  duplicateDelivery: fc.boolean(),
});

export const anySchedule = fc.record({ settings, actions, losesTheRest: fc.boolean() });
export type Schedule = typeof anySchedule extends fc.Arbitrary<infer T> ? T : never;

export interface RunResult {
  readonly journal: readonly string[];
  readonly seen: ReadonlyMap<string, number>;
  readonly violation: Violation | null;
}

const through = { calls: 999, fate: ok, pick: 0 } as const;

/** Plays one schedule, lets all come to rest, and judges. */
export async function play(schedule: Schedule): Promise<RunResult> {
  const scene = await createScene(schedule.settings);
  try {
    // As a deployment begins: within a minute, before anybody has signed up.
    await go(scene, startReconcile(scene), through);
    for (const action of schedule.actions) await act(scene, action);
    await comeToRest(scene, schedule.losesTheRest);
    judgeQuiet(scene);
    await applyOnceMore(scene);
    return { journal: named(scene), seen: scene.seen, violation: null };
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    scene.note(error.message);
    return { journal: named(scene), seen: scene.seen, violation: error };
  } finally {
    scene.end();
  }
}

/** After each of these a reconcile runs: the lease, Unit's slowest answer, the hour, the slowest checks. */
const rests = [130, 160, 3700, 905, 905, 65, 65] as const;

async function comeToRest(scene: Scene, losesTheRest: boolean): Promise<void> {
  scene.note(losesTheRest ? 'quiet: the webhooks that are left get lost' : 'quiet');
  await finishAll(scene);
  judgeAtRest(scene);
  scene.isLosing = losesTheRest;
  for (const seconds of rests) {
    await wait(scene, seconds);
    await deliverAll(scene);
    await go(scene, startReconcile(scene), through);
  }
}

async function deliverAll(scene: Scene): Promise<void> {
  const flushed = scene.unit.controls.flushWebhooks();
  await settle();
  await finishAll(scene);
  await settle();
  await finishAll(scene);
  await flushed;
}

/** Longer than a form lives and is waited for. */
const NEXT_DAY = 86_400 + 910;
const LAST_KEY = 3;

/** Whoever has nothing open or approved can apply, by either way; whoever has is told of it. */
async function applyOnceMore(scene: Scene): Promise<void> {
  await wait(scene, NEXT_DAY);
  for (const user of people.keys()) {
    await applyAgain(scene, user, 'person', () => startApply(scene, user, LAST_KEY, 'plain'));
    await applyAgain(scene, user, 'business', () => startForm(scene, user, LAST_KEY, 'for a business'));
  }
}

async function applyAgain(scene: Scene, user: number, kind: Kind, start: () => Container): Promise<void> {
  const before = scene.unit.controls
    .applications()
    .find(
      (one) =>
        subjectOf(one) === people[user]?.stytchUserId &&
        kindOf(one.applicant.type) === kind &&
        isOpenOrApproved(one),
    );
  const container = start();
  await go(scene, container, through);
  judgeAlways(scene);
  const told = container.outcome?.kind === 'refused' ? container.outcome.error : undefined;
  const { code, details } = Object(told) as { code?: string; details?: { applicationId?: string } };
  const isRight =
    before === undefined
      ? told === undefined || code === 'application_refused'
      : code === 'application_exists' && details?.applicationId === before.tags['bridgeApplicationId'];
  if (isRight) return;
  const has = before?.id ?? 'nothing';
  throw new Violation('again', `user ${user + 1} has ${has} of a ${kind} and is told ${String(told)}`);
}

/** The journal with our own ids as users and keys. */
function named(scene: Scene): readonly string[] {
  const names = people.flatMap(({ stytchUserId }, user) => [
    ...[0, 1, 2, LAST_KEY].flatMap((key) => [
      [idOf({ user, key, via: 'json' }), `${'ABCZ'[key]}${user + 1}`] as const,
      [idOf({ user, key, via: 'form' }), `form ${'ABCZ'[key]}${user + 1}`] as const,
    ]),
    [stytchUserId, `user ${user + 1}`] as const,
  ]);
  return scene.journal.map((line) => names.reduce((text, [id, name]) => text.replaceAll(id, name), line));
}

export interface ModelReport {
  readonly runs: number;
  readonly seed: number;
  readonly seconds: number;
  readonly seen: ReadonlyMap<string, number>;
  readonly failure: {
    readonly invariant: Violation['invariant'];
    readonly message: string;
    readonly afterRuns: number;
    readonly schedule: Schedule;
    readonly journal: readonly string[];
  } | null;
}

/** Runs the model; stops at the first schedule that breaks an invariant and makes it small. */
export async function runModel(options: {
  readonly runs: number;
  readonly seed: number;
}): Promise<ModelReport> {
  const startedAt = performance.now();
  const seen = new Map<string, number>();
  let runs = 0;
  const property = fc.asyncProperty(anySchedule, async (schedule) => {
    runs += 1;
    const { violation, seen: inThisRun } = await play(schedule);
    for (const [what, times] of inThisRun) seen.set(what, (seen.get(what) ?? 0) + times);
    if (violation !== null) throw violation;
  });
  const details = await fc.check(property, { numRuns: options.runs, seed: options.seed });
  const [smallest] = details.counterexample ?? [];
  const broken = smallest === undefined ? undefined : await play(smallest);
  if (smallest !== undefined && broken?.violation == null) {
    throw details.errorInstance ?? new Error('a failure that does not come again');
  }
  return {
    runs,
    seed: options.seed,
    seconds: (performance.now() - startedAt) / 1000,
    seen,
    failure:
      smallest === undefined || broken?.violation == null
        ? null
        : {
            invariant: broken.violation.invariant,
            message: broken.violation.message,
            afterRuns: details.numRuns,
            schedule: smallest,
            journal: broken.journal,
          },
  };
}

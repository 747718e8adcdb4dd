// Moves containers on, one call at a time, and time with them.
import { type ErrorCode, ServiceError } from '../../../functions/core/errors.ts';
import { type Container, isAlive } from './container.ts';
import { type Fate, ok } from './fates.ts';
import { Violation } from './invariants.ts';
import { judgeAlways } from './judge.ts';
import { settle } from './virtual-time.ts';
import { living, type Scene } from './world.ts';

/** A call takes so long. */
const CALL_MS = 7;

/** Lets one call of a container meet its fate; one that only waits is given time until it calls or ends. */
async function step(scene: Scene, container: Container, fate: Fate, pick: number): Promise<void> {
  await awaken(scene, container);
  const call = container.waiting[pick % Math.max(1, container.waiting.length)];
  if (call === undefined) return;
  scene.time.runFor(container);
  await call.meet(fate);
  await settle();
  // Whoever wakes reads its answers before its own timers fire, and what it sends at once is out.
  if (scene.time.isFrozen(container)) for (const sent of container.waiting) await sent.deliver();
  scene.time.wake(container);
  scene.time.advance(CALL_MS);
  await settle();
  judgeAlways(scene);
}

/** Time passes until the container calls out or ends: a wait between two tries, or a deadline. */
async function awaken(scene: Scene, container: Container): Promise<void> {
  await settle();
  scene.time.runFor(container);
  if (container.waiting.length === 0) scene.time.wake(container);
  while (isAlive(container) && container.waiting.length === 0) {
    const ms = scene.time.untilNext();
    if (ms === null) throw new Violation('ends', `${container.name} hangs: ${container.title}`);
    // Whoever else is under way has deadlines that come nearer meanwhile.
    for (const other of living(scene)) other.isDisturbed = true;
    scene.time.advance(ms);
    await settle();
  }
}

/** So many calls go well, the next one meets its fate, and the container rests. */
export async function go(
  scene: Scene,
  container: Container,
  { calls, fate, pick }: { readonly calls: number; readonly fate: Fate; readonly pick: number },
): Promise<void> {
  for (let done = 0; done < calls && isAlive(container); done += 1) await step(scene, container, ok, pick);
  if (isAlive(container) && fate.fate !== 'ok') await step(scene, container, fate, pick);
  checkAnswers(scene);
}

/** Everything that runs comes to its end, in turns. */
export async function finishAll(scene: Scene): Promise<void> {
  for (let running = living(scene); running.length > 0; running = living(scene)) {
    for (const container of running) if (isAlive(container)) await step(scene, container, ok, 0);
  }
  checkAnswers(scene);
}

/** Longer than this nothing runs on: a container is frozen, and may thaw. */
const FROZEN_AFTER_SECONDS = 15;

/** Time passes. What was sent arrives meanwhile; whoever sleeps finds its answers before its own timers fire. */
export async function wait(scene: Scene, seconds: number): Promise<void> {
  const running = living(scene);
  for (const container of running) {
    container.isDisturbed = true;
    for (const call of container.waiting) await call.deliver();
  }
  await settle();
  if (seconds > FROZEN_AFTER_SECONDS) for (const container of running) scene.time.freeze(container);
  scene.time.advance(seconds * 1000);
  await settle();
  judgeAlways(scene);
}

const told = new WeakSet<Container>();

/** Every answer is a documented one, and an error of ours has a cause that is not ours (standards O). */
function checkAnswers(scene: Scene): void {
  for (const container of scene.containers) {
    const { outcome } = container;
    if (outcome === undefined || told.has(container)) continue;
    told.add(container);
    if (outcome.kind !== 'refused') {
      scene.count(`${wordOf(container)} ${outcome.kind}`);
      continue;
    }
    const { error } = outcome;
    if (!(error instanceof ServiceError)) {
      throw new Violation('answers', `${container.name} (${container.title}) threw ${describe(error)}`);
    }
    scene.count(`${wordOf(container)} ${error.code}`);
    const isExplained = container.isDisturbed || !ownFaults.has(error.code);
    if (error.code === 'server_error' || !isExplained) {
      throw new Violation(
        'answers',
        `${container.name} (${container.title}) answered ${error.message} though nothing had gone wrong`,
      );
    }
  }
}

const wordOf = ({ title }: Container): string => title.split(' ')[0] ?? '';

const describe = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);

const ownFaults: ReadonlySet<ErrorCode> = new Set([
  'upstream_unavailable',
  'upstream_timeout',
  'temporarily_unavailable',
  'not_configured',
]);

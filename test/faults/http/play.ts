// One run over HTTP: requests of one user through the built bundles, whose processes are killed in the middle.
import { setTimeout as pause } from 'node:timers/promises';
import { call, type Exchange } from '../../../local/journey-client.ts';
import type { World } from '../../../local/world.ts';
import { apply, individual, signedInUser } from '../../support/world.ts';
import {
  checkAtRest,
  checkQuiet,
  checkSecrets,
  checkSingle,
  isOpenOrApproved,
  kindOf,
  rowsByKey,
  type View,
  Violation,
} from '../model/invariants.ts';
import { OTHER_EMAIL } from '../model/people.ts';
import { ageUser } from './age-table.ts';
import type { Plan, Round } from './plan.ts';
import { cancelNewest, openForm, own, type Stage, sendForm } from './requests.ts';

export interface Played {
  readonly journal: readonly string[];
  /** Answers by status, and how often a process was killed. */
  readonly seen: readonly string[];
  readonly violation: Violation | null;
}

const standing = (stage: Stage) => ({
  emails: new Map([[stage.user.userId, stage.user.email]]),
  now: Date.now() / 1000,
  applications: own(stage),
  links: stage.links,
});

async function viewOf(stage: Stage): Promise<View> {
  const { world } = stage;
  const seen = standing(stage);
  return {
    ...seen,
    customers: world.unit.controls
      .customers()
      .filter(({ id }) => seen.applications.some(({ customerId }) => customerId === id)),
    rows: rowsByKey(await world.scanTable()),
  };
}

/** Plays one plan with a new user. The world must have no other traffic. */
export async function playOverHttp(world: World, plan: Plan): Promise<Played> {
  const { controls } = world.unit;
  Object.assign(controls.switches, {
    preventDuplicateIndividualApplications: false,
    startPending: plan.startsPending,
    webhookRetryUnitMs: 20,
  });
  const stage: Stage = { world, user: await signedInUser(world), links: [], journal: [], seen: [] };
  let broken: unknown;
  // Looked at all the while, not only at the end.
  const watch = setInterval(() => {
    try {
      checkSingle(standing(stage));
    } catch (error) {
      broken ??= error;
    }
  }, 10);
  try {
    for (const round of plan.rounds) await playRound(stage, round);
    await comeToRest(stage);
    if (broken !== undefined) throw broken;
    return { ...stage, violation: null };
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    return { ...stage, violation: error };
  } finally {
    clearInterval(watch);
    controls.heal();
    controls.dropNextWebhooks(0);
    controls.resumeWebhooks();
  }
}

async function playRound(stage: Stage, round: Round): Promise<void> {
  const { world, user, journal, seen } = stage;
  const { controls } = world.unit;
  if (round.webhooks === 'late') controls.pauseWebhooks();
  else controls.resumeWebhooks();
  controls.dropNextWebhooks(round.webhooks === 'lost' ? 1000 : 0);
  for (const fault of round.faults) controls.arm(fault);
  journal.push(
    `applications ${round.keys.join(' ')}, forms ${round.forms.join(' ')}${round.isCancelling ? ', a cancel' : ''}, webhooks ${round.webhooks}, ${JSON.stringify(round.faults)}, kills ${JSON.stringify(round.kills)}`,
  );
  const body = (key: string) => individual(user.email, { ssn: '612345678', ...bodyOf[key] });
  const requests = [
    ...round.keys.map((key) => apply(world, user, body(key), `idempotency-key-${key}`)),
    ...round.forms.map((key) => openForm(stage, key)),
    ...(round.isCancelling ? cancelNewest(stage) : []),
  ];
  const reconciling = round.isReconciling ? world.runReconcile() : undefined;
  const kills = round.kills.map(async ({ name, afterMs }) => {
    await pause(afterMs);
    await world.killFunction(name);
    seen.push(`killed ${name}`);
  });
  const answers = await Promise.all(requests);
  await Promise.all([...kills, reconciling]);
  // What a killed process had sent still works at Unit, and no time may be skipped before it has.
  const slowest = Math.max(0, ...round.faults.map(({ fault }) => ('ms' in fault ? fault.ms : 0)));
  if (round.kills.length > 0 && slowest > 0) await pause(2 * slowest + 50);
  const isDisturbed = round.kills.length > 0 || round.faults.length > 0;
  for (const answer of answers) judgeAnswer(stage, answer, isDisturbed);
  if (round.sender !== null) await sendForm(stage, round.sender);
  controls.heal();
  await atRest(stage);
  if (round.decision !== null) decide(stage, round.decision);
  if (round.thenSeconds > 0) {
    journal.push(`${round.thenSeconds} s pass, and the reconcile runs`);
    await age(stage, round.thenSeconds);
    await world.runReconcile();
    await atRest(stage);
  }
}

/** Time goes by on both sides. */
async function age({ world, user, links }: Stage, seconds: number): Promise<void> {
  await ageUser(world, user.userId, seconds);
  world.unit.controls.ageForms(seconds);
  world.unit.controls.ageKeys(seconds);
  for (const [i, link] of links.entries()) links[i] = { ...link, expiresAt: link.expiresAt - seconds };
}

/** Keys differ in their bodies, so that no two requests pass for one. */
const bodyOf: Readonly<Record<string, object>> = { A: {}, B: { occupation: 'ScientistOrTechnologist' } };

function judgeAnswer({ journal, seen }: Stage, { status, body }: Exchange, isDisturbed: boolean): void {
  journal.push(`  answered ${status} ${JSON.stringify(body)}`);
  seen.push(`answered ${status}`);
  const isFine =
    [200, 201, 202, 409].includes(status) || (isDisturbed && [422, 500, 502, 503, 504].includes(status));
  if (!isFine) throw new Violation('answers', `${status} ${JSON.stringify(body)}`);
}

/** No request runs any more, and no delivery either. */
async function atRest(stage: Stage): Promise<void> {
  await stage.world.unit.controls.flushWebhooks();
  const view = await viewOf(stage);
  checkSingle(view);
  checkAtRest(view);
}

function decide(stage: Stage, decision: 'approve' | 'deny'): void {
  const open = own(stage).find(({ status }) => !['Approved', 'Denied', 'Canceled'].includes(status));
  if (open === undefined) return;
  stage.journal.push(`Unit on ${open.id}: ${decision}`);
  stage.world.unit.controls.decide(open.id, decision);
}

async function comeToRest(stage: Stage): Promise<void> {
  const { world, user } = stage;
  world.unit.controls.resumeWebhooks();
  for (const seconds of [160, 3700, 905]) {
    await world.unit.controls.flushWebhooks();
    await age(stage, seconds);
    const outcome = await world.runReconcile();
    if (outcome.kind !== 'ok') throw new Violation('answers', `the reconcile: ${JSON.stringify(outcome)}`);
  }
  const view = await viewOf(stage);
  checkQuiet(view);
  const ofForms = ['hosted-forms', OTHER_EMAIL, ...world.unit.controls.received().formTokens];
  const ofUser = [user.email, '612345678', 'Okafor', '1991-04-23', 'Juniper'];
  checkSecrets([...view.rows.values()], [...ofUser, ...ofForms]);
  // Whatever form is still open comes to its end.
  await age(stage, 87_400);
  const before = view.applications.find(
    (one) => isOpenOrApproved(one) && kindOf(one.applicant.type) === 'person',
  );
  const { status, body } = await apply(world, user, individual(user.email), 'idempotency-key-at-the-end');
  const { applicationId } = Object(body) as { applicationId?: string };
  const isRight =
    before === undefined
      ? status === 201
      : status === 409 && applicationId === before.tags['bridgeApplicationId'];
  if (!isRight)
    throw new Violation('again', `${before?.id ?? 'nothing open'}: ${status} ${JSON.stringify(body)}`);
  // Read back as its owner sees it.
  const read = await call('GET', `${world.apiUrl}/v1/applications/${applicationId}`, {
    bearer: user.sessionJwt,
  });
  if (read.status !== 200) throw new Violation('again', `${read.status} ${JSON.stringify(read.body)}`);
}

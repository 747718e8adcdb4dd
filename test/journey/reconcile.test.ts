// W8, W9, INV4: what lost webhooks, dead runs and vendor outages leave behind is repaired, and everybody is told.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { call, eventually } from '../../local/journey-client.ts';
import type { World } from '../../local/world.ts';
import type { Invocation } from '../../simulators/aws/function-host.ts';
import {
  apply,
  editItem,
  individual,
  type SignedInUser,
  signedInUser,
  startTestWorld,
} from '../support/world.ts';

jest.setTimeout(30_000);

let world: World;

beforeAll(async () => {
  world = await startTestWorld();
});
afterAll(() => world.close());
afterEach(() => {
  world.unit.controls.heal();
  world.unit.controls.resumeWebhooks();
});

const numbers = (run: Invocation): Record<string, number> => {
  if (run.kind !== 'ok') throw new Error(run.errorMessage);
  return JSON.parse(run.payload);
};
const runReconcile = async () => numbers(await world.runReconcile());

/** The fields of the newest log line with this code. */
function lastLine(code: string): Record<string, unknown> | undefined {
  const line = world.logs().findLast((one) => one.line.includes(`"code":"${code}"`));
  return line === undefined ? undefined : JSON.parse(line.line);
}

/** Sets numbers on a task's item, as if they had been written longer ago. */
async function backdate(
  sk: 'CURSOR' | 'WEBHOOKS' | 'ARCHIVED',
  attribute: string,
  seconds: number,
): Promise<void> {
  const task = (await world.scanTable()).find((item) => item['pk'] === 'RECONCILE' && item['sk'] === sk);
  await editItem(world, { pk: 'RECONCILE', sk }, { [attribute]: Number(task?.[attribute] ?? 0) - seconds });
}

const items = async () => (await world.scanTable()).toSorted((a, b) => keyOf(a).localeCompare(keyOf(b)));
const keyOf = ({ pk, sk }: Record<string, unknown>): string => `${String(pk)} ${String(sk)}`;
const isOfTasks = (item: Record<string, unknown>): boolean => item['pk'] === 'RECONCILE';
const withoutTasks = async () => (await items()).filter((item) => !isOfTasks(item));
const cursor = async () => (await items()).find(({ sk }) => sk === 'CURSOR');

const exchange = (user: SignedInUser) =>
  call('POST', `${world.apiUrl}/v1/token`, { bearer: user.sessionJwt, body: { scopes: ['accounts'] } });

/** Applies while Unit takes its time to decide. */
async function pendingApplicant(): Promise<{ user: SignedInUser; unitApplicationId: string }> {
  const user = await signedInUser(world);
  world.unit.controls.switches.startPending = true;
  expect(await apply(world, user, individual(user.email))).toMatchObject({ body: { status: 'Pending' } });
  world.unit.controls.switches.startPending = false;
  const own = world.unit.controls
    .applications()
    .find(({ applicant }) => 'email' in applicant.attributes && applicant.attributes.email === user.email);
  return { user, unitApplicationId: own?.id ?? '' };
}

/** Approved at Unit, while every word of it was lost. */
async function unheardCustomer(): Promise<{ user: SignedInUser; unitCustomerId: string }> {
  world.unit.controls.dropNextWebhooks(1000);
  const { user, unitApplicationId } = await pendingApplicant();
  world.unit.controls.decide(unitApplicationId, 'approve');
  const found = world.unit.controls.customers().find((one) => one.applicationId === unitApplicationId);
  return { user, unitCustomerId: found?.id ?? '' };
}

describe('INV4 Webhooks that never came', () => {
  it('are made good by the next run: the customer is claimed, and gets a token', async () => {
    const { user, unitCustomerId } = await unheardCustomer();
    expect(await exchange(user)).toMatchObject({ status: 409 });
    expect(await runReconcile()).toMatchObject({
      checked: 0,
      failedSteps: 0,
      cursorLagSeconds: expect.any(Number),
    });
    expect(await exchange(user)).toMatchObject({ status: 201, body: { customerId: unitCustomerId } });
  });

  it('also that of an archived customer: a token is refused a run later', async () => {
    const { user, unitCustomerId } = await unheardCustomer();
    await runReconcile();
    world.unit.controls.archiveCustomer(unitCustomerId);
    await runReconcile();
    expect(await exchange(user)).toMatchObject({ status: 403, body: { code: 'customer_archived' } });
  });

  it('even when the event itself is gone from Unit, by the daily sweep', async () => {
    const { user, unitCustomerId } = await unheardCustomer();
    await runReconcile();
    world.unit.controls.archiveCustomer(unitCustomerId);
    // As if the events had been read without it.
    await backdate('CURSOR', 'readUntil', -1000);
    expect(await runReconcile()).toMatchObject({ customersArchived: 0 });
    await backdate('ARCHIVED', 'dueAt', 86_400);
    await backdate('CURSOR', 'readUntil', -1000);
    expect(await runReconcile()).toMatchObject({ customersArchived: 1, eventsApplied: 0 });
    expect(await exchange(user)).toMatchObject({ status: 403, body: { code: 'customer_archived' } });
    await backdate('CURSOR', 'readUntil', 2000);
    await runReconcile();
  });

  it('of a dozen customers in one run', async () => {
    const customers = [];
    for (let i = 0; i < 12; i += 1) customers.push(await unheardCustomer());
    const { eventsApplied } = await runReconcile();
    expect(eventsApplied).toBeGreaterThanOrEqual(36);
    for (const { user } of customers) expect(await exchange(user)).toMatchObject({ status: 201 });
  }, 60_000);
});

describe('S7 A webhook that Unit sends late', () => {
  it('is measured by its oldest event, and applied like any other', async () => {
    world.unit.controls.dropNextWebhooks(0);
    const { user, unitApplicationId } = await pendingApplicant();
    world.unit.controls.pauseWebhooks();
    world.unit.controls.decide(unitApplicationId, 'approve');
    await sleep(2500);
    const from = world.logs().length;
    world.unit.controls.resumeWebhooks();
    await eventually('the claim', 10, async () => (await exchange(user)).status === 201 || undefined);
    const lines = () => world.logs().slice(from);
    const received = lines().filter(({ line }) => line.includes('"code":"unit_webhook.received"'));
    const ages = received.map(({ line }) => Number(JSON.parse(line).ageSeconds));
    expect(Math.max(...ages)).toBeGreaterThanOrEqual(2);
    const measured = await eventually('the metric', 10, () =>
      lines().find(({ line }) => line.includes('"Name":"WebhookAgeSeconds","Unit":"Seconds"')),
    );
    expect(ages).toContain([JSON.parse(measured.line).WebhookAgeSeconds].flat()[0]);
  });
});

describe('W8 A run that has nothing to do', () => {
  it('changes nothing but the cursor, and asks Unit once', async () => {
    await unheardCustomer();
    await runReconcile();
    const before = await withoutTasks();
    const readUntil = Number((await cursor())?.['readUntil']);
    expect(await runReconcile()).toMatchObject({ eventsApplied: 0, unitCalls: 1, failedSteps: 0 });
    expect(await withoutTasks()).toEqual(before);
    expect(Number((await cursor())?.['readUntil'])).toBeGreaterThan(readUntil);
  });

  it('nor do four at once end otherwise than one', async () => {
    const { user } = await unheardCustomer();
    const runs = await Promise.all([runReconcile(), runReconcile(), runReconcile(), runReconcile()]);
    expect(runs.map(({ failedSteps }) => failedSteps)).toEqual([0, 0, 0, 0]);
    expect(await exchange(user)).toMatchObject({ status: 201 });
    const before = await withoutTasks();
    await runReconcile();
    expect(await withoutTasks()).toEqual(before);
  });
});

describe('A run that is killed', () => {
  it('leaves a lease that ends by itself; the run after it finishes the work', async () => {
    const { user } = await unheardCustomer();
    world.unit.controls.arm({ method: 'GET', path: '/applications/*', times: 50, fault: { kind: 'hang' } });
    const before = Number((await cursor())?.['readUntil']);
    const killed = world.runReconcile();
    await eventually('the lease', 10, async () =>
      Number((await cursor())?.['leaseUntil']) > 0 ? true : undefined,
    );
    await world.killFunction('reconcile');
    expect(await killed).toMatchObject({ kind: 'error' });
    world.unit.controls.heal();
    expect(await cursor()).toMatchObject({ readUntil: before });

    expect(await runReconcile()).toMatchObject({ eventPages: 0, failedSteps: 0 });
    expect(await exchange(user)).toMatchObject({ status: 409 });
    await backdate('CURSOR', 'leaseUntil', 40);
    expect(await runReconcile()).toMatchObject({ failedSteps: 0, cursorLagSeconds: expect.any(Number) });
    expect(await exchange(user)).toMatchObject({ status: 201 });
  }, 30_000);
});

describe('An outage of Unit', () => {
  it('fails the run, tells how far the cursor lags, and is caught up with afterwards', async () => {
    const { user } = await unheardCustomer();
    await backdate('CURSOR', 'readUntil', 7 * 3600);
    world.unit.controls.arm({
      method: '*',
      path: '/events',
      times: 9,
      fault: { kind: 'status', status: 503 },
    });
    expect(await world.runReconcile()).toMatchObject({
      kind: 'error',
      errorMessage: 'temporarily_unavailable: backfill_events',
    });
    expect(lastLine('reconcile.step_failed')).toMatchObject({ step: 'backfill_events', vendorStatus: 503 });
    const lag = Number(lastLine('reconcile.completed')?.['cursorLagSeconds']);
    expect(lag).toBeGreaterThanOrEqual(7 * 3600);
    expect(lag).toBeLessThan(7 * 3600 + 60);

    world.unit.controls.heal();
    await backdate('CURSOR', 'leaseUntil', 40);
    expect(await runReconcile()).toMatchObject({ failedSteps: 0 });
    expect(await exchange(user)).toMatchObject({ status: 201 });
  }, 30_000);

  it('of one resource holds the cursor, but nobody else', async () => {
    const [held, other] = [await unheardCustomer(), await unheardCustomer()];
    const readUntil = (await cursor())?.['readUntil'];
    const fault = { kind: 'status', status: 503 } as const;
    const path = `/customers/${held.unitCustomerId}`;
    world.unit.controls.arm({ method: 'GET', path, times: 50, fault });
    expect(await world.runReconcile()).toMatchObject({ kind: 'error' });
    expect(await cursor()).toMatchObject({ readUntil });
    expect(await exchange(other.user)).toMatchObject({ status: 201 });
    expect(await exchange(held.user)).toMatchObject({ status: 409 });
    world.unit.controls.heal();
    expect(await runReconcile()).toMatchObject({ failedSteps: 0 });
    expect(await exchange(held.user)).toMatchObject({ status: 201 });
  }, 30_000);
});

describe('W9 The webhook at Unit', () => {
  const switchTo = async (change: 'enable' | 'disable'): Promise<void> => {
    const [webhook] = world.unit.controls.webhooks();
    await fetch(`${world.unit.url}/webhooks/${webhook?.id}/${change}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${world.unit.operatorToken}` },
    });
  };

  it('is reported when it is disabled, within a quarter of an hour, and only then', async () => {
    expect(await runReconcile()).toMatchObject({ webhookFindings: 0 });
    await switchTo('disable');
    expect(await runReconcile()).toMatchObject({ webhookFindings: 0 });
    await backdate('WEBHOOKS', 'dueAt', 900);
    expect(await runReconcile()).toMatchObject({ webhookFindings: 1, failedSteps: 0 });
    const [webhook] = world.unit.controls.webhooks();
    expect(lastLine('unit_webhook.unhealthy')).toMatchObject({
      finding: 'not_enabled',
      webhookId: webhook?.id,
      status: 'Disabled',
    });
    await switchTo('enable');
    await backdate('WEBHOOKS', 'dueAt', 900);
    expect(await runReconcile()).toMatchObject({ webhookFindings: 0 });
  });

  it('INV5 and nothing of any of this puts a secret or a person into the log', () => {
    const text = world
      .logs()
      .filter((one) => one.function === 'reconcile')
      .map(({ line }) => line)
      .join('\n');
    expect(text).toContain('unit_webhook.unhealthy');
    expect(text).not.toContain(world.secrets.seeded.unitWebhook);
    expect(text).not.toContain(world.secrets.seeded.unitEvents);
    expect(text).not.toMatch(/Okafor|1991-04-23|60000\d{4}|@example\.com/);
  });
});

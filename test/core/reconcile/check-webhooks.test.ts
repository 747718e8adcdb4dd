import { beforeEach, describe, expect, it } from '@jest/globals';
import type { UnitWebhook } from '../../../functions/core/ports.ts';
import { reconcile } from '../../../functions/core/reconcile/reconcile.ts';
import { createWorld, storeDown, type World } from '../../support/core-fakes.ts';
import { healthyWebhook, type ReconcileScene, reconcileScene } from '../../support/core-reconcile.ts';
import { MINUTE, refusal } from '../../support/core-values.ts';

let world: World;
let scene: ReconcileScene;

beforeEach(() => {
  world = createWorld();
  scene = reconcileScene(world);
});

const findings = () => world.linesOf('unit_webhook.unhealthy');

describe('W9 The reconcile looks after the webhook at Unit', () => {
  it('and says nothing of one that is as it should be', async () => {
    expect(await scene.run()).toMatchObject({ webhookFindings: 0 });
    expect(findings()).toEqual([]);
  });

  it.each<[string, Partial<UnitWebhook>, string]>([
    ['that Unit gave up', { isEnabled: false, status: 'Unavailable' }, 'not_enabled'],
    ['that somebody switched off', { isEnabled: false, status: 'Disabled' }, 'not_enabled'],
    ['that is sent once only', { isRepeated: false }, 'not_repeated'],
    ['W11 that brings whole resources', { hasResources: true }, 'has_resources'],
    ['that brings none of our events', { hasOurEvents: false }, 'lacks_events'],
  ])('but reports one %s', async (_title, changes, finding) => {
    scene.webhooks.splice(0, 1, { ...healthyWebhook, ...changes });
    expect(await scene.run()).toMatchObject({ webhookFindings: 1 });
    expect(findings()).toEqual([{ finding, webhookId: '1', status: changes.status ?? 'Enabled' }]);
  });

  it('and each fault of one that has several', async () => {
    scene.webhooks.splice(0, 1, { ...healthyWebhook, isEnabled: false, hasResources: true });
    expect(await scene.run()).toMatchObject({ webhookFindings: 2 });
  });

  it.each([
    ['there is none', []],
    ['there are only others', [{ ...healthyWebhook, path: '/webhooks/of/somebody/else' }]],
  ])('and that it is missing when %s', async (_title, webhooks) => {
    scene.webhooks.splice(0, 1, ...webhooks);
    await scene.run();
    expect(findings()).toEqual([{ finding: 'missing', webhookId: null, status: null }]);
  });

  it("and takes no other stage's for its own where it knows its host", async () => {
    const run = async (webhookHost: string | null) => {
      scene.tasks.clear();
      const ports = { ...scene.ports, webhookHost };
      return reconcile(ports, new AbortController().signal);
    };
    expect(await run('api.bank.example')).toMatchObject({ webhookFindings: 0 });
    scene.webhooks.splice(0, 1, { ...healthyWebhook, host: 'staging.bank.example' });
    expect(await run(null)).toMatchObject({ webhookFindings: 0 });
    expect(await run('api.bank.example')).toMatchObject({ webhookFindings: 1 });
    expect(findings()).toEqual([{ finding: 'missing', webhookId: null, status: null }]);
  });

  it('wherever it stands in the list', async () => {
    const other = { ...healthyWebhook, path: '/x', isEnabled: false };
    scene.webhooks.unshift(other, other);
    scene.pageSize = 1;
    expect(await scene.run()).toMatchObject({ webhookFindings: 0 });
  });

  it('every quarter of an hour, and again a minute later when Unit did not answer', async () => {
    const asked = () => scene.asked.filter(({ list }) => list === 'webhooks').length;
    scene.broken.set('lists.listWebhooks', storeDown());
    await refusal(scene.run());
    scene.broken.clear();
    world.now += MINUTE;
    await scene.run();
    expect(asked()).toBe(2);
    world.now += 15 * MINUTE - 1;
    await scene.run();
    expect(asked()).toBe(2);
    world.now += 1;
    await scene.run();
    expect(asked()).toBe(3);
  });
});

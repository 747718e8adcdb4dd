// Unit's webhooks of a world, set and read as tests need them.
import { expect } from '@jest/globals';
import type { World } from '../../local/world.ts';

/** `url` gives the stage's own webhook URL. */
export function unitWebhooks(world: World, url: () => string) {
  async function unit(method: string, path: string, attributes?: object): Promise<void> {
    const response = await fetch(`${world.unit.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${world.unit.operatorToken}`,
        'content-type': 'application/vnd.api+json',
      },
      ...(attributes === undefined
        ? {}
        : { body: JSON.stringify({ data: { type: 'webhook', attributes } }) }),
    });
    expect(response.ok).toBe(true);
  }
  return {
    unit,
    /** As it should be, but for the changes. */
    hook: (changes: object = {}) => ({
      label: 'test',
      url: url(),
      token: world.secrets.seeded.unitWebhook,
      contentType: 'JsonAPI',
      deliveryMode: 'AtLeastOnce',
      includeResources: false,
      subscriptionType: 'All',
      ...changes,
    }),
    /** Only these point to us. */
    async webhooksAre(...all: readonly object[]): Promise<void> {
      for (const one of world.unit.controls.webhooks()) {
        if (one.url.endsWith('/webhooks/unit'))
          await unit('PATCH', `/webhooks/${one.id}`, { url: 'http://127.0.0.1:9/away' });
      }
      for (const one of all) await unit('POST', '/webhooks', one);
    },
    ours: () => world.unit.controls.webhooks().filter((one) => one.url === url()),
  };
}

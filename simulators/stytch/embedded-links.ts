// Links whose token the caller gets and delivers itself, so they prove no address.
import * as z from 'zod/mini';
import { fields, parseBody } from './inputs.ts';
import type { Route } from './router.ts';
import { MINUTE_MS } from './timestamps.ts';
import type { World } from './world.ts';

const DEFAULT_MINUTES = 60;

function embed(world: World, input: unknown): Record<string, unknown> {
  const shape = z.strictObject({
    user_id: fields.id,
    expiration_minutes: z.optional(fields.linkMinutes),
    attributes: z.optional(fields.attributes),
  });
  const body = parseBody(shape, input);
  const user = world.users.get(body.user_id);
  const token = world.newToken();
  const now = world.now();
  world.deliveries.addLink({
    kind: 'embedded',
    token,
    userId: user.userId,
    addressId: undefined,
    to: '',
    redirectUrl: undefined,
    hopUrl: '',
    codeChallenge: undefined,
    attributes: body.attributes ?? {},
    embeddedId: world.newId('embeddable-magic-link'),
    sentAt: now,
    expiresAt: now + (body.expiration_minutes ?? DEFAULT_MINUTES) * MINUTE_MS,
    isUsed: false,
  });
  return { user_id: user.userId, token };
}

/** The call that makes such a link's token. */
export const embeddedLinkRoute: Route = {
  method: 'POST',
  path: '/v1/magic_links',
  run: (world, { body }) => embed(world, body),
};

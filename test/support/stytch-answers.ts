// Stytch's answers as they are, and as an attacker between us and Stytch would like them.
import type { World } from '../../local/world.ts';
import type { Json } from './forgeries.ts';
import { askStytch } from './security.ts';

/** The next answer to `sessions.authenticate` is the true one about a session, changed. */
export async function nextAnswerIs(
  world: World,
  sessionJwt: string,
  change: (answer: Json) => Json | Promise<Json>,
): Promise<void> {
  const answer = await askStytch(world, 'POST', '/v1/sessions/authenticate', { session_jwt: sessionJwt });
  world.stytch.controls.faults.arm({
    method: 'POST',
    path: '/v1/sessions/authenticate',
    times: 1,
    fault: { kind: 'json', status: 200, body: await change(answer) },
  });
}

/** The user of an answer, changed. */
export const withUser =
  (changes: Json) =>
  (answer: Json): Json => ({ ...answer, user: { ...(answer['user'] as Json), ...changes } });

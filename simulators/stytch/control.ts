// The control API over HTTP: JSON in and out, one path per control, and a page that shows the state.
import * as z from 'zod/mini';
import { faultSchema } from '../faults.ts';
import type { Handle } from '../server.ts';
import { ControlError } from './control-error.ts';
import type { StytchControls } from './controls.ts';
import { lookAlikeKinds, lookAlikeRequest } from './look-alikes.ts';
import { seedUserRequest, startSessionRequest } from './seeds.ts';
import { statePage } from './state-page.ts';
import { switchesRequest } from './switches.ts';

interface Control {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly about: string;
  readonly run: (controls: StytchControls, input: unknown) => unknown;
}

const nothing = z.strictObject({});
const user = z.strictObject({ userId: z.string() });
const seconds = z.number();

/** A control whose input has the given shape: the query of a GET, the JSON body of the rest. */
function control<T>(
  name: `${Control['method']} /${string}`,
  about: string,
  shape: z.ZodMiniType<T>,
  run: (controls: StytchControls, input: T) => unknown,
): Control {
  const [method = 'GET', path = '/'] = name.split(' ');
  return {
    method: method === 'POST' || method === 'DELETE' ? method : 'GET',
    path,
    about,
    run: (controls, input) => {
      const parsed = z.safeParse(shape, input);
      if (parsed.success) return run(controls, parsed.data);
      const [issue] = parsed.error.issues;
      const name = issue?.code === 'unrecognized_keys' ? issue.keys.join(', ') : issue?.path.join('.');
      throw new ControlError(`${path}: missing, unknown or wrong input: ${name || 'body'}`);
    },
  };
}

const CONTROLS: readonly Control[] = [
  control(
    'GET /inbox',
    'mails with links, of one address or all',
    z.strictObject({ email: z.optional(z.string()) }),
    (on, { email }) => ({ mails: on.inbox(email) }),
  ),
  control(
    'GET /outbox',
    'passcodes sent, to one address or all',
    z.strictObject({ to: z.optional(z.string()) }),
    (on, { to }) => ({ codes: on.outbox(to) }),
  ),
  control(
    'GET /users',
    'users, of one email or all',
    z.strictObject({ email: z.optional(z.string()) }),
    (on, { email }) => ({
      users:
        email === undefined ? on.users() : [on.userByEmail(email)].filter((found) => found !== undefined),
    }),
  ),
  control('GET /sessions', "a user's live sessions", user, (on, { userId }) => ({
    sessions: on.sessions(userId),
  })),
  control('GET /totp-code', 'what an authenticator app would show next', user, (on, { userId }) => ({
    code: on.totpCode(userId),
  })),
  control('GET /requests', 'the request log, secrets masked', nothing, (on) => ({ requests: on.requests() })),
  control('GET /received', 'every sensitive value that passed, raw', nothing, (on) => ({
    values: [...on.received()],
  })),
  control('GET /jwks-fetches', 'how often the public keys were fetched', nothing, (on) => ({
    count: on.jwksFetches(),
  })),
  control('GET /switches', 'how the open questions are answered', nothing, (on) => on.switches()),
  control('POST /switches', 'answer some of them otherwise', switchesRequest, (on, changed) =>
    on.setSwitches(changed),
  ),
  control('POST /reset', 'forget everything but the signing keys', nothing, (on) => on.reset()),
  control('GET /faults', 'what is armed', nothing, (on) => ({ faults: on.faults.armed() })),
  control('POST /faults', 'arm a fault: {method, path, times, fault}', faultSchema, (on, fault) =>
    on.faults.arm(fault),
  ),
  control('DELETE /faults', 'heal all faults', nothing, (on) => on.faults.heal()),
  control('POST /users', 'seed a user', seedUserRequest, (on, seed) => on.seedUser(seed)),
  control('POST /sessions', 'start a session with any factors', startSessionRequest, (on, wanted) =>
    on.startSession(wanted),
  ),
  control(
    'POST /session-jwt',
    'a fresh JWT of a live session',
    z.strictObject({ sessionId: z.string() }),
    async (on, { sessionId }) => ({ sessionJwt: await on.sessionJwt(sessionId) }),
  ),
  control(
    'POST /age-factor',
    "back-date factors in a user's sessions",
    z.strictObject({
      userId: z.string(),
      seconds,
      type: z.optional(z.string()),
      deliveryMethod: z.optional(z.string()),
    }),
    (on, aged) => ({ aged: on.ageFactor(aged) }),
  ),
  control(
    'POST /age-session',
    'back-date a session',
    z.strictObject({ sessionId: z.string(), seconds }),
    (on, aged) => on.ageSession(aged),
  ),
  control(
    'POST /age-codes',
    'back-date passcodes, links and trial addresses',
    z.strictObject({ to: z.optional(z.string()), seconds }),
    (on, aged) => ({ aged: on.ageCodes(aged) }),
  ),
  control(
    'POST /age-totp',
    'back-date the last TOTP code and the enrolment',
    z.strictObject({ userId: z.string(), seconds }),
    (on, aged) => on.ageTotp(aged),
  ),
  control('POST /age-lock', 'back-date a lock', z.strictObject({ userId: z.string(), seconds }), (on, aged) =>
    on.ageLock(aged),
  ),
  control('POST /lock-user', 'lock a user', user, (on, { userId }) => on.lockUser(userId)),
  control('POST /unlock-user', 'unlock a user', user, (on, { userId }) => on.unlockUser(userId)),
  control('POST /revoke-all-sessions', "end a user's sessions", user, (on, { userId }) => ({
    revoked: on.revokeAllSessions(userId),
  })),
  control('POST /impersonate', 'an impersonated session of a user', user, (on, { userId }) =>
    on.impersonate(userId),
  ),
  control('POST /impersonation-token', 'a token to impersonate a user with', user, (on, { userId }) => ({
    token: on.impersonationToken(userId),
  })),
  control(
    'POST /rotate-keys',
    'sign with a new key',
    z.strictObject({ overlapSeconds: seconds }),
    async (on, rotation) => ({ kid: await on.rotateKeys(rotation) }),
  ),
  control('POST /drop-old-keys', 'serve the signing key only', nothing, (on) => on.dropOldKeys()),
  control(
    'POST /secrets',
    'accept another secret',
    z.strictObject({ secret: z.string() }),
    (on, { secret }) => on.addSecret(secret),
  ),
  control('POST /drop-old-secrets', 'accept the newest secret only', nothing, (on) => on.dropOldSecrets()),
  control('GET /look-alikes', 'the kinds of look-alike JWTs', nothing, () => ({ kinds: lookAlikeKinds })),
  control('POST /look-alikes', 'mint one', lookAlikeRequest, async (on, wanted) => ({
    jwt: await on.mintLookAlike(wanted),
  })),
];

/** Serves the controls. */
export function createControl(controls: StytchControls): Handle {
  return async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === '/' && request.method === 'GET') return statePage(controls, CONTROLS);
    const found = CONTROLS.filter((known) => known.path === pathname);
    const chosen = found.find((known) => known.method === request.method);
    if (chosen === undefined)
      return problem(found.length === 0 ? 404 : 405, `no control ${request.method} ${pathname}`);
    try {
      const input = request.method === 'GET' ? Object.fromEntries(searchParams) : await readJson(request);
      return Response.json((await chosen.run(controls, input)) ?? { done: true });
    } catch (error) {
      if (error instanceof ControlError) return problem(400, error.message);
      throw error;
    }
  };
}

async function readJson(request: Request): Promise<unknown> {
  const text = await request.text();
  if (text === '') return {};
  // Keeps a page in someone's browser from posting here without the preflight that it would fail.
  if (!/^application\/json\b/i.test(request.headers.get('content-type') ?? '')) {
    throw new ControlError('send the input as application/json');
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new ControlError('the body is not JSON');
  }
}

function problem(status: number, message: string): Response {
  return Response.json({ error: message }, { status });
}

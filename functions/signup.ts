// Sign up and in, and keep or end the session.
import { signUpRoutes as routes } from './contract/signup-routes.ts';
import { refresh, revokeAll, revokeOne } from './core/session/keep-session.ts';
import { authenticate, signUp } from './core/session/sign-up.ts';
import { createSignUpDeps } from './deps/authentication.ts';
import { accepted, open } from './http/endpoint.ts';
import { serve } from './http/serve.ts';
import { beginsSession, endsSession, keepsSession } from './http/session-endpoints.ts';

const { runtime, signingUp, keeping, caller, warm, warming } = createSignUpDeps();

export const handler = serve(
  runtime,
  open(routes.signUp, async ({ body, incoming, signal }) =>
    accepted(await signUp(await signingUp(), body, caller(incoming).network, signal)),
  ),
  beginsSession(
    routes.authenticate,
    async (body, signal) => authenticate(await signingUp(), body, signal),
    async (sessionToken, signal) => revokeOne(keeping(), sessionToken, signal),
  ),
  keepsSession(routes.refresh, async (sessionToken, signal) => refresh(keeping(), sessionToken, signal)),
  endsSession(routes.revoke, {
    one: async (sessionToken, signal) => revokeOne(keeping(), sessionToken, signal),
    all: async (session, signal) => revokeAll(keeping(), session, signal),
  }),
);

void warm(warming.stytchSdk, warming.stytchSecret, warming.hashKey, warming.keys);

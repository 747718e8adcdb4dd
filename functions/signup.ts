// Sign up and in, and keep or end the session.
import { signUpRoutes as routes } from './contract/signup-routes.ts';
import { ServiceError } from './core/errors.ts';
import { refresh, revokeAll, revokeOne } from './core/session/keep-session.ts';
import { authenticate, signUp } from './core/session/sign-up.ts';
import { createSignUpDeps } from './deps/authentication.ts';
import { accepted, eitherJson, noContent, ok, open } from './http/endpoint.ts';
import { serve } from './http/serve.ts';

const { runtime, signingUp, keeping, caller, warm, warming } = createSignUpDeps();

export const handler = serve(
  runtime,
  open(routes.signUp, async ({ body, incoming, signal }) =>
    accepted(await signUp(await signingUp(), body, caller(incoming).network, signal)),
  ),
  open(routes.authenticate, async ({ body, signal }) =>
    ok(await authenticate(await signingUp(), body, signal)),
  ),
  open(routes.refresh, async ({ body, signal }) =>
    ok(await refresh(await keeping(), body.sessionToken, signal)),
  ),
  eitherJson(routes.revoke, async ({ session, body, signal }) => {
    if ('sessionToken' in body) await revokeOne(await keeping(), body.sessionToken, signal);
    else if (session !== null) await revokeAll(await keeping(), session, signal);
    else throw new ServiceError('invalid_token', { reason: 'missing' });
    return noContent;
  }),
);

void warm(warming.stytchSdk, warming.stytchSecret, warming.hashKey, warming.keys);

// Sign up and in: send a link, and turn its token into a session.
import { routes } from './contract/routes.ts';
import { authenticate, signUp } from './core/session/sign-up.ts';
import { createDeps } from './deps.ts';
import { open } from './http/endpoint.ts';
import { serve } from './http/serve.ts';

const { runtime, signingUp, caller, warm, warming } = createDeps('signup');

export const handler = serve(
  runtime,
  open(routes.signUp, async ({ body, incoming, signal }) => ({
    status: 202,
    body: await signUp(await signingUp(), body, caller(incoming).network, signal),
  })),
  open(routes.authenticate, async ({ body, signal }) => ({
    status: 200,
    body: await authenticate(await signingUp(), body, signal),
  })),
);

void warm(warming.stytchSdk, warming.stytchSecret, warming.hashKey, warming.keys);

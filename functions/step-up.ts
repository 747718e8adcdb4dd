// Second factors: enrol a TOTP, and step the session up with it.
import { routes } from './contract/routes.ts';
import { confirmTotp, enrolTotp } from './core/factors/enrol-totp.ts';
import { stepUp } from './core/factors/prove-totp.ts';
import { createDeps } from './deps.ts';
import { signedIn, signedInJson } from './http/endpoint.ts';
import { serve } from './http/serve.ts';

const { runtime, enrolling, warm, warming } = createDeps('step-up');

export const handler = serve(
  runtime,
  signedIn(routes.enrolTotp, async ({ session, signal }) => ({
    status: 200,
    body: await enrolTotp(await enrolling(), session, signal),
  })),
  signedInJson(routes.confirmTotp, async ({ session, body, signal }) => ({
    status: 200,
    body: await confirmTotp(await enrolling(), session, body, signal),
  })),
  signedInJson(routes.stepUp, async ({ session, body, signal }) => ({
    status: 200,
    body: await stepUp(await enrolling(), session, body.code, signal),
  })),
);

void warm(warming.keys, warming.stytchSdk, warming.stytchSecret, warming.hashKey);

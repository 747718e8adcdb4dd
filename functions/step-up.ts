// Second factors: list, enrol, remove, and step the session up with one.
import { factorRoutes as routes } from './contract/factor-routes.ts';
import { confirmPasskey, enrolPasskey } from './core/factors/enrol-passkey.ts';
import { confirmSms, enrolSms } from './core/factors/enrol-sms.ts';
import { confirmTotp, enrolTotp } from './core/factors/enrol-totp.ts';
import { listFactors, removeFactor } from './core/factors/manage-factors.ts';
import { beginStepUp, stepUp } from './core/factors/step-up.ts';
import { createStepUpDeps } from './deps/authentication.ts';
import { accepted, noContent, ok, signedIn, signedInJson } from './http/endpoint.ts';
import { serve } from './http/serve.ts';

const { runtime, enrolling, caller, warm, warming } = createStepUpDeps();

export const handler = serve(
  runtime,
  signedIn(routes.listFactors, async ({ session, signal }) =>
    ok(await listFactors(await enrolling(), session, signal)),
  ),
  signedIn(routes.removeFactor, async ({ session, incoming, signal }) => {
    await removeFactor(await enrolling(), session, incoming.pathParameters['factorId'] ?? '', signal);
    return noContent;
  }),
  signedIn(routes.enrolTotp, async ({ session, signal }) =>
    ok(await enrolTotp(await enrolling(), session, signal)),
  ),
  signedInJson(routes.confirmTotp, async ({ session, body, signal }) =>
    ok(await confirmTotp(await enrolling(), session, body, signal)),
  ),
  signedInJson(routes.enrolSms, async ({ session, body, incoming, signal }) =>
    accepted(await enrolSms(await enrolling(), session, body, caller(incoming).network, signal)),
  ),
  signedInJson(routes.confirmSms, async ({ session, body, signal }) =>
    ok(await confirmSms(await enrolling(), session, body, signal)),
  ),
  signedIn(routes.enrolPasskey, async ({ session, signal }) =>
    ok(await enrolPasskey(await enrolling(), session, signal)),
  ),
  signedInJson(routes.confirmPasskey, async ({ session, body, signal }) =>
    ok(await confirmPasskey(await enrolling(), session, body, signal)),
  ),
  signedInJson(routes.challenge, async ({ session, body, incoming, signal }) =>
    ok(await beginStepUp(await enrolling(), session, body, caller(incoming).network, signal)),
  ),
  signedInJson(routes.stepUp, async ({ session, body, signal }) =>
    ok(await stepUp(await enrolling(), session, body, signal)),
  ),
);

void warm(warming.keys, warming.stytchSdk, warming.stytchSecret, warming.hashKey);

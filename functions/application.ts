// Applications: send one to Unit, or open Unit's form for one, and say where it stands.
import { routes } from './contract/routes.ts';
import { type ApplyOutcome, apply } from './core/onboarding/apply.ts';
import { formAnswer, openForm } from './core/onboarding/open-form.ts';
import { applicationAnswer, readApplication } from './core/onboarding/read-application.ts';
import { createDeps } from './deps.ts';
import { type Answer, signedIn, signedInJson } from './http/endpoint.ts';
import { readIdempotencyKey } from './http/idempotency-key.ts';
import { serve } from './http/serve.ts';

const { runtime, applying, caller, warm, warming } = createDeps('application');

function located({ isSubmitted, application }: ApplyOutcome, body: unknown): Answer {
  const location = `/v1/applications/${application.applicationId}`;
  return isSubmitted
    ? { status: 201, body, headers: { location } }
    : { status: 202, body, headers: { location, 'retry-after': '30' } };
}

export const handler = serve(
  runtime,
  signedInJson(routes.apply, async ({ session, body: request, incoming, signal }) => {
    const idempotencyKey = readIdempotencyKey(incoming);
    const asked = { idempotencyKey, route: incoming.routeKey, sourceIp: caller(incoming).address, request };
    const outcome = await apply(applying(), session, asked, signal);
    return located(outcome, applicationAnswer(outcome.application));
  }),
  signedInJson(routes.openForm, async ({ session, body: request, incoming, signal }) => {
    const asked = { idempotencyKey: readIdempotencyKey(incoming), route: incoming.routeKey, request };
    const outcome = await openForm(applying(), session, asked, signal);
    return located(outcome, formAnswer(outcome));
  }),
  signedIn(routes.readApplication, async ({ session, incoming, signal }) => ({
    status: 200,
    body: await readApplication(applying(), session, incoming.pathParameters['applicationId'] ?? '', signal),
  })),
);

void warm(warming.keys, warming.stytchSecret, warming.unitOrgToken, warming.hashKey);

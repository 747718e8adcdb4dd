// Applications: send one to Unit, and say where it stands.
import { routes } from './contract/routes.ts';
import { apply } from './core/onboarding/apply.ts';
import { applicationAnswer, readApplication } from './core/onboarding/read-application.ts';
import { createDeps } from './deps.ts';
import { signedIn, signedInJson } from './http/endpoint.ts';
import { readIdempotencyKey } from './http/idempotency-key.ts';
import { serve } from './http/serve.ts';

const { runtime, applying, caller, warm, warming } = createDeps('application');

export const handler = serve(
  runtime,
  signedInJson(routes.apply, async ({ session, body: request, incoming, signal }) => {
    const idempotencyKey = readIdempotencyKey(incoming);
    const asked = { idempotencyKey, route: incoming.routeKey, sourceIp: caller(incoming).address, request };
    const { isSubmitted, application } = await apply(applying(), session, asked, signal);
    const location = `/v1/applications/${application.applicationId}`;
    const body = applicationAnswer(application);
    return isSubmitted
      ? { status: 201, body, headers: { location } }
      : { status: 202, body, headers: { location, 'retry-after': '30' } };
  }),
  signedIn(routes.readApplication, async ({ session, incoming, signal }) => ({
    status: 200,
    body: await readApplication(applying(), session, incoming.pathParameters['applicationId'] ?? '', signal),
  })),
);

void warm(warming.keys, warming.stytchSecret, warming.unitOrgToken, warming.hashKey);

// Applications: send one to Unit, or open Unit's form for one; say where it stands, bring its documents, cancel it.
import { applicationRoutes as routes } from './contract/application-routes.ts';
import { type ApplyOutcome, apply } from './core/onboarding/apply.ts';
import { cancelApplication } from './core/onboarding/cancel.ts';
import { uploadDocument } from './core/onboarding/documents.ts';
import { formAnswer, openForm } from './core/onboarding/open-form.ts';
import { applicationAnswer, readApplication } from './core/onboarding/read-application.ts';
import { createApplicationDeps } from './deps/onboarding.ts';
import { located, ok, signedIn, signedInJson, signedInRaw } from './http/endpoint.ts';
import type { IncomingRequest } from './http/event.ts';
import { readIdempotencyKey } from './http/idempotency-key.ts';
import { serve } from './http/serve.ts';

const { runtime, applying, caller, warm, warming } = createApplicationDeps();

const placeOf = ({ application }: ApplyOutcome): string => `/v1/applications/${application.applicationId}`;

const idsOf = ({ pathParameters: { applicationId = '', documentId = '' } }: IncomingRequest) => ({
  applicationId,
  documentId,
});

export const handler = serve(
  runtime,
  signedInJson(routes.apply, async ({ session, body: request, incoming, signal }) => {
    const idempotencyKey = readIdempotencyKey(incoming);
    const asked = { idempotencyKey, route: incoming.routeKey, sourceIp: caller(incoming).address, request };
    const outcome = await apply(applying(), session, asked, signal);
    return located(outcome.isSubmitted, placeOf(outcome), applicationAnswer(outcome.application));
  }),
  signedInJson(routes.openForm, async ({ session, body: request, incoming, signal }) => {
    const asked = { idempotencyKey: readIdempotencyKey(incoming), route: incoming.routeKey, request };
    const outcome = await openForm(applying(), session, asked, signal);
    return located(outcome.isSubmitted, placeOf(outcome), formAnswer(outcome));
  }),
  signedIn(routes.readApplication, async ({ session, incoming, signal }) =>
    ok(await readApplication(applying(), session, idsOf(incoming).applicationId, signal)),
  ),
  signedInRaw(routes.uploadDocument, async ({ session, file, incoming, signal }) =>
    ok(await uploadDocument(applying(), session, { ...idsOf(incoming), side: 'front', file }, signal)),
  ),
  signedInRaw(routes.uploadDocumentBack, async ({ session, file, incoming, signal }) =>
    ok(await uploadDocument(applying(), session, { ...idsOf(incoming), side: 'back', file }, signal)),
  ),
  signedIn(routes.cancelApplication, async ({ session, incoming, signal }) =>
    ok(await cancelApplication(applying(), session, idsOf(incoming).applicationId, signal)),
  ),
);

void warm(warming.keys, warming.stytchSecret, warming.unitOrgToken, warming.hashKey);

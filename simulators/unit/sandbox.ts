// The simulations that Unit offers in its sandbox: decide an application, judge a document.
import * as z from 'zod/mini';
import { documentResource } from './application-resource.ts';
import { applicationAnswer } from './application-routes.ts';
import { moveApplication } from './application-status.ts';
import { applicationOf } from './applications.ts';
import { approveDocument, documentOf, reasonCodes, rejectDocument } from './document-review.ts';
import { invalidValue } from './errors.ts';
import { answer, envelope, parse } from './jsonapi.ts';
import type { Call, Route } from './route.ts';
import { requireSandbox } from './world.ts';

const reason = z.strictObject({ reason: z.optional(z.string()) });
const approveRequest = envelope('applicationApprove', reason);
const denyRequest = envelope('applicationDeny', reason);
const rejectRequest = envelope(
  'documentReject',
  z.strictObject({ reason: z.optional(z.string()), reasonCode: z.optional(z.enum(reasonCodes)) }),
);

function decide(call: Call, status: 'Approved' | 'Denied'): Response {
  requireSandbox(call.world);
  const application = applicationOf(call.world, call.param('applicationId'));
  if (status === 'Approved') parse(approveRequest, call.body);
  else parse(denyRequest, call.body);
  if (application.status !== 'PendingReview' && application.status !== 'AwaitingDocuments') {
    throw invalidValue(`an application that is ${application.status} cannot be decided here`);
  }
  moveApplication(call.world, application, status, 'Manually');
  return applicationAnswer(200, call.world, application);
}

// assumed: the simulations ask for the write scope of the real resource
const write = { method: 'POST', scope: 'applications-write', holder: 'org' } as const;

/** The routes of the sandbox, card activation apart. */
export const sandboxRoutes: readonly Route[] = [
  {
    ...write,
    path: '/sandbox/applications/:applicationId/approve',
    body: 'jsonapi',
    run: (call) => decide(call, 'Approved'),
  },
  {
    ...write,
    path: '/sandbox/applications/:applicationId/deny',
    body: 'jsonapi',
    run: (call) => decide(call, 'Denied'),
  },
  {
    ...write,
    path: '/sandbox/applications/:applicationId/documents/:documentId/approve',
    body: 'optional',
    run: (call) => {
      requireSandbox(call.world);
      const { application, document } = documentOf(call);
      approveDocument(call.world, application, document);
      return answer(200, { data: documentResource(document) });
    },
  },
  {
    ...write,
    path: '/sandbox/applications/:applicationId/documents/:documentId/reject',
    body: 'jsonapi',
    run: (call) => {
      requireSandbox(call.world);
      const { application, document } = documentOf(call);
      const { reason: text, reasonCode } = parse(rejectRequest, call.body).data.attributes;
      rejectDocument(call.world, application, document, text ?? 'rejected', reasonCode ?? 'Other');
      return answer(200, { data: documentResource(document) });
    },
  },
];

// The routes of an application that is open at Unit: bring the documents it waits for, or cancel it.
import { applicationAnswer } from './application.ts';
import { always, badBody, changing, file, noBody, type Route, signedIn, steppedUp } from './route.ts';

/** 25 s are Unit's own; the rest is for the gate before and the answer after. */
const uploading = {
  method: 'PUT',
  function: 'application',
  authentication: 'session',
  deadlineMs: 28_000,
  ...file,
  answers: { 200: applicationAnswer },
  problems: [
    ...changing,
    ...badBody,
    ...signedIn,
    ...steppedUp,
    'not_found',
    'conflict',
    'rate_limited',
    ...always,
  ],
} as const satisfies Omit<Route, 'path'>;

export const openApplicationRoutes = {
  uploadDocument: {
    ...uploading,
    path: '/v1/applications/{applicationId}/documents/{documentId}',
  },
  uploadDocumentBack: {
    ...uploading,
    path: '/v1/applications/{applicationId}/documents/{documentId}/back',
  },
  cancelApplication: {
    method: 'POST',
    path: '/v1/applications/{applicationId}/cancel',
    function: 'application',
    authentication: 'session',
    deadlineMs: 25_000,
    ...noBody,
    answers: { 200: applicationAnswer },
    problems: [...changing, ...signedIn, ...steppedUp, 'not_found', 'conflict', ...always],
  },
} as const satisfies Record<string, Route>;

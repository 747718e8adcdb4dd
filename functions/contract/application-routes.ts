// The routes of applications: send one or open Unit's form for one, and all that an open one can be asked.
import { applicationAnswer, applicationRequest } from './application.ts';
import { applicationFormAnswer, applicationFormRequest } from './application-form.ts';
import { openApplicationRoutes } from './open-application-routes.ts';
import { always, applying, json, noBody, type Route, signedIn } from './route.ts';

export const applicationRoutes = {
  apply: {
    method: 'POST',
    path: '/v1/applications',
    function: 'application',
    authentication: 'session',
    deadlineMs: 28_000,
    ...json,
    request: applicationRequest,
    answers: { 201: applicationAnswer, 202: applicationAnswer },
    problems: applying,
  },
  openForm: {
    method: 'POST',
    path: '/v1/application-forms',
    function: 'application',
    authentication: 'session',
    deadlineMs: 28_000,
    ...json,
    request: applicationFormRequest,
    answers: { 201: applicationFormAnswer, 202: applicationFormAnswer },
    problems: applying,
  },
  readApplication: {
    method: 'GET',
    path: '/v1/applications/{applicationId}',
    function: 'application',
    authentication: 'session',
    deadlineMs: 10_000,
    ...noBody,
    answers: { 200: applicationAnswer },
    problems: [...signedIn, 'not_found', ...always],
  },
  ...openApplicationRoutes,
} as const satisfies Record<string, Route>;

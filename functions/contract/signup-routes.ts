// The routes of signing up and in, and of the session after it.
import { always, badBody, changing, json, type Route, signedIn, vendor } from './route.ts';
import {
  cookieRefreshRequest,
  cookieRevokeRequest,
  refreshedAnswer,
  refreshRequest,
  revokeRequest,
} from './sessions.ts';
import {
  authenticateRequest,
  cookieSignedInAnswer,
  signedInAnswer,
  signUpAnswer,
  signUpRequest,
} from './signup.ts';

export const signUpRoutes = {
  signUp: {
    method: 'POST',
    path: '/v1/signup',
    function: 'signup',
    authentication: 'none',
    deadlineMs: 8_000,
    ...json,
    request: signUpRequest,
    answers: { 202: signUpAnswer },
    problems: [...changing, ...badBody, 'rate_limited', ...vendor, ...always],
  },
  authenticate: {
    method: 'POST',
    path: '/v1/signup/authenticate',
    function: 'signup',
    authentication: 'none',
    deadlineMs: 8_000,
    ...json,
    request: authenticateRequest,
    answers: { 200: signedInAnswer },
    problems: [...changing, ...badBody, 'invalid_grant', ...signedIn, 'rate_limited', ...always],
    cookie: { answers: { 200: cookieSignedInAnswer } },
  },
  refresh: {
    method: 'POST',
    path: '/v1/sessions/refresh',
    function: 'signup',
    authentication: 'none',
    deadlineMs: 8_000,
    ...json,
    request: refreshRequest,
    answers: { 200: refreshedAnswer },
    problems: [...changing, ...badBody, 'invalid_grant', ...signedIn, ...always],
    cookie: { request: cookieRefreshRequest, endedBy: ['invalid_grant', 'invalid_token'] },
  },
  revoke: {
    method: 'POST',
    path: '/v1/sessions/revoke',
    function: 'signup',
    authentication: 'either',
    deadlineMs: 12_000,
    ...json,
    request: revokeRequest,
    answers: { 204: null },
    problems: [...changing, ...badBody, ...signedIn, 'insufficient_user_authentication', ...always],
    cookie: { request: cookieRevokeRequest },
  },
} as const satisfies Record<string, Route>;

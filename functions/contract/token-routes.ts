// The routes of the exchange: where a user stands, and a session for a customer token.
import { meAnswer } from './me.ts';
import { always, badBody, changing, json, noBody, type Route, signedIn, steppedUp } from './route.ts';
import { exchangeTokenAnswer, exchangeTokenRequest } from './token.ts';

export const tokenRoutes = {
  me: {
    method: 'GET',
    path: '/v1/me',
    function: 'token',
    authentication: 'session',
    deadlineMs: 8_000,
    ...noBody,
    answers: { 200: meAnswer },
    problems: [...signedIn, ...always],
  },
  exchangeToken: {
    method: 'POST',
    path: '/v1/token',
    function: 'token',
    authentication: 'session',
    deadlineMs: 8_000,
    ...json,
    request: exchangeTokenRequest,
    answers: { 201: exchangeTokenAnswer },
    problems: [
      ...changing,
      ...badBody,
      'invalid_scope',
      ...signedIn,
      ...steppedUp,
      'customer_ambiguous',
      'not_found',
      'no_customer',
      'application_pending',
      'application_denied',
      'customer_archived',
      'customer_in_review',
      'rate_limited',
      ...always,
    ],
  },
} as const satisfies Record<string, Route>;

// Every route once: the stack makes the gateway from this table, the handlers serve it, the OpenAPI document describes it.
import type * as z from 'zod/mini';
import type { ErrorCode } from '../core/errors.ts';
import { applicationAnswer, applicationRequest } from './application.ts';
import {
  challengeAnswer,
  challengeRequest,
  confirmPasskeyRequest,
  confirmSmsRequest,
  confirmTotpRequest,
  enrolSmsRequest,
  factorsAnswer,
  passkeyOptionsAnswer,
  sentChallengeAnswer,
  steppedUpAnswer,
  stepUpRequest,
  totpEnrolmentAnswer,
} from './factors.ts';
import { meAnswer, refreshedAnswer, refreshRequest, revokeRequest } from './sessions.ts';
import { authenticateRequest, signedInAnswer, signUpAnswer, signUpRequest } from './signup.ts';
import { exchangeTokenAnswer, exchangeTokenRequest } from './token.ts';

/** The Lambda functions: one entry file, one bundle, one role each. */
export const functionNames = [
  'signup',
  'step-up',
  'application',
  'token',
  'unit-webhook',
  'reconcile',
] as const;
export type FunctionName = (typeof functionNames)[number];

export type AnswerStatus = 200 | 201 | 202 | 204;

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly function: FunctionName;
  /**
   * `session`: a Stytch session JWT as Bearer. `either`: a session JWT, or a session token in the body. `signature`:
   * Unit's HMAC over the raw body.
   */
  readonly authentication: 'none' | 'session' | 'either' | 'signature';
  readonly body: 'none' | 'json' | 'raw';
  /** Larger bodies are refused with `payload_too_large`. */
  readonly maxBodyBytes: number;
  /** The whole request ends within this, whatever the vendors do; below the gateway's own 30 s. */
  readonly deadlineMs: number;
  readonly request?: z.ZodMiniType;
  readonly answers: Readonly<Partial<Record<AnswerStatus, z.ZodMiniType | null>>>;
  readonly problems: readonly ErrorCode[];
}

const KILOBYTE = 1024;
const json = { body: 'json', maxBodyBytes: 16 * KILOBYTE } as const;
const noBody = { body: 'none', maxBodyBytes: 0 } as const;

const always = ['server_error', 'not_configured', 'temporarily_unavailable'] as const;
const badBody = ['invalid_request', 'payload_too_large', 'unsupported_media_type'] as const;
const vendor = ['upstream_unavailable', 'upstream_timeout'] as const;
const signedIn = ['invalid_token', 'user_locked', ...vendor] as const;
const steppedUp = ['insufficient_user_authentication', 'enrollment_required'] as const;
const enrolling = [...signedIn, ...steppedUp, 'factor_not_allowed'] as const;

export const routes = {
  signUp: {
    method: 'POST',
    path: '/v1/signup',
    function: 'signup',
    authentication: 'none',
    deadlineMs: 8_000,
    ...json,
    request: signUpRequest,
    answers: { 202: signUpAnswer },
    problems: [...badBody, 'rate_limited', ...vendor, ...always],
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
    problems: [...badBody, 'invalid_grant', ...signedIn, 'rate_limited', ...always],
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
    problems: [...badBody, 'invalid_grant', ...signedIn, ...always],
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
    problems: [...badBody, ...signedIn, 'insufficient_user_authentication', ...always],
  },
  listFactors: {
    method: 'GET',
    path: '/v1/factors',
    function: 'step-up',
    authentication: 'session',
    deadlineMs: 8_000,
    ...noBody,
    answers: { 200: factorsAnswer },
    problems: [...signedIn, ...always],
  },
  removeFactor: {
    method: 'DELETE',
    path: '/v1/factors/{factorId}',
    function: 'step-up',
    authentication: 'session',
    deadlineMs: 12_000,
    ...noBody,
    answers: { 204: null },
    problems: [...signedIn, ...steppedUp, 'not_found', 'conflict', ...always],
  },
  enrolTotp: {
    method: 'POST',
    path: '/v1/factors/totp',
    function: 'step-up',
    authentication: 'session',
    deadlineMs: 12_000,
    ...noBody,
    answers: { 200: totpEnrolmentAnswer },
    problems: [...enrolling, 'conflict', ...always],
  },
  confirmTotp: {
    method: 'POST',
    path: '/v1/factors/totp/confirm',
    function: 'step-up',
    authentication: 'session',
    deadlineMs: 12_000,
    ...json,
    request: confirmTotpRequest,
    answers: { 200: steppedUpAnswer },
    problems: [...badBody, ...enrolling, 'invalid_grant', 'conflict', 'rate_limited', ...always],
  },
  enrolSms: {
    method: 'POST',
    path: '/v1/factors/sms',
    function: 'step-up',
    authentication: 'session',
    deadlineMs: 15_000,
    ...json,
    request: enrolSmsRequest,
    answers: { 202: sentChallengeAnswer },
    problems: [...badBody, ...enrolling, 'conflict', 'rate_limited', ...always],
  },
  confirmSms: {
    method: 'POST',
    path: '/v1/factors/sms/confirm',
    function: 'step-up',
    authentication: 'session',
    deadlineMs: 12_000,
    ...json,
    request: confirmSmsRequest,
    answers: { 200: steppedUpAnswer },
    problems: [...badBody, ...enrolling, 'invalid_grant', 'rate_limited', ...always],
  },
  enrolPasskey: {
    method: 'POST',
    path: '/v1/factors/passkey',
    function: 'step-up',
    authentication: 'session',
    deadlineMs: 12_000,
    ...noBody,
    answers: { 200: passkeyOptionsAnswer },
    problems: [...enrolling, ...always],
  },
  confirmPasskey: {
    method: 'POST',
    path: '/v1/factors/passkey/confirm',
    function: 'step-up',
    authentication: 'session',
    deadlineMs: 12_000,
    ...json,
    request: confirmPasskeyRequest,
    answers: { 200: steppedUpAnswer },
    problems: [...badBody, ...enrolling, 'invalid_grant', 'rate_limited', ...always],
  },
  challenge: {
    method: 'POST',
    path: '/v1/step-up/challenge',
    function: 'step-up',
    authentication: 'session',
    deadlineMs: 12_000,
    ...json,
    request: challengeRequest,
    answers: { 200: challengeAnswer },
    problems: [...badBody, ...signedIn, 'enrollment_required', 'not_found', 'rate_limited', ...always],
  },
  stepUp: {
    method: 'POST',
    path: '/v1/step-up',
    function: 'step-up',
    authentication: 'session',
    deadlineMs: 12_000,
    ...json,
    request: stepUpRequest,
    answers: { 200: steppedUpAnswer },
    problems: [
      ...badBody,
      ...signedIn,
      ...steppedUp,
      'factor_not_allowed',
      'invalid_grant',
      'rate_limited',
      ...always,
    ],
  },
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
  apply: {
    method: 'POST',
    path: '/v1/applications',
    function: 'application',
    authentication: 'session',
    deadlineMs: 28_000,
    ...json,
    request: applicationRequest,
    answers: { 201: applicationAnswer, 202: applicationAnswer },
    problems: [
      ...badBody,
      ...signedIn,
      ...steppedUp,
      'application_exists',
      'idempotency_key_reused',
      'application_refused',
      'email_not_verified',
      'rate_limited',
      ...always,
    ],
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
  unitWebhook: {
    method: 'POST',
    path: '/webhooks/unit',
    function: 'unit-webhook',
    authentication: 'signature',
    deadlineMs: 4_500,
    body: 'raw',
    maxBodyBytes: KILOBYTE * KILOBYTE,
    answers: { 200: null },
    problems: ['invalid_signature', 'invalid_request', 'payload_too_large', ...vendor, ...always],
  },
} as const satisfies Record<string, Route>;

export type RouteName = keyof typeof routes;

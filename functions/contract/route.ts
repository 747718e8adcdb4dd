// What a route is, and the pieces that many of them share.
import type * as z from 'zod/mini';
import type { ErrorCode } from '../core/errors.ts';

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

/** Where the session token travels, by stage: in JSON bodies, or in a cookie that no script can read. */
export const sessionTransports = ['body', 'cookie'] as const;
export type SessionTransport = (typeof sessionTransports)[number];

export type AnswerStatus = 200 | 201 | 202 | 204;

/** The media types of the files that pass through; the bytes' own signature must agree. */
export const mediaTypes = ['image/png', 'image/jpeg', 'application/pdf'] as const;
export type MediaType = (typeof mediaTypes)[number];

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
  /** For a raw body that is a file: what it may be. */
  readonly mediaTypes?: readonly MediaType[];
  readonly answers: Readonly<Partial<Record<AnswerStatus, z.ZodMiniType | null>>>;
  readonly problems: readonly ErrorCode[];
  readonly cookie?: CookieSide;
}

/** What a route does with the session token where the stage keeps that in a cookie; its good answers set or clear it. */
export interface CookieSide {
  /** In place of `request`. */
  readonly request?: z.ZodMiniType;
  /** In place of `answers`. */
  readonly answers?: Readonly<Partial<Record<AnswerStatus, z.ZodMiniType>>>;
  /** The problems that clear the cookie: its session is over. */
  readonly endedBy?: readonly ErrorCode[];
}

export const KILOBYTE = 1024;
export const json = { body: 'json', maxBodyBytes: 16 * KILOBYTE } as const;
/** A file of 4 MB is 5.6 MB in base64, which is how the gateway hands it on: below the 6 MB that Lambda takes. */
export const file = { body: 'raw', maxBodyBytes: 4 * KILOBYTE * KILOBYTE, mediaTypes } as const;
export const noBody = { body: 'none', maxBodyBytes: 0 } as const;

/** On every route that changes anything and that browsers may call. */
export const changing = ['origin_not_allowed'] as const;
export const always = ['server_error', 'not_configured', 'temporarily_unavailable'] as const;
export const badBody = ['invalid_request', 'payload_too_large', 'unsupported_media_type'] as const;
export const vendor = ['upstream_unavailable', 'upstream_timeout'] as const;
export const signedIn = ['invalid_token', 'user_locked', ...vendor] as const;
export const steppedUp = ['insufficient_user_authentication', 'enrollment_required'] as const;
export const applying = [
  ...changing,
  ...badBody,
  ...signedIn,
  ...steppedUp,
  'application_exists',
  'idempotency_key_reused',
  'application_refused',
  'email_not_verified',
  'rate_limited',
  ...always,
] as const;
export const enrolling = [...changing, ...signedIn, ...steppedUp, 'factor_not_allowed'] as const;

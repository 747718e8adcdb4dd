// A refusal as an error: RFC 9457 problem details, with the step-up challenge from wherever it survived.
import type { ProblemCode } from './contract.ts';

/** What a step-up must bring. */
export interface Challenge {
  readonly acrValues: readonly string[];
  readonly maxAgeSeconds: number;
  /** Kinds of factor that would do; empty where only the header came through. */
  readonly acceptableFactors: readonly string[];
}

export interface FieldError {
  /** JSON Pointer into the body that was sent. */
  readonly pointer: string;
  readonly reason: string;
}

/** The members of a problem; all of them may be missing from what some proxy answers. */
export interface ProblemDetails {
  readonly code?: ProblemCode;
  readonly title?: string;
  /** Safe to show to users. */
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  readonly acrValues?: readonly string[];
  readonly maxAge?: number;
  readonly acceptableFactors?: readonly string[];
  /** With `customer_ambiguous`: choose one. */
  readonly customerIds?: readonly string[];
  /** With `application_exists`: the caller's own. */
  readonly applicationId?: string;
}

/** The code of an answer that is no problem of ours: API Gateway and proxies have their own forms. */
const codes: Readonly<Record<number, ProblemCode>> = {
  404: 'not_found',
  413: 'payload_too_large',
  429: 'rate_limited',
  503: 'temporarily_unavailable',
};

const AUTHENTICATE = 'www-authenticate';

export class ProblemError extends Error {
  declare readonly status: number;
  declare readonly code: ProblemCode;
  declare readonly details: ProblemDetails;
  declare readonly fieldErrors: readonly FieldError[];
  declare readonly challenge: Challenge | undefined;
  declare readonly retryAfterSeconds: number | undefined;
  /** Quote it to support. */
  declare readonly requestId: string | undefined;

  constructor(status: number, details: ProblemDetails = {}, headers = new Headers()) {
    // RFC 9470: the header, the header as AWS front doors may rename it, then the body.
    const header = headers.get(AUTHENTICATE) ?? headers.get(`x-amzn-remapped-${AUTHENTICATE}`) ?? '';
    const acrValues = /acr_values="(.*?)"/.exec(header)?.[1]?.split(' ') ?? details.acrValues;
    const maxAge = /max_age="?(\d+)/.exec(header)?.[1] ?? details.maxAge;
    const code = acrValues
      ? 'insufficient_user_authentication'
      : (details.code ?? codes[status] ?? 'server_error');
    super(details.title ?? code);
    Object.assign(this, {
      name: 'ProblemError',
      status,
      code,
      details,
      fieldErrors: details.errors ?? [],
      challenge: acrValues && {
        acrValues,
        maxAgeSeconds: Number(maxAge),
        acceptableFactors: details.acceptableFactors ?? [],
      },
      retryAfterSeconds: retryAfter(headers),
      requestId: headers.get('x-request-id') ?? undefined,
    });
  }
}

/** What of an error is a problem; nothing where it is none. */
export const problemOf = (error: unknown): Partial<ProblemError> =>
  error instanceof ProblemError ? error : {};

/** Seconds. */
export const retryAfter = (headers: Headers): number | undefined =>
  Number(headers.get('retry-after')) || undefined;

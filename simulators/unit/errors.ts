// How Unit says no: JSON:API `errors[]` with string statuses and a fresh support id on every entry.
import { randomUUID } from 'node:crypto';

/** The media type of every body that Unit reads or writes, document uploads apart. */
export const MEDIA_TYPE = 'application/vnd.api+json';

/** One entry of `errors[]` before it is put on the wire. */
export interface ErrorEntry {
  readonly status: number;
  readonly title: string;
  readonly code?: string;
  readonly details?: string;
  readonly pointer?: string;
  readonly existingIds?: readonly string[];
}

/** Thrown anywhere in a handler; the router turns it into the answer. */
export class UnitError extends Error {
  readonly entries: readonly ErrorEntry[];

  constructor(...entries: readonly ErrorEntry[]) {
    super(entries.map((entry) => entry.details ?? entry.title).join('; '));
    this.entries = entries;
  }
}

const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  408: 'Request Timeout',
  409: 'Conflict',
  413: 'Payload Too Large',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** The title that goes with a status. */
export const titleOf = (status: number): string => titles[status] ?? 'Error';

/** An entry for one faulty value of the request body. */
export const faultAt = (pointer: string, details: string): ErrorEntry => ({
  status: 400,
  title: titleOf(400),
  code: 'invalid_value',
  details,
  pointer,
});

/** A refusal with any status and code. */
export const refusal = (status: number, code: string | undefined, details: string): UnitError =>
  new UnitError({ status, title: titleOf(status), details, ...(code === undefined ? {} : { code }) });

/** 400 `invalid_value`, with the place in the body where there is one. */
export const invalidValue = (details: string, pointer?: string): UnitError =>
  pointer === undefined ? refusal(400, 'invalid_value', details) : new UnitError(faultAt(pointer, details));

/** A missing resource: 400, not 404. */
export const notFound = (noun: string): UnitError =>
  refusal(400, noun === '' ? 'not_found' : `${noun}_not_found`, `no such ${noun === '' ? 'resource' : noun}`);

/** 403 `forbidden`. */
export const forbidden = (details: string): UnitError => refusal(403, 'forbidden', details);

/** Puts entries on the wire; the first one gives the status. */
export function errorResponse(entries: readonly ErrorEntry[]): Response {
  const errors = entries.map(({ status, title, code, details, pointer, existingIds }) => ({
    status: String(status),
    title,
    ...(code === undefined ? {} : { code }),
    ...(details === undefined ? {} : { details }),
    ...(pointer === undefined ? {} : { source: { pointer } }),
    meta: { supportId: randomUUID(), ...(existingIds === undefined ? {} : { existingIds }) },
  }));
  return new Response(JSON.stringify({ errors }), {
    status: entries[0]?.status ?? 500,
    headers: { 'content-type': `${MEDIA_TYPE}; charset=utf-8` },
  });
}

/** A bare status in Unit's form, for injected faults. */
export const errorOfStatus = (status: number): Response =>
  errorResponse([{ status, title: titleOf(status) }]);

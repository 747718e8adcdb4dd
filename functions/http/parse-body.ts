// A request body against its schema: JSON only, bounded, no unknown fields, and faults told by JSON Pointer (standards P4).
import type * as z from 'zod/mini';
import type { Route } from '../contract/routes.ts';
import { type FieldError, ServiceError } from '../core/errors.ts';
import type { IncomingRequest } from './event.ts';

/**
 * Parses the JSON body of a route.
 * @throws ServiceError `payload_too_large`, `unsupported_media_type`, `invalid_request`
 */
export function parseBody<Schema extends z.ZodMiniType>(
  route: Route,
  schema: Schema,
  request: IncomingRequest,
): z.output<Schema> {
  requireSize(route, request);
  const contentType = request.header('content-type') ?? '';
  if (!/^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(contentType)) {
    throw new ServiceError('unsupported_media_type', { detail: 'Send application/json.' });
  }
  const result = schema.safeParse(parseJson(request.rawBody), { reportInput: true });
  if (result.success) return result.data;
  throw new ServiceError('invalid_request', { errors: fieldErrors(result.error.issues) });
}

/**
 * Refuses a body over the route's limit.
 * @throws ServiceError `payload_too_large`
 */
export function requireSize(route: Route, request: IncomingRequest): void {
  if (request.rawBody.byteLength > route.maxBodyBytes) {
    throw new ServiceError('payload_too_large', { detail: `At most ${route.maxBodyBytes} bytes.` });
  }
}

/** JSON in strict UTF-8; a `__proto__` key is refused rather than dropped. */
function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes), (key, value: unknown) => {
      if (key === '__proto__') throw new SyntaxError('forbidden key');
      return value;
    });
  } catch {
    throw new ServiceError('invalid_request', { detail: 'The body is not well-formed JSON in UTF-8.' });
  }
}

function fieldErrors(issues: readonly z.core.$ZodIssue[]): readonly FieldError[] {
  return issues.slice(0, 32).flatMap((issue): readonly FieldError[] => {
    if (issue.code === 'unrecognized_keys') {
      // The names are the caller's own text: only well-formed ones are told back.
      return issue.keys.slice(0, 8).map((key) => ({
        pointer: pointer([...issue.path, /^[\w-]{1,64}$/.test(key) ? key : '']),
        reason: 'This field is unknown.',
      }));
    }
    return [{ pointer: pointer(issue.path), reason: reason(issue) }];
  });
}

const pointer = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** zod's small build has no messages, so the issue's kind makes one; the rejected value is never told back. */
function reason(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? required : `Must be of type ${issue.expected}.`;
    case 'invalid_value':
      return oneOf(issue.values);
    case 'too_small':
      return limit('least', issue.minimum, issue.origin);
    case 'too_big':
      return limit('most', issue.maximum, issue.origin);
    case 'invalid_format':
      return formats[issue.format] ?? 'Has the wrong form.';
    case 'invalid_union':
      if (!('options' in issue)) return 'Fits none of the forms that this takes.';
      return isMissing(issue.input, issue.discriminator) ? required : oneOf(issue.options);
    case 'custom':
      return 'Contradicts another field, or misses one that belongs to it.';
    default:
      return 'Is not acceptable.';
  }
}

const required = 'This field is required.';

const oneOf = (values: readonly unknown[] = []): string =>
  `Must be one of: ${values.map(String).join(', ')}.`;

const units: Readonly<Record<string, readonly [one: string, more: string]>> = {
  string: ['character', 'characters'],
  array: ['entry', 'entries'],
};

function limit(which: 'least' | 'most', count: number | bigint, origin: string): string {
  const unit = units[origin];
  if (unit === undefined) return `Must be at ${which} ${count}.`;
  return `Must have at ${which} ${count} ${unit[Number(count) === 1 ? 0 : 1]}.`;
}

/** Of a union the issue's input is the whole object, and its path ends in the member that tells the form. */
const isMissing = (input: unknown, member = ''): boolean =>
  typeof input === 'object' && input !== null && !Object.hasOwn(input, member);

const formats: Readonly<Record<string, string>> = {
  email: 'Must be an email address.',
  date: 'Must be a date, YYYY-MM-DD.',
  url: 'Must be an absolute URL.',
};

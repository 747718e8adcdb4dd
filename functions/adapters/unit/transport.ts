// Unit's JSON:API: the org token, media type, retry rule, and errors kept to code and support id.
import * as z from 'zod/mini';
import { type DecidingReason, ServiceError, type UpstreamFault } from '../../core/errors.ts';
import type { Log } from '../../core/ports.ts';
import { parseJson } from '../json.ts';
import { faultOf, type OutboundRequest, type Reply, send, sendRepeatably } from '../outbound.ts';
import { type Secret, withSecret } from '../secrets.ts';
import type { Wire } from '../wire.ts';

const MEDIA_TYPE = 'application/vnd.api+json';

const errorDocument = z.looseObject({
  errors: z
    .array(
      z.looseObject({
        code: z.optional(z.string()),
        source: z.optional(z.looseObject({ pointer: z.optional(z.string()) })),
        meta: z.optional(
          z.looseObject({
            supportId: z.optional(z.string()),
            existingIds: z.optional(z.array(z.string())),
          }),
        ),
      }),
    )
    .check(z.minLength(1)),
});

export interface UnitCall {
  readonly operation: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Sent as it is, under its own media type, in place of a JSON body. */
  readonly file?: { readonly mediaType: string; readonly bytes: Uint8Array<ArrayBuffer> };
  readonly timeoutMs: number;
  /** How often in all; 1 for what must not be repeated. */
  readonly tries: number;
  readonly signal: AbortSignal;
}

/** Unit's answer: a document, or a refusal of which wording and values are left behind. */
export type UnitReply =
  | { readonly isOk: true; readonly document: unknown; readonly status: number }
  | {
      readonly isOk: false;
      readonly status: number;
      readonly code: string;
      readonly pointers: readonly string[];
      /** What stands in the way, such as what the same idempotency key has made. */
      readonly existingIds: readonly string[];
      readonly fault: UpstreamFault;
      readonly retryAfterSeconds: number | undefined;
    };

export interface UnitTransport {
  /** @throws ServiceError `upstream_timeout`, `upstream_unavailable` when there is no usable answer */
  call(call: UnitCall): Promise<UnitReply>;
}

/** Calls one Unit host with one org token; a test may put another wire under it. */
export function createUnitTransport(baseUrl: string, orgToken: Secret, log: Log, wire?: Wire): UnitTransport {
  return {
    async call(call) {
      const attempt = (token: string): Promise<Reply> => {
        const request = { ...toRequest(baseUrl, token, call), log, ...(wire && { wire }) };
        return call.tries > 1 ? sendRepeatably(request, call.tries) : send(request);
      };
      // Unit's 401 always means our own token: nothing was done, so even a POST may be sent again.
      return read(call, await withSecret(orgToken, attempt, ({ status }) => status === 401));
    },
  };
}

function toRequest(baseUrl: string, token: string, call: UnitCall): Omit<OutboundRequest, 'log'> {
  const { operation, method, path, timeoutMs, signal } = call;
  const content = contentOf(call);
  const accept = { ...call.headers, authorization: `Bearer ${token}`, accept: MEDIA_TYPE };
  return {
    provider: 'unit',
    operation,
    url: `${baseUrl}${path}`,
    method,
    headers: content === null ? accept : { ...accept, 'content-type': content.mediaType },
    ...(content === null ? {} : { body: content.bytes }),
    timeoutMs,
    signal,
  };
}

function contentOf({
  body,
  file,
}: UnitCall): { mediaType: string; bytes: string | Uint8Array<ArrayBuffer> } | null {
  if (file !== undefined) return file;
  return body === undefined ? null : { mediaType: MEDIA_TYPE, bytes: JSON.stringify(body) };
}

function read({ operation }: UnitCall, { status, text, retryAfterSeconds }: Reply): UnitReply {
  const document = parseJson(text);
  if (status >= 200 && status < 300 && document !== undefined) return { isOk: true, document, status };
  const parsed = errorDocument.safeParse(document);
  const errors = parsed.success ? parsed.data.errors : [];
  const [first] = errors;
  const supportId = first?.meta?.supportId;
  const code = first?.code ?? '';
  return {
    isOk: false,
    status,
    code,
    existingIds: errors.flatMap(({ meta }) => meta?.existingIds ?? []),
    pointers: errors.flatMap(({ source }) => (source?.pointer === undefined ? [] : [source.pointer])),
    fault: faultOf(
      { provider: 'unit', operation },
      { status, vendorCode: code, ...(supportId === undefined ? {} : { vendorRequestId: supportId }) },
    ),
    retryAfterSeconds,
  };
}

/** A refusal that has no meaning of its own for the call that met it. */
export const toServiceError = ({
  fault,
  retryAfterSeconds,
}: Extract<UnitReply, { isOk: false }>): ServiceError =>
  new ServiceError('upstream_unavailable', {
    upstream: fault,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });

/** An answer of Unit that our schema refuses. */
export const unreadable = (operation: string, status?: number): ServiceError =>
  new ServiceError('upstream_unavailable', {
    reason: 'unreadable_answer' satisfies DecidingReason,
    upstream: faultOf({ provider: 'unit', operation }, status === undefined ? {} : { status }),
  });

/** At Unit a missing resource is usually a 400 with such a code (unit.co, Errors). */
export const isMissing = ({ status, code }: Extract<UnitReply, { isOk: false }>): boolean =>
  status === 404 || (status === 400 && (code === 'not_found' || code.endsWith('_not_found')));

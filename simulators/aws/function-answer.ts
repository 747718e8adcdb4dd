// How an HTTP API reads what a function returned, payload format 2.0.
import * as z from 'zod/mini';

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const answerSchema = z.looseObject({
  statusCode: z.int().check(z.minimum(200), z.maximum(599)),
  headers: z.nullish(z.record(z.string(), scalar)),
  cookies: z.nullish(z.array(z.string())),
  body: z.nullish(z.string()),
  isBase64Encoded: z.nullish(z.boolean()),
});

export const gatewayError = (status: number, message: string): Response =>
  new Response(JSON.stringify({ message }), { status, headers: { 'content-type': 'application/json' } });

/** `payload` is the JSON that the function returned. Without a `statusCode` the whole of it is the body of a 200. */
export function toResponse(payload: string): Response {
  const returned: unknown = JSON.parse(payload);
  if (typeof returned !== 'object' || returned === null || !('statusCode' in returned))
    return new Response(typeof returned === 'string' ? returned : payload, {
      status: 200,
      headers: { 'content-type': 'application/json' },
    });
  const answer = z.safeParse(answerSchema, returned);
  if (!answer.success) return internalServerError();
  const { statusCode, headers, cookies, body, isBase64Encoded } = answer.data;
  try {
    return fill(statusCode, Object.entries(headers ?? {}), cookies ?? [], bytes(body, isBase64Encoded));
  } catch {
    // A header name or value that no HTTP message can carry.
    return internalServerError();
  }
}

export const internalServerError = (): Response => gatewayError(500, 'Internal Server Error');

function bytes(body: string | null | undefined, isBase64Encoded: boolean | null | undefined): Buffer {
  return Buffer.from(body ?? '', isBase64Encoded === true ? 'base64' : 'utf8');
}

/** Set by the gateway or the connection, whatever the function says. */
const dropped = ['connection', 'content-length', 'transfer-encoding', 'keep-alive', 'upgrade'];

function fill(
  status: number,
  headers: readonly (readonly [string, string | number | boolean])[],
  cookies: readonly string[],
  body: Buffer,
): Response {
  const response = new Response([204, 205, 304].includes(status) ? null : new Uint8Array(body), { status });
  for (const [name, value] of headers)
    if (!dropped.includes(name.toLowerCase())) response.headers.append(name, String(value));
  for (const cookie of cookies) response.headers.append('set-cookie', cookie);
  if (!response.headers.has('content-type') && body.length > 0)
    response.headers.set('content-type', 'text/plain;charset=UTF-8');
  return response;
}

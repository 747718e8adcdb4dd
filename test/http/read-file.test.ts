import { describe, expect, it, jest } from '@jest/globals';
import { routes } from '../../functions/contract/routes.ts';
import { signedInRaw } from '../../functions/http/endpoint.ts';
import { serve } from '../../functions/http/serve.ts';
import { BEARER, bodyOf, contextOf, eventOf, runtimeOf, session } from '../support/adapters-http.ts';
import { examples } from '../support/core-examples.ts';

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const JPEG = [0xff, 0xd8, 0xff, 0xe0];
const PDF = [...Buffer.from('%PDF-1.7\n')];
const heads = { 'image/png': PNG, 'image/jpeg': JPEG, 'application/pdf': PDF } as const;

const text = (content: string) => [...Buffer.from(content)];
const SVG = text('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
const HTML = text('<!doctype html><script>alert(1)</script>');

const LIMIT = 4 * 1024 * 1024;

interface Sent {
  readonly type?: string;
  readonly bytes?: readonly number[] | Buffer;
  readonly authorization?: string;
}

/** Sends a body through the pipeline as the gateway hands it over: in base64. */
async function send({ type = 'image/png', bytes = PNG, authorization = BEARER }: Sent = {}) {
  const seen: unknown[] = [];
  const run = jest.fn(async (request: object) => {
    seen.push(request);
    return { status: 200 as const, body: examples.uploadDocument.answers[200] };
  });
  const answered = await serve(runtimeOf(), signedInRaw(routes.uploadDocument, run))(
    eventOf({
      routeKey: 'PUT /v1/applications/{applicationId}/documents/{documentId}',
      headers: { authorization, ...(type === '' ? {} : { 'content-type': type }) },
      ...(bytes.length === 0 ? {} : { body: Buffer.from(bytes).toString('base64'), isBase64Encoded: true }),
    }),
    contextOf(),
  );
  return { status: answered.statusCode, code: bodyOf(answered)['code'], body: bodyOf(answered), seen };
}

describe('a file in the body of a request', () => {
  it.each(Object.entries(heads))(
    '%s gets to its endpoint byte by byte, with the session',
    async (type, head) => {
      const bytes = [...head, ...Array(256).keys()];
      const { status, seen } = await send({ type, bytes });
      expect(status).toBe(200);
      expect(seen).toMatchObject([{ session, file: { mediaType: type }, signal: expect.any(AbortSignal) }]);
      const [{ file }] = seen as [{ file: { bytes: Uint8Array } }];
      expect([...file.bytes]).toEqual(bytes);
    },
  );

  it('is taken whatever the letters’ case of its type', async () => {
    expect(await send({ type: 'IMAGE/PNG' })).toMatchObject({ status: 200 });
  });

  it.each([
    ['HTML that says it is a PNG', 'image/png', HTML],
    ['HTML that says it is a PDF', 'application/pdf', HTML],
    ['a PNG that says it is a PDF', 'application/pdf', PNG],
    ['a PNG that says it is a JPEG', 'image/jpeg', PNG],
    ['a JPEG that says it is a PNG', 'image/png', JPEG],
    ['a PDF behind other bytes', 'application/pdf', [0x20, ...PDF]],
    ['an SVG', 'image/svg+xml', SVG],
    ['an SVG that says it is a PNG', 'image/png', SVG],
    ['a GIF', 'image/gif', text('GIF89a')],
    ['a WebP that says it is a JPEG', 'image/jpeg', text('RIFF\0\0\0\0WEBP')],
    ['half a signature', 'image/png', PNG.slice(0, 7)],
    ['a PNG without a type', '', PNG],
    ['a PNG as any bytes', 'application/octet-stream', PNG],
    ['a PNG as a form', 'multipart/form-data; boundary=x', PNG],
    ['a PNG of several types', 'image/png, image/jpeg', PNG],
    ['a PNG with a parameter', 'image/png; charset=utf-8', PNG],
  ])('A5.2.2 is refused when it is not what it must be: %s', async (_title, type, bytes) => {
    const { status, code, seen } = await send({ type, bytes });
    expect([status, code]).toEqual([415, 'unsupported_media_type']);
    expect(seen).toEqual([]);
  });

  it.each(['image/png', 'application/pdf', ''])('is refused when it is empty (type "%s")', async (type) => {
    const { status, code } = await send({ type, bytes: [] });
    expect([status, code]).toEqual([400, 'invalid_request']);
  });

  it.each([
    [LIMIT, 200],
    [LIMIT + 1, 413],
  ])('O4 of %d bytes is answered with %d', async (size, status) => {
    const bytes = Buffer.alloc(size);
    bytes.set(PNG);
    expect((await send({ bytes })).status).toBe(status);
  });

  it('J4 is not looked at when nobody is signed in, however large or wrong it is', async () => {
    const bytes = Buffer.alloc(LIMIT + 1);
    const { status, seen } = await send({ authorization: 'Bearer forged.forged.forged', bytes });
    expect([status, seen]).toEqual([401, []]);
  });

  it('is refused on a route that names no type', async () => {
    const { mediaTypes: _, ...route } = routes.uploadDocument;
    const endpoint = signedInRaw(route, async () => ({ status: 200 as const }));
    const answered = await serve(runtimeOf(), endpoint)(
      eventOf({
        routeKey: `${route.method} ${route.path}`,
        headers: { authorization: BEARER, 'content-type': 'image/png' },
        body: Buffer.from(PNG).toString('base64'),
        isBase64Encoded: true,
      }),
      contextOf(),
    );
    expect(answered.statusCode).toBe(415);
  });

  it('P4 is never told back', async () => {
    const { body } = await send({ type: 'image/png', bytes: HTML });
    expect(JSON.stringify(body)).not.toMatch(/script|doctype/);
  });
});

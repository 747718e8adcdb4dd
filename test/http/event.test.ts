import { describe, expect, it } from '@jest/globals';
import { requestOf } from '../support/adapters-http.ts';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

describe("API Gateway's event", () => {
  it('W1 gives the body as the bytes that came, whether the gateway encoded them or not', () => {
    const body = '{"name":"Zoë"}';
    expect(text(requestOf({ body }).rawBody)).toBe(body);
    const encoded = Buffer.from(body).toString('base64');
    expect(text(requestOf({ body: encoded, isBase64Encoded: true }).rawBody)).toBe(body);
    const raw = Buffer.from([0xff, 0x00, 0xfe, 0x0a]);
    const binary = requestOf({ body: raw.toString('base64'), isBase64Encoded: true });
    expect([...binary.rawBody]).toEqual([...raw]);
  });

  it('takes base64 for text when the gateway does not say that it is encoded', () => {
    expect(text(requestOf({ body: 'e30=' }).rawBody)).toBe('e30=');
  });

  it('has an empty body where none came', () => {
    expect(requestOf().rawBody.byteLength).toBe(0);
    expect(requestOf({ isBase64Encoded: true }).rawBody.byteLength).toBe(0);
  });

  it('has headers by their lower-cased names, and none that every object has', () => {
    const request = requestOf({ headers: { 'content-type': 'text/plain' } });
    expect(request.header('content-type')).toBe('text/plain');
    expect(request.header('authorization')).toBeUndefined();
    expect(request.header('constructor')).toBeUndefined();
    expect(request.header('__proto__')).toBeUndefined();
  });

  it('has no path parameters where the route has none', () => {
    expect(requestOf().pathParameters).toEqual({});
    expect(requestOf({ pathParameters: { applicationId: 'A' } }).pathParameters).toEqual({
      applicationId: 'A',
    });
  });
});

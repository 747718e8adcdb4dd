import { describe, expect, it } from '@jest/globals';
import { ServiceError } from '../../functions/core/errors.ts';
import { readIdempotencyKey } from '../../functions/http/idempotency-key.ts';
import { requestOf } from '../support/adapters-http.ts';

const KEY = '8e03978e-40d5-43dd-bc93-6894a57f9324';

const read = (header?: string): string =>
  readIdempotencyKey(requestOf({ headers: header === undefined ? {} : { 'idempotency-key': header } }));

describe('the Idempotency-Key of a caller', () => {
  it('I1 is the same with and without quotes', () => {
    expect(read(`"${KEY}"`)).toBe(KEY);
    expect(read(KEY)).toBe(KEY);
    expect(read(`  "${KEY}" `)).toBe(KEY);
  });

  it.each([16, 17, 254, 255])('I1 may have %i characters', (length) => {
    expect(read('k'.repeat(length))).toHaveLength(length);
    expect(read(`"${'k'.repeat(length)}"`)).toHaveLength(length);
  });

  it.each<[string, string | undefined]>([
    ['I2 missing', undefined],
    ['I1 empty', ''],
    ['I1 empty quotes', '""'],
    ['I1 too short', 'k'.repeat(15)],
    ['I1 too short within quotes', `"${'k'.repeat(15)}"`],
    ['I1 too long', 'k'.repeat(256)],
    ['I1 sent twice', `${KEY}, ${KEY}`],
    ['I1 sent twice without a space', `${KEY},${KEY}`],
    ['I1 sent twice in quotes', `"${KEY}","${KEY}"`],
    ['I1 with a quote at one end', `"${KEY}`],
    ['I1 with a quote inside', `${KEY}"${KEY}`],
    ['I1 with a space inside', `${KEY} ${KEY}`],
    ['I1 with a line inside', `${KEY}\n${KEY}`],
    ['I1 with letters beyond ASCII', `${KEY}é`],
    ['I1 with parameters after it', `"${KEY}";a=1`],
  ])('%s is refused', (_, header) => {
    expect(() => read(header)).toThrow(ServiceError);
    expect(() => read(header)).toThrow('invalid_request');
  });

  it('I1 is never told back', () => {
    const told = (() => {
      try {
        return read('short-secret');
      } catch (error) {
        return JSON.stringify(error instanceof ServiceError ? error.details : error);
      }
    })();
    expect(told).toMatch(/16 to 255/);
    expect(told).not.toContain('short-secret');
  });
});

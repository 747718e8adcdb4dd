import { describe, expect, it } from '@jest/globals';
import * as z from 'zod/mini';
import { routes } from '../../functions/contract/routes.ts';
import { ServiceError } from '../../functions/core/errors.ts';
import { parseBody, requireSize } from '../../functions/http/parse-body.ts';
import { jsonRequest, requestOf } from '../support/adapters-http.ts';
import { ada } from '../support/adapters-unit.ts';

const route = routes.exchangeToken;
const good = { scopes: ['cards'] };

const parse = (request: Parameters<typeof parseBody>[2]) => parseBody(route, route.request, request);

/** What a body is refused with. */
function refusal(work: () => unknown): ServiceError {
  try {
    work();
  } catch (error) {
    if (error instanceof ServiceError) return error;
    throw error;
  }
  throw new Error('it was taken');
}

const faultsOf = (body: unknown) => refusal(() => parse(jsonRequest(body))).details.errors;

describe('a JSON body', () => {
  it('is taken when it is as the contract says', () => {
    expect(parse(jsonRequest(good))).toEqual(good);
  });

  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'application/json;charset=UTF-8',
    'Application/JSON ; charset="utf-8"',
  ])('is taken as %s', (type) => {
    expect(parse(jsonRequest(good, { 'content-type': type }))).toEqual(good);
  });

  it.each([
    '',
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'application/json; charset=latin1',
    'application/json; charset=utf-16',
    'application/jsonp',
    'text/plain, application/json',
    'application/json, application/json',
    'application/vnd.api+json',
  ])('is refused as "%s"', (type) => {
    expect(refusal(() => parse(jsonRequest(good, { 'content-type': type }))).code).toBe(
      'unsupported_media_type',
    );
  });

  it('is refused without a content type', () => {
    expect(refusal(() => parse(requestOf({ body: JSON.stringify(good) }))).code).toBe(
      'unsupported_media_type',
    );
  });

  it.each([
    ['empty', ''],
    ['cut', '{"scopes":["cards"'],
    ['with single quotes', "{'scopes':['cards']}"],
    ['with a comma too many', '{"scopes":["cards"],}'],
    ['two documents', '{}{}'],
    ['with a comment', '{/* */}'],
    ['NaN', 'NaN'],
    ['nested ten thousand deep', '['.repeat(10_000)],
  ])('is refused as malformed when it is %s', (_, body) => {
    const { code, details } = refusal(() => parse(jsonRequest(body)));
    expect([code, details.errors]).toEqual(['invalid_request', undefined]);
    expect(details.detail).toMatch(/well-formed JSON/);
  });

  it.each([
    ['a byte that begins nothing', [0xff]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['half a surrogate', [0xed, 0xa0, 0x80]],
    ['a cut letter', [0xc3]],
  ])('is refused when it holds %s in place of UTF-8', (_, bytes) => {
    const raw = Buffer.concat([Buffer.from('{"scopes":["'), Buffer.from(bytes), Buffer.from('"]}')]);
    const request = requestOf({
      headers: { 'content-type': 'application/json' },
      body: raw.toString('base64'),
      isBase64Encoded: true,
    });
    expect(refusal(() => parse(request)).code).toBe('invalid_request');
  });

  it.each(['null', '[]', '"scopes"', '5', 'true'])('is refused when it is no object: %s', (body) => {
    expect(refusal(() => parse(jsonRequest(body))).code).toBe('invalid_request');
  });

  it.each([
    '{"__proto__":{"isAdmin":true},"scopes":["cards"]}',
    '{"scopes":["cards"],"resources":[{"type":"card","ids":["1"],"__proto__":{"x":1}}]}',
    '{"\\u005f_proto__":{},"scopes":["cards"]}',
  ])('A15.3.6 is refused with a __proto__ in it, before any schema sees it: %s', (body) => {
    const { code, details } = refusal(() => parse(jsonRequest(body)));
    expect([code, details.errors]).toEqual(['invalid_request', undefined]);
    expect(Object(Object.prototype)).not.toHaveProperty('isAdmin');
  });

  it('A15.3.6 is refused with a constructor that nobody declared', () => {
    expect(faultsOf('{"constructor":{"prototype":{}},"scopes":["cards"]}')).toEqual([
      { pointer: '/constructor', reason: expect.any(String) },
    ]);
  });
});

describe('the size of a body', () => {
  it('O4 may be the limit of its route and not a byte more, before anything else is looked at', () => {
    const pad = (length: number) => JSON.stringify(good).padEnd(length);
    expect(parse(jsonRequest(pad(16_384)))).toEqual(good);
    expect(refusal(() => parse(jsonRequest(pad(16_385)))).code).toBe('payload_too_large');
    const wrongType = requestOf({ headers: { 'content-type': 'text/plain' }, body: 'x'.repeat(16_385) });
    expect(refusal(() => parse(wrongType)).code).toBe('payload_too_large');
  });

  it('O4 counts bytes, not letters', () => {
    const name = 'é'.repeat(9000);
    expect(refusal(() => parse(jsonRequest({ scopes: [name] }))).code).toBe('payload_too_large');
  });

  it('O4 is one megabyte for a webhook', () => {
    const { unitWebhook } = routes;
    expect(() => requireSize(unitWebhook, requestOf({ body: 'x'.repeat(1024 * 1024) }))).not.toThrow();
    const larger = requestOf({ body: 'x'.repeat(1024 * 1024 + 1) });
    expect(refusal(() => requireSize(unitWebhook, larger)).code).toBe('payload_too_large');
  });
});

describe('a fault in a field', () => {
  it.each<[string, unknown, readonly { pointer: string; reason: string | RegExp }[]]>([
    ['a missing field', {}, [{ pointer: '/scopes', reason: 'This field is required.' }]],
    ['a field of the wrong type', { scopes: 'cards' }, [{ pointer: '/scopes', reason: /array/ }]],
    ['a field that is null', { scopes: null }, [{ pointer: '/scopes', reason: /array/ }]],
    ['an entry of the wrong type', { scopes: ['cards', 5] }, [{ pointer: '/scopes/1', reason: /string/ }]],
    ['an empty list', { scopes: [] }, [{ pointer: '/scopes', reason: 'Must have at least 1 entry.' }]],
    [
      'too many entries',
      { scopes: Array(33).fill('x') },
      [{ pointer: '/scopes', reason: 'Must have at most 32 entries.' }],
    ],
    [
      'an empty text',
      { scopes: [''] },
      [{ pointer: '/scopes/0', reason: 'Must have at least 1 character.' }],
    ],
    [
      'a text too long',
      { scopes: ['x'.repeat(65)] },
      [{ pointer: '/scopes/0', reason: 'Must have at most 64 characters.' }],
    ],
    [
      'a number too small',
      { ...good, expiresIn: 5 },
      [{ pointer: '/expiresIn', reason: 'Must be at least 60.' }],
    ],
    [
      'a value that is not on the list, deep inside',
      { ...good, resources: [{ type: 'bank', ids: ['1'] }] },
      [{ pointer: '/resources/0/type', reason: /card, account/ }],
    ],
    [
      'an id of the wrong form',
      { ...good, customerId: '../1' },
      [{ pointer: '/customerId', reason: 'Has the wrong form.' }],
    ],
    ['an unknown field', { ...good, admin: true }, [{ pointer: '/admin', reason: 'This field is unknown.' }]],
    [
      'an unknown field, deep inside',
      { ...good, resources: [{ type: 'card', ids: ['1'], owner: 'me' }] },
      [{ pointer: '/resources/0/owner', reason: 'This field is unknown.' }],
    ],
  ])('P4 is told by pointer and reason: %s', (_, body, expected) => {
    expect(faultsOf(body)).toEqual(
      expected.map(({ pointer, reason }) => ({ pointer, reason: expect.stringMatching(reason) })),
    );
  });

  it('P4 escapes a name as JSON Pointer does, and tells a strange one not at all', () => {
    const schema = z.object({ 'a/b~c': z.string() });
    const wrong = refusal(() => parseBody(route, schema, jsonRequest({ 'a/b~c': 5 })));
    expect(wrong.details.errors).toMatchObject([{ pointer: '/a~1b~0c' }]);
    const strange = faultsOf({ ...good, 'my ssn is 078051120': 1, ['x'.repeat(100)]: 1 });
    expect(strange?.map(({ pointer }) => pointer)).toEqual(['/', '/']);
  });

  it('P4 lists a bounded number of them, whatever comes', () => {
    const many = Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`field${i}`, i]));
    expect(faultsOf({ ...good, ...many })?.length).toBeLessThanOrEqual(32 * 8);
    const wrong = faultsOf({ scopes: Array(32).fill(5), customerId: 5, expiresIn: 'x', resources: 'x' });
    expect(wrong?.length).toBeLessThanOrEqual(32);
  });

  it('P4 never says a rejected value again, wherever it stood', () => {
    const apply = routes.apply;
    const secret = '078-05-1120-secret';
    const bodies: readonly object[] = [
      { ...ada, ssn: secret },
      { ...ada, dateOfBirth: secret },
      { ...ada, email: secret },
      { ...ada, type: secret },
      { ...ada, occupation: secret },
      { ...ada, unknown: secret },
      { ...ada, address: { ...ada.address, state: secret, unknown: secret } },
      { ...ada, ssn: undefined, passport: secret },
      { ...ada, fullName: secret },
      { ...ada, phone: [secret] },
    ];
    const told = bodies.map((body) => {
      const { code, details, message } = refusal(() => parseBody(apply, apply.request, jsonRequest(body)));
      expect(code).toBe('invalid_request');
      return JSON.stringify({ details, message });
    });
    expect(told.join('')).not.toContain('078-05');
  });

  const { signUp, stepUp, challenge, openForm, apply, revoke } = routes;
  const missing = 'This field is required.';
  it.each([
    ['sign-up', signUp, {}, '/method', missing],
    ['sign-up', signUp, { method: 'sms' }, '/method', 'Must be one of: email_magic_link, email_otp.'],
    ['sign-up', signUp, { method: null }, '/method', 'Must be one of: email_magic_link, email_otp.'],
    ['sign-up', signUp, [], '', 'Must be of type object.'],
    ['step-up', stepUp, {}, '/factor', missing],
    ['step-up', stepUp, { factor: 7 }, '/factor', 'Must be one of: totp, sms, passkey, recovery_code.'],
    ['a challenge', challenge, { factor: 'totp' }, '/factor', 'Must be one of: sms, passkey.'],
    ['an application', apply, {}, '/type', missing],
    ['a form', openForm, {}, '/type', missing],
    [
      'a form',
      openForm,
      { type: 'trust' },
      '/type',
      'Must be one of: individual, sole_proprietor, business.',
    ],
    ['the end of a session', revoke, {}, '', 'Fits none of the forms that this takes.'],
    ['the end of a session', revoke, { all: false }, '', 'Fits none of the forms that this takes.'],
  ])('P4 says of %s which forms it takes: %#', (_, to, body, pointer, reason) => {
    const { details } = refusal(() => parseBody(to, to.request, jsonRequest(body)));
    expect(details.errors).toEqual([{ pointer, reason }]);
  });

  it.each([
    ['email', { ...ada, email: 'nobody' }, '/email', 'Must be an email address.'],
    ['date', { ...ada, dateOfBirth: '23.4.1991' }, '/dateOfBirth', 'Must be a date, YYYY-MM-DD.'],
    [
      'web address',
      { ...ada, type: 'sole_proprietor', website: 'my site' },
      '/website',
      'Must be an absolute URL.',
    ],
    ['identification', { ...ada, passport: 'X1234567', nationality: 'NG' }, '/ssn', /Contradicts/],
    [
      'kind of applicant',
      { ...ada, type: 'business' },
      '/type',
      'Must be one of: individual, sole_proprietor.',
    ],
  ])('P4 says what a field must be: %s', (_, body, pointer, reason) => {
    const { details } = refusal(() => parseBody(routes.apply, routes.apply.request, jsonRequest(body)));
    expect(details.errors).toEqual([{ pointer, reason: expect.stringMatching(reason) }]);
  });
});

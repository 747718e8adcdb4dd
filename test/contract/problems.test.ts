import { describe, expect, it } from '@jest/globals';
import { problemBody, problemSlug, problemTypes } from '../../functions/contract/problems.ts';
import { routes } from '../../functions/contract/routes.ts';
import { errorCodes } from '../../functions/core/errors.ts';
import { statusOf, withUnknownKeys } from '../support/core-examples.ts';

describe('P1 Every error code has one problem type', () => {
  it('and every problem type has a code', () => {
    expect(Object.keys(problemTypes).sort()).toEqual([...errorCodes].sort());
  });

  it.each(errorCodes)('%s has the status that the API promises, a title and a page', (code) => {
    expect(problemTypes[code].status).toBe(statusOf[code]);
    expect(problemTypes[code].title).toMatch(/^[A-Z].+\.$/);
    expect(problemSlug(code)).toMatch(/^[a-z]+(-[a-z]+)*$/);
  });

  it('with a title and a page of its own', () => {
    expect(new Set(Object.values(problemTypes).map(({ title }) => title)).size).toBe(errorCodes.length);
    expect(new Set(errorCodes.map(problemSlug)).size).toBe(errorCodes.length);
  });

  it('P3 no title names a vendor, an AWS product or a store', () => {
    const titles = Object.values(problemTypes).map(({ title }) => title);
    expect(titles.filter((title) => /stytch|unit|aws|dynamo|lambda|secret/i.test(title))).toEqual([]);
  });

  it('P2 and routes name only codes that are in the table', () => {
    const named = Object.values(routes).flatMap(({ problems }): readonly string[] => problems);
    expect(named.filter((code) => !errorCodes.some((known) => known === code))).toEqual([]);
  });
});

describe('P2 The body of a problem', () => {
  const body = {
    type: 'https://example.com/problems/invalid-request',
    title: 'The request is malformed or a field is wrong.',
    status: 400,
    code: 'invalid_request',
    instance: 'urn:request-id:1',
    errors: [{ pointer: '/email', reason: 'too long' }],
  };

  it('is taken as it is', () => {
    expect(problemBody.parse(body)).toEqual(body);
  });

  it.each(withUnknownKeys(body).map(({ place, value }) => [place, value] as const))(
    'P3 lets nothing out that is not declared, at %s',
    (_place, value) => {
      expect(problemBody.parse(value)).toEqual(body);
    },
  );

  it.each(['type', 'title', 'status', 'code', 'instance'])('never goes without %s', (member) => {
    const rest = Object.fromEntries(Object.entries(body).filter(([key]) => key !== member));
    expect(problemBody.safeParse(rest).success).toBe(false);
  });

  it('has a code of the table', () => {
    expect(problemBody.safeParse({ ...body, code: 'teapot' }).success).toBe(false);
  });
});

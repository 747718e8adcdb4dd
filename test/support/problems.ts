// Our problems, as the contract has them.
import { expect } from '@jest/globals';
import { problemBody, problemTypes } from '../../functions/contract/problems.ts';
import type { Exchange } from '../../local/journey-client.ts';

/** One of our problems in full, with nothing that opens anything and nothing from inside; `what` names the case of several. */
export function expectProblem({ status, headers, body }: Exchange, code: string, what = ''): void {
  const parsed = problemBody.safeParse(body);
  const found = parsed.success ? parsed.data.code : `${status} ${JSON.stringify(body)}`;
  expect({ what, code: found }).toEqual({ what, code });
  const { instance, code: known } = problemBody.parse(body);
  expect({
    what,
    status,
    type: headers.get('content-type'),
    cache: headers.get('cache-control'),
    requestId: headers.get('x-request-id'),
  }).toEqual({
    what,
    status: problemTypes[known].status,
    type: 'application/problem+json; charset=utf-8',
    cache: 'no-store',
    requestId: instance.replace('urn:request-id:', ''),
  });
  expect(body).not.toHaveProperty('sessionJwt');
  expect(body).not.toHaveProperty('customerToken');
  expect(JSON.stringify(body)).not.toMatch(/\bat .*\.mjs|arn:aws|Error:/);
}

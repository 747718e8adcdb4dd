// A few requests to a deployed API that change nothing: what an operator would try first.
import { problemBody, problemTypes } from '../../functions/contract/problems.ts';
import { call } from '../../local/journey-client.ts';
import type { Progress } from './progress.ts';

/** Smoke test of a filled deployment. */
export async function smoke(apiUrl: string, { check }: Pick<Progress, 'check'>): Promise<void> {
  const unsigned = await call('POST', `${apiUrl}/webhooks/unit`, { body: { data: [] } });
  const refusal = problemBody.safeParse(unsigned.body);
  check('an unsigned webhook is refused with 401', unsigned.status === 401, unsigned.body);
  check(
    'the refusal is a problem document',
    refusal.success && unsigned.headers.get('content-type')?.startsWith('application/problem+json') === true,
    unsigned.body,
  );
  check(
    'every answer is uncacheable and carries a request id',
    unsigned.headers.get('cache-control') === 'no-store' && unsigned.headers.get('x-request-id') !== null,
    [...unsigned.headers],
  );
  const anonymous = await call('GET', `${apiUrl}/v1/me`);
  check(
    'a signed-in route answers 401 with WWW-Authenticate: Bearer',
    anonymous.status === 401 && anonymous.headers.get('www-authenticate')?.startsWith('Bearer') === true,
    [anonymous.status, ...anonymous.headers],
  );
  const strange = await call('GET', `${apiUrl}/v1/nothing-here`);
  check('a path without a route answers 404', strange.status === 404, strange.status);
}

/** The title of the refusal of an unsigned webhook: the line that the update changes. */
export async function refusalTitle(apiUrl: string): Promise<string> {
  const { body } = await call('POST', `${apiUrl}/webhooks/unit`, { body: { data: [] } });
  const parsed = problemBody.safeParse(body);
  return parsed.success ? parsed.data.title : JSON.stringify(body);
}

export const titleToday: string = problemTypes.invalid_signature.title;

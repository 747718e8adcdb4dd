// `npm run smoke` against the deployed API, as an operator runs it: the product's own checks, each of them.
import { open, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod/mini';
import { problemBody, problemTypes } from '../../functions/contract/problems.ts';
import { call } from '../../local/journey-client.ts';
import type { Vendors } from '../../local/vendors.ts';
import type { Operator } from './operator.ts';
import { type Progress, say } from './progress.ts';

const report = z.object({
  checks: z.array(
    z.object({ name: z.string(), verdict: z.enum(['ok', 'failed', 'skipped']), note: z.string() }),
  ),
});

/** What plain HTTP on loopback has nothing of; a check that is skipped beside it fails the run. */
const mayBeSkipped: ReadonlySet<string> = new Set(['tls']);

/** Smoke test of a filled deployment; the mail and the session that it asks for are simulated ones. */
export async function smoke(
  operator: Operator,
  { stytch }: Pick<Vendors, 'stytch'>,
  folder: string,
  { check }: Pick<Progress, 'check'>,
): Promise<void> {
  const user = { email: 'smoke.session@example.com', phoneNumber: '+14155550142' };
  const { userId } = await stytch.controls.seedUser(user);
  const { sessionJwt } = await stytch.controls.startSession({
    userId,
    factors: [{ type: 'magic_link', deliveryMethod: 'email' }],
  });
  const file = path.join(folder, 'session.jwt');
  await writeFile(file, sessionJwt, { mode: 0o600 });
  const session = await open(file);
  const real = ['--send-to', 'smoke.mail@example.com', '--session-jwt-fd', '3'];
  const ran = await operator('smoke', real, { files: [session.fd] });
  await session.close();
  const parsed = report.safeParse(ran.document);
  if (!parsed.success) throw new Error(`smoke told nothing:\n${ran.output}`);
  for (const { name, verdict, note } of parsed.data.checks) {
    if (verdict === 'skipped' && mayBeSkipped.has(name)) say(` skipped  smoke: ${name} (${note})`);
    else check(`smoke: ${name}`, verdict === 'ok', `${verdict}: ${note}`);
  }
  check('smoke ends with exit code 0', ran.isGood, ran.output);
}

/** The title of the refusal of an unsigned webhook: the line that the update changes. */
export async function refusalTitle(apiUrl: string): Promise<string> {
  const { body } = await call('POST', `${apiUrl}/webhooks/unit`, { body: { data: [] } });
  const parsed = problemBody.safeParse(body);
  return parsed.success ? parsed.data.title : JSON.stringify(body);
}

export const titleToday: string = problemTypes.invalid_signature.title;

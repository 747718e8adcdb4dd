// `npm run smoke` against the deployed API, as an operator runs it: the product's own checks, each of them.
import { open, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod/mini';
import { parseJson } from '../../functions/adapters/json.ts';
import { problemBody, problemTypes } from '../../functions/contract/problems.ts';
import { stages } from '../../lib/stages.ts';
import { call } from '../../local/journey-client.ts';
import type { Vendors } from '../../local/vendors.ts';
import { type Progress, say } from './progress.ts';
import { run, tail } from './run.ts';

const report = z.object({
  checks: z.array(
    z.object({ name: z.string(), verdict: z.enum(['ok', 'failed', 'skipped']), note: z.string() }),
  ),
});

/** What plain HTTP on loopback has nothing of; a check that is skipped beside it fails the run. */
const mayBeSkipped: ReadonlySet<string> = new Set(['tls']);

/** Smoke test of a filled deployment; the mail and the session that it asks for are simulated ones. */
export async function smoke(
  apiUrl: string,
  { stytch }: Pick<Vendors, 'stytch'>,
  folder: string,
  signal: AbortSignal,
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
  const [origin] = stages.dev.allowedOrigins;
  const where = ['--api-url', apiUrl, '--origin', origin];
  const real = ['--send-to', 'smoke.mail@example.com', '--session-jwt-fd', '3'];
  const ran = await run(process.execPath, ['--import', 'tsx', 'ops/smoke.ts', ...where, ...real, '--json'], {
    env: { PATH: process.env['PATH'], HOME: folder },
    seconds: 60,
    signal,
    files: [session.fd],
  });
  await session.close();
  const parsed = report.safeParse(parseJson(ran.stdout));
  if (!parsed.success) throw new Error(`smoke told nothing:\n${tail(ran.output)}`);
  for (const { name, verdict, note } of parsed.data.checks) {
    if (verdict === 'skipped' && mayBeSkipped.has(name)) say(` skipped  smoke: ${name} (${note})`);
    else check(`smoke: ${name}`, verdict === 'ok', `${verdict}: ${note}`);
  }
  check('smoke ends with exit code 0', ran.isGood, tail(ran.output));
}

/** The title of the refusal of an unsigned webhook: the line that the update changes. */
export async function refusalTitle(apiUrl: string): Promise<string> {
  const { body } = await call('POST', `${apiUrl}/webhooks/unit`, { body: { data: [] } });
  const parsed = problemBody.safeParse(body);
  return parsed.success ? parsed.data.title : JSON.stringify(body);
}

export const titleToday: string = problemTypes.invalid_signature.title;

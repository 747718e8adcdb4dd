// What a check is, and how an answer is compared with what the contract promises.
import * as z from 'zod/mini';
import { problemBody, problemSlug, problemTypes } from '../../functions/contract/problems.ts';
import type { ErrorCode } from '../../functions/core/errors.ts';
import { everyAnswer } from '../../functions/http/respond.ts';
import type { Probe, Reply } from './probe.ts';

export interface Subject {
  /** Without a slash at the end. */
  readonly apiUrl: string;
  readonly probe: Probe;
  /** An origin that the stage allows; null where browsers have no access, or nobody said. */
  readonly allowedOrigin: string | null;
  /** Gets a real mail. */
  readonly sendTo: string | null;
  readonly sessionJwt: string | null;
  /** Of the stage, as Secrets Manager has it, or why it has none; null without a stage. */
  readonly webhookToken: { readonly value: string } | { readonly fault: string } | null;
  /** Of the stage in this checkout; null without one. */
  readonly problemTypeBaseUrl: string | null;
}

export interface Outcome {
  readonly verdict: 'ok' | 'failed' | 'skipped';
  readonly note: string;
  /** Of the slowest request of the check. */
  readonly ms: number | null;
}

export interface Check {
  readonly name: string;
  /** @throws ServiceError where there is no answer at all */
  readonly run: (subject: Subject) => Promise<Outcome>;
}

export const skipped = (note: string): Outcome => ({ verdict: 'skipped', note, ms: null });

/** Good when nothing is at fault. */
export const outcomeOf = (replies: readonly Reply[], faults: readonly string[], note = ''): Outcome => ({
  verdict: faults.length === 0 ? 'ok' : 'failed',
  note: faults.length === 0 ? note : faults.join('; '),
  ms: Math.max(...replies.map(({ ms }) => ms)),
});

/** Where an answer is not this problem: its status, media type, body, code and request id, and the security headers. */
export function faultsOfProblem(reply: Reply, code: ErrorCode): readonly string[] {
  const { status } = problemTypes[code];
  const parsed = problemBody.safeParse(reply.json);
  if (parsed.success && parsed.data.code === 'not_configured') {
    return ['503 not_configured: a secret is empty or malformed, see npm run secrets -- --check'];
  }
  if (reply.status !== status) return [`${reply.status} in place of ${status} ${code}`];
  if (!parsed.success) return ['the body is no problem of ours'];
  const { type, instance, code: told } = parsed.data;
  const requestId = reply.header('x-request-id');
  return [
    ...(told === code ? [] : [`code ${told} in place of ${code}`]),
    ...(reply.header('content-type')?.startsWith('application/problem+json') === true
      ? []
      : ['not application/problem+json']),
    ...(type.endsWith(problemSlug(code)) ? [] : ['another problem type']),
    ...(requestId !== null && instance === `urn:request-id:${requestId}` ? [] : ['no request id']),
    ...faultsOfHeaders(reply),
  ];
}

export const faultsOfHeaders = (reply: Reply): readonly string[] =>
  Object.entries(everyAnswer).flatMap(([name, value]) =>
    reply.header(name) === value ? [] : [`${name} is ${reply.header(name) === null ? 'missing' : 'another'}`],
  );

const challenge = z.looseObject({ acrValues: z.array(z.string()).check(z.minLength(1)), maxAge: z.int() });

/** RFC 9470's challenge, in the body as in the header. */
export function faultsOfChallenge(reply: Reply): readonly string[] {
  const { value } = authenticateHeader(reply);
  return [
    ...faultsOfProblem(reply, 'insufficient_user_authentication'),
    ...(challenge.safeParse(reply.json).success ? [] : ['no challenge in the body']),
    ...(/acr_values="[^"]+".*max_age="\d+"/.test(value) ? [] : ['no challenge in the header']),
  ];
}

const names = ['www-authenticate', 'x-amzn-remapped-www-authenticate'] as const;
export type AuthenticateHeader = (typeof names)[number];

/** Which of the two names came through the gateway; null: neither. */
export function authenticateHeader(reply: Reply): {
  readonly name: AuthenticateHeader | null;
  readonly value: string;
} {
  const name = names.find((one) => reply.header(one) !== null) ?? null;
  return { name, value: name === null ? '' : (reply.header(name) ?? '') };
}

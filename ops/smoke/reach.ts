// What stands behind the functions: each check needs one part of the deployment, and fails where it is missing.
import { createHmac, randomBytes } from 'node:crypto';
import { problemBody, problemSlug } from '../../functions/contract/problems.ts';
import { routes } from '../../functions/contract/routes.ts';
import { type Check, faultsOfHeaders, faultsOfProblem, outcomeOf, type Subject, skipped } from './check.ts';
import { json, type ProbeRequest } from './probe.ts';

const NEEDS_STAGE = 'nothing is signed or compared without --stage';

/** A proof that is none: the answer is `invalid_grant` only after the part has been read. */
const refusedProof = (name: string, part: string, body: () => object): Check => ({
  name,
  async run({ probe }) {
    const text = JSON.stringify(body());
    const reply = await probe({ method: 'POST', path: routes.authenticate.path, headers: json, body: text });
    return outcomeOf(
      [reply],
      faultsOfProblem(reply, 'invalid_grant'),
      `${reply.status} invalid_grant: ${part}`,
    );
  },
});

const noise = (bytes: number): string => randomBytes(bytes).toString('base64url');

/** No id of Unit's is as long, and the event names no resource: the function looks it up, and writes nothing. */
const eventOfNobody = () => ({
  id: '999999999999999999',
  type: 'customer.smoke',
  attributes: { createdAt: new Date().toISOString() },
});

const delivery = (body: string, token: string): ProbeRequest => ({
  method: 'POST',
  path: routes.unitWebhook.path,
  headers: { ...json, 'x-unit-signature': createHmac('sha1', token).update(body).digest('base64') },
  body,
});

/** Signed as Unit signs, with the token of Secrets Manager. */
const signedDelivery = (name: string, part: string, events: () => readonly object[]): Check => ({
  name,
  async run({ probe, webhookToken }: Subject) {
    if (webhookToken === null) return skipped(NEEDS_STAGE);
    if ('fault' in webhookToken) return { verdict: 'failed', note: webhookToken.fault, ms: null };
    const reply = await probe(delivery(JSON.stringify({ data: events() }), webhookToken.value));
    const problem = problemBody.safeParse(reply.json);
    const said = problem.success ? ` ${problem.data.code}` : '';
    const faults = reply.status === 200 ? faultsOfHeaders(reply) : [`${reply.status}${said} in place of 200`];
    return outcomeOf([reply], faults, `200: ${part}`);
  },
});

export const reachChecks: readonly Check[] = [
  refusedProof('reaches_hash_key', 'the hash key was read', () => ({
    method: 'email_otp',
    challengeId: noise(96),
    code: '000000',
  })),
  refusedProof('reaches_stytch', 'Stytch takes the secret', () => ({
    method: 'email_magic_link',
    token: noise(32),
    codeVerifier: noise(48),
  })),
  signedDelivery('webhook_signed', 'the token of Secrets Manager is the one that functions have', () => []),
  signedDelivery('reaches_table', 'the table was read', () => [eventOfNobody()]),
  {
    name: 'is_the_stage',
    async run({ probe, problemTypeBaseUrl, webhookToken }) {
      if (webhookToken === null) return skipped(NEEDS_STAGE);
      if (problemTypeBaseUrl === null) return skipped('lib/stages.ts of this checkout has no such stage');
      const reply = await probe({ method: 'GET', path: '/v1/me' });
      const problem = problemBody.safeParse(reply.json);
      const type = problem.success ? problem.data.type : 'no problem of ours';
      const isOurs = type === `${problemTypeBaseUrl}${problemSlug('invalid_token')}`;
      const fault = `another stage, or another version of it: ${type}, and this checkout has ${problemTypeBaseUrl}`;
      return outcomeOf([reply], isOurs ? [] : [fault], problemTypeBaseUrl);
    },
  },
];

/** What no check of these sees. */
export const blindSpots = ({ webhookToken, sendTo, sessionJwt }: Subject): readonly string[] => [
  'the org tokens of Unit and what is set at both vendors (npm run doctor)',
  ...(webhookToken === null ? ['the table and the webhook secret (--stage)'] : []),
  ...(sendTo === null ? ['whether mails arrive (--send-to)'] : []),
  ...(sessionJwt === null ? ['what a session gets (--session-jwt-fd)'] : []),
];

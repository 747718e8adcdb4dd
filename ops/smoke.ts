// `npm run smoke`: after a deploy, whether the API answers as its contract says, seen from outside.
import { Option } from 'commander';
import * as z from 'zod/mini';
import { ServiceError } from '../functions/core/errors.ts';
import { type Stage, stages } from '../lib/stages.ts';
import { createVault } from './adapters/vault.ts';
import { type Answer, runAt, type SharedOptions } from './base/cli.ts';
import { readCredential } from './base/credentials.ts';
import type { Output } from './base/output.ts';
import { describeStack, outputOf } from './base/place.ts';
import { misuse, Stop } from './base/stop.ts';
import { catalog } from './secrets/catalog.ts';
import { fillCommand } from './secrets/stored.ts';
import { browserChecks } from './smoke/browser.ts';
import {
  type AuthenticateHeader,
  authenticateHeader,
  type Check,
  type Outcome,
  type Subject,
} from './smoke/check.ts';
import { createProbe } from './smoke/probe.ts';
import { blindSpots, reachChecks } from './smoke/reach.ts';
import { realChecks } from './smoke/real.ts';
import { refusalChecks } from './smoke/refusals.ts';
import { tlsCheck } from './smoke/tls.ts';

/** By a path, too: emulators of AWS have one in place of a host name for each API. */
const loopback = /^http:\/\/(127\.0\.0\.1|localhost):\d{1,5}(\/[^?#\s]*)?$/;
const url = z.string().check(
  z.refine((text) => URL.canParse(text) && (text.startsWith('https://') || loopback.test(text)), {
    error: 'takes an https URL, or http on loopback',
  }),
);
const shape = {
  apiUrl: z.optional(url),
  origin: z.optional(url),
  sendTo: z.optional(z.email({ error: 'takes an email address' })),
  sessionJwtFd: z.optional(
    z.pipe(
      z.string().check(z.regex(/^\d{1,4}$/, { error: 'takes the number of a file descriptor' })),
      z.transform(Number),
    ),
  ),
};
const shaped = z.object(shape);
type Options = z.infer<typeof shaped>;

interface Desk {
  readonly output: Output;
  readonly stage: string | null;
  /** Of the stage; null without one. */
  readonly apiUrl: string | null;
  readonly webhookToken: Subject['webhookToken'];
}

const checks: readonly Check[] = [
  tlsCheck,
  ...browserChecks,
  ...refusalChecks,
  ...reachChecks,
  ...realChecks,
];

async function smoke(desk: Desk, options: Options): Promise<Answer> {
  const { output } = desk;
  const subject = await subjectOf(desk, options);
  output.step(`checking ${subject.apiUrl} ...`);
  const done: (Outcome & { readonly name: string })[] = [];
  // One after the other: what is measured is one client's wait.
  for (const check of checks) done.push({ name: check.name, ...(await runOne(check, subject)) });
  const header = await headerOf(subject);
  output.table(
    ['check', 'result', 'ms', 'note'],
    done.map(({ name, verdict, ms, note }) => [
      name,
      verdict === 'failed' ? 'FAILED' : verdict,
      ms === null ? '-' : String(ms),
      note,
    ]),
  );
  const count = (verdict: Outcome['verdict']): number => done.filter((one) => one.verdict === verdict).length;
  const latency = latencyOf(done);
  output.say(header === null ? 'No WWW-Authenticate arrives.' : `WWW-Authenticate arrives as ${header}.`);
  if (latency !== null) {
    output.say(`Latency: median ${latency.medianMs} ms, slowest ${latency.slowestMs} ms.`);
  }
  output.say(`Not looked at: ${blindSpots(subject).join('; ')}.`);
  output.say(`${count('ok')} ok, ${count('failed')} failed, ${count('skipped')} skipped.`);
  return {
    outcome: count('failed') === 0 ? 'done' : 'found_problems',
    apiUrl: subject.apiUrl,
    authenticateHeader: header,
    latency,
    checks: done,
    notLookedAt: blindSpots(subject),
  };
}

async function subjectOf({ apiUrl, stage, webhookToken }: Desk, options: Options): Promise<Subject> {
  const base = options.apiUrl ?? apiUrl;
  if (base === null) throw misuse('Name the --stage or the --api-url.');
  const known = Object.values<Stage>(stages).find(({ name }) => name === stage);
  const jwt = options.sessionJwtFd === undefined ? null : await readJwt(options.sessionJwtFd);
  const clean = base.replace(/\/+$/, '');
  const allowedOrigin = options.origin ?? known?.allowedOrigins[0] ?? null;
  return {
    apiUrl: clean,
    probe: createProbe(clean, allowedOrigin),
    allowedOrigin,
    sendTo: options.sendTo ?? null,
    sessionJwt: jwt,
    webhookToken,
    problemTypeBaseUrl: known?.problemTypeBaseUrl ?? null,
  };
}

async function readJwt(fd: number): Promise<string> {
  const option = '--session-jwt-fd';
  const secret = await readCredential({ title: 'session JWT', variable: '', option, fd });
  return (await secret.read()).value;
}

const runOne = (check: Check, subject: Subject): Promise<Outcome> =>
  check.run(subject).catch((error: unknown) => {
    if (!(error instanceof ServiceError)) throw error;
    return { verdict: 'failed', note: 'no answer at all', ms: null } as const;
  });

/** A browser reads one name, a gateway may send another: clients want to know which. */
const headerOf = ({ probe }: Subject): Promise<AuthenticateHeader | null> =>
  probe({ method: 'GET', path: '/v1/me' }).then(
    (reply) => authenticateHeader(reply).name,
    () => null,
  );

/** Null where nobody answered. */
function latencyOf(done: readonly Outcome[]) {
  const sorted = done.flatMap(({ ms }) => (ms === null ? [] : [ms])).toSorted((a, b) => a - b);
  const [medianMs, slowestMs] = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
  return medianMs === undefined || slowestMs === undefined ? null : { medianMs, slowestMs };
}

async function makeDesk({ stage }: SharedOptions, output: Output): Promise<Desk> {
  if (stage === undefined) return { output, stage: null, apiUrl: null, webhookToken: null };
  const { outputs } = await describeStack(stage);
  const { held } = await createVault()
    .read(outputOf(stage, outputs, catalog.webhook.output))
    .catch((error: unknown) => {
      if (!(error instanceof Stop)) throw error;
      return { held: 'unreadable' } as const;
    });
  const remedy =
    held === 'unreadable' ? 'you need secretsmanager:GetSecretValue on it' : fillCommand(stage, 'webhook');
  const webhookToken =
    typeof held === 'string' ? { fault: `the webhook token is ${held}: ${remedy}` } : { value: held.value };
  return { output, stage, apiUrl: outputOf(stage, outputs, 'ApiUrl'), webhookToken };
}

await runAt(
  {
    name: 'smoke',
    description:
      'After a deploy: TLS, headers, CORS, every refusal that needs no user, and with --stage whether the parts behind are ' +
      'reached: a webhook is signed with the token of Secrets Manager, about nobody. Sends no mail and ' +
      'makes no session unless told to.',
    isChanging: false,
    where: 'stage',
    needs: [],
    options: [
      new Option('--api-url <url>', 'in place of the address of the stage'),
      new Option('--origin <url>', 'an origin that the API allows; without it the first one of the stage'),
      new Option('--send-to <address>', 'also sign up with this address: it gets a real mail'),
      new Option(
        '--session-jwt-fd <n>',
        'also show this session to the exchange, read from a file descriptor',
      ),
    ],
    shape,
    examples: [
      '--stage prod',
      '--api-url http://127.0.0.1:4400 --origin http://localhost:4400',
      '--stage prod --send-to me@example.com --session-jwt-fd 3 3< session.jwt',
    ],
    run: smoke,
  },
  makeDesk,
);

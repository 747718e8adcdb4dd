// A16.4.1: texts that callers choose and that could reach a log line, a header or a count, and origins that are not ours.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { routes } from '../../functions/contract/routes.ts';
import { stages } from '../../lib/stages.ts';
import { type Exchange, eventually } from '../../local/journey-client.ts';
import type { World } from '../../local/world.ts';
import { attack, type Customer, customer, vendorCallsFrom } from '../support/attacks.ts';
import { expectProblem } from '../support/problems.ts';
import { api, jsonHeaders, sendRaw, startSecurityWorld } from '../support/security.ts';
import { individual } from '../support/world.ts';

let world: World;
let victim: Customer;
beforeAll(async () => {
  world = await startSecurityWorld({ sendsPerSource: 3 });
  victim = await customer(world);
});
afterAll(() => world.close());

/** Stands in every text below; none of our lines or answers may hold it. */
const MARK = 'zq7mark';

const breakouts = [
  `${MARK}\r\nset-cookie: a=b`,
  `${MARK}\n{"code":"exchange_token.completed"}`,
  `${MARK}","code":"exchange_token.completed","x":"`,
  `\u001b[2J\u001b[31m${MARK}`,
  `${MARK}\u2028\u2029\u0085`,
  `\${jndi:ldap://${MARK}}`,
  `<script>${MARK}</script>`,
  `%0d%0a${MARK}%s%n`,
  `\u202e${MARK}\u0000`,
];

const logged = (requestId: string) =>
  eventually('the last line of the request', 5, () =>
    world.logs().some(({ line }) => line.includes(requestId) && line.includes('request.completed'))
      ? true
      : undefined,
  );

/** Every line of every function is one JSON object with a code of ours, or the metrics of a request, and the mark stands in none. */
async function expectCleanLogs(from: number, answers: readonly Exchange[]): Promise<void> {
  const refused = answers.filter(
    ({ status, headers }) => status >= 400 && headers.get('x-request-id') !== null,
  );
  for (const { headers } of refused) await logged(headers.get('x-request-id') ?? '');
  const lines = world.logs().slice(from);
  expect(lines.length).toBeGreaterThanOrEqual(refused.length);
  for (const { line } of lines) {
    expect(line).not.toContain(MARK);
    // oxlint-disable-next-line no-control-regex
    expect(line).not.toMatch(/[\u0000-\u001f\u007f\u2028\u2029]/);
    const parsed = JSON.parse(line) as { code?: string; _aws?: object };
    // Metrics are lines of their own, which CloudWatch reads.
    expect(parsed._aws === undefined ? parsed.code : 'of.metrics').toMatch(/^[a-z_]+\.[a-z_]+$/);
  }
  for (const { headers, body } of answers) {
    expect(JSON.stringify([...headers])).not.toContain(MARK);
    expect(JSON.stringify(body)).not.toContain(MARK);
  }
}

describe('log lines', () => {
  attack(
    'A16.4.1 scopes that nobody offers are logged by nobody',
    { stoppedBy: 'log-known-scopes' },
    async () => {
      const from = world.logs().length;
      const answers: Exchange[] = [];
      for (const text of breakouts) {
        answers.push(
          await api(world, 'POST', '/v1/token', victim.sessionJwt, { scopes: [text.slice(0, 64)] }),
        );
      }
      await expectCleanLogs(from, answers);
    },
  );

  attack(
    'P4 names of fields that callers invent are told back to nobody',
    { stoppedBy: 'told-names' },
    async () => {
      const from = world.logs().length;
      const answers: Exchange[] = [];
      for (const text of breakouts) {
        answers.push(
          await api(world, 'POST', '/v1/token', victim.sessionJwt, { scopes: ['cards'], [text]: 1 }),
        );
      }
      await expectCleanLogs(from, answers);
    },
  );

  it('A16.4.1 every text field of every kind', async () => {
    const from = world.logs().length;
    const answers: Exchange[] = [];
    for (const text of breakouts) {
      const bodies: readonly (readonly [string, string | undefined, object])[] = [
        ['/v1/signup', undefined, { method: 'email_otp', email: text }],
        ['/v1/signup', undefined, { method: 'email_otp', email: `"${text}"@example.com` }],
        ['/v1/signup', undefined, { method: text }],
        [
          '/v1/signup/authenticate',
          undefined,
          { method: 'email_magic_link', token: text, codeVerifier: 'v'.repeat(43) },
        ],
        ['/v1/signup/authenticate', undefined, { method: 'email_otp', challengeId: text, code: text }],
        ['/v1/sessions/refresh', undefined, { sessionToken: text }],
        ['/v1/factors/totp/confirm', victim.sessionJwt, { code: text }],
        ['/v1/factors/sms', victim.sessionJwt, { phoneNumber: text }],
        ['/v1/step-up', victim.sessionJwt, { factor: 'recovery_code', recoveryCode: text }],
        ['/v1/step-up/challenge', victim.sessionJwt, { factor: 'sms', factorId: text }],
        ['/v1/token', victim.sessionJwt, { scopes: ['accounts'], customerId: text }],
        ['/v1/token', victim.sessionJwt, { scopes: ['cards'], resources: [{ type: text, ids: [text] }] }],
        ['/v1/application-forms', victim.sessionJwt, { type: 'business', redirectUrl: text }],
        [
          '/v1/application-forms',
          victim.sessionJwt,
          { type: 'business', prefill: { name: text, website: text, contact: { email: text } } },
        ],
        [
          '/v1/applications',
          victim.sessionJwt,
          individual(victim.email, { fullName: { first: text, last: text } }),
        ],
      ];
      for (const [path, bearer, body] of bodies) {
        answers.push(await api(world, 'POST', path, bearer, body, { 'idempotency-key': randomUUID() }));
      }
    }
    await expectCleanLogs(from, answers);
  });

  /** What HTTP itself lets through: everything but control characters. */
  const headerTexts = breakouts.map((text) =>
    [...text].filter((letter) => letter >= ' ' && letter <= '~').join(''),
  );

  it('A16.4.1 every header that somebody could be tempted to log', async () => {
    const names = [
      'user-agent',
      'origin',
      'referer',
      'x-forwarded-for',
      'forwarded',
      'cloudfront-viewer-address',
      'x-viewer-address',
      'via',
      'x-request-id',
      'x-amzn-requestid',
      'x-amzn-trace-id',
      'x-correlation-id',
      'traceparent',
      'accept-language',
      'authorization',
      'content-type',
      'x-unit-signature',
      'cookie',
    ];
    const from = world.logs().length;
    const answers: Exchange[] = [];
    for (const text of headerTexts) {
      for (const name of names) {
        const others = jsonHeaders(victim.sessionJwt).filter(([header]) => header !== name);
        const headers = [...others, [name, text] as const];
        answers.push(await sendRaw(world, 'POST', '/v1/token', headers, '{"scopes":["nobodys"]}'));
      }
      answers.push(await sendRaw(world, 'POST', '/webhooks/unit', [['x-unit-signature', text]], '{}'));
    }
    await expectCleanLogs(from, answers);
  });

  it('A16.4.1 the request id of an answer is the gateway’s own', async () => {
    const headers = [...jsonHeaders(victim.sessionJwt), ['x-request-id', MARK] as const];
    const answer = await sendRaw(world, 'GET', '/v1/me', headers);
    expect(answer.headers.get('x-request-id')).toMatch(/^[A-Za-z0-9=]{16}$/);
  });

  it('A16.4.1 path parameters', async () => {
    const from = world.logs().length;
    const answers: Exchange[] = [];
    for (const text of breakouts) {
      const id = encodeURIComponent(text);
      answers.push(await sendRaw(world, 'GET', `/v1/applications/${id}`, jsonHeaders(victim.sessionJwt)));
      answers.push(await sendRaw(world, 'DELETE', `/v1/factors/${id}`, jsonHeaders(victim.sessionJwt)));
      const cancel = `/v1/applications/${id}/cancel`;
      answers.push(await sendRaw(world, 'POST', cancel, jsonHeaders(victim.sessionJwt)));
      const [, bearer] = jsonHeaders(victim.sessionJwt);
      const png = [['content-type', 'image/png'], bearer ?? ['', '']] as const;
      const head = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
      const path = `/v1/applications/${id}/documents/${id}`;
      answers.push(await sendRaw(world, 'PUT', path, png, Buffer.concat([head, Buffer.from(text)])));
    }
    await expectCleanLogs(from, answers);
  });

  attack('I1 Idempotency-Keys in other forms, and two at once', { stoppedBy: 'key-form' }, async () => {
    const calls = vendorCallsFrom(world);
    const key = randomUUID();
    const odd = ['', ' ', 'short', `"${key}`, `${key}"`, `"${key}", "${key}"`, `${key},${key}`];
    for (const text of [...odd, 'x'.repeat(256), `"${key}\\""`, `${key} x`]) {
      const headers = [...jsonHeaders(victim.sessionJwt), ['idempotency-key', text] as const];
      const body = JSON.stringify(individual(victim.email));
      expectProblem(await sendRaw(world, 'POST', '/v1/applications', headers, body), 'invalid_request', text);
    }
    const twice = [
      ...jsonHeaders(victim.sessionJwt),
      ['idempotency-key', key],
      ['idempotency-key', key],
    ] as const;
    const body = JSON.stringify(individual(victim.email));
    expectProblem(await sendRaw(world, 'POST', '/v1/applications', twice, body), 'invalid_request');
    expect(calls()).toMatchObject({ stytch: [], unit: [] });
  });
});

describe('the source address', () => {
  attack(
    'A4.1.3 invented addresses in every forwarding header count for the true one',
    { stoppedBy: 'true-source' },
    async () => {
      const send = (i: number) => {
        const address = `203.0.113.${i}`;
        const invented: readonly [string, string][] = [
          ['x-forwarded-for', address],
          ['cloudfront-viewer-address', `${address}:443`],
          ['x-viewer-address', address],
          ['forwarded', `for=${address}`],
          ['x-real-ip', address],
          ['true-client-ip', address],
          ['cf-connecting-ip', address],
        ];
        const body = JSON.stringify({ method: 'email_otp', email: `${randomUUID()}@example.com` });
        return sendRaw(world, 'POST', '/v1/signup', [...jsonHeaders(), ...invented], body);
      };
      const statuses: number[] = [];
      for (let i = 1; i <= 5; i += 1) statuses.push((await send(i)).status);
      expect(statuses).toEqual([202, 202, 202, 429, 429]);
    },
  );
});

describe('CORS', () => {
  const [allowed] = stages.dev.allowedOrigins;
  const foreign = [
    'https://evil.example',
    'null',
    `${allowed}.evil.example`,
    `${allowed}@evil.example`,
    'http://localhost',
    'http://localhost:44001',
    'https://localhost:4400',
    'http://LOCALHOST:4400',
    `${allowed}/`,
    `x${allowed}`,
    '*',
  ];
  const preflight = (origin: string, path: string, method: string) =>
    sendRaw(world, 'OPTIONS', path, [
      ['origin', origin],
      ['access-control-request-method', method],
      ['access-control-request-headers', 'authorization,content-type'],
    ]);
  const corsHeaders = ({ headers }: Exchange) =>
    [...headers.keys()].filter((name) => name.startsWith('access-control-allow'));

  it('O8 an origin that is not on the list may neither ask nor read, on any route', async () => {
    for (const { path, method } of Object.values(routes)) {
      for (const origin of foreign) {
        const asked = await preflight(origin, path.replaceAll(/\{\w+\}/g, 'x'), method);
        expect({ origin, path, headers: corsHeaders(asked) }).toEqual({ origin, path, headers: [] });
      }
    }
    for (const origin of foreign) {
      const read = await sendRaw(world, 'GET', '/v1/me', [
        ...jsonHeaders(victim.sessionJwt),
        ['origin', origin],
      ]);
      expect({ origin, headers: corsHeaders(read) }).toEqual({ origin, headers: [] });
    }
  });

  it('O8 the listed origin may, by its own name, without credentials and without a wildcard', async () => {
    const asked = await preflight(allowed, '/v1/token', 'POST');
    expect(asked.headers.get('access-control-allow-origin')).toBe(allowed);
    expect(asked.headers.get('access-control-allow-credentials')).toBeNull();
  });
});

// INV6: a vendor that hangs, dies or answers nonsense gives a documented problem in bounded time, and recovery is at once.
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { call, type Exchange, eventually, pkce } from '../../local/journey-client.ts';
import type { World } from '../../local/world.ts';
import { expectProblem } from '../support/problems.ts';
import { apply, individual, type SignedInUser, signedInUser, startTestWorld } from '../support/world.ts';

let world: World;
let customer: SignedInUser;

beforeAll(async () => {
  world = await startTestWorld();
  customer = await signedInUser(world);
  const applied = await apply(world, customer, individual(customer.email));
  expect(applied).toMatchObject({ status: 201, body: { status: 'Approved' } });
});
afterAll(() => world.close());
afterEach(() => {
  world.stytch.controls.faults.heal();
  world.unit.controls.heal();
  world.secrets.faults.heal();
});

const exchange = (): Promise<Exchange> =>
  call('POST', `${world.apiUrl}/v1/token`, { bearer: customer.sessionJwt, body: { scopes: ['accounts'] } });

const signUp = (): Promise<Exchange> =>
  call('POST', `${world.apiUrl}/v1/signup`, {
    body: {
      method: 'email_magic_link',
      email: `someone.${randomUUID().slice(0, 8)}@example.com`,
      codeChallenge: pkce().codeChallenge,
    },
  });

/** The answer and how long the function took for it, in seconds: the world around it shares two cores with others. */
async function timed(run: () => Promise<Exchange>): Promise<{ exchange: Exchange; seconds: number }> {
  const before = world.logs().length;
  const done = await run();
  const seconds = await eventually('the log line of the answer', 5, () => {
    const lines = world.logs().slice(before);
    const line = lines.find(({ line: text }) => text.includes('"request.completed"'))?.line;
    return line === undefined ? undefined : Number(JSON.parse(line).durationMs) / 1000;
  });
  return { exchange: done, seconds };
}

describe('Stytch', () => {
  const path = '/v1/sessions/authenticate';

  it('D1 that never answers: the exchange ends with upstream_timeout inside its 8 s, and works again at once', async () => {
    world.stytch.controls.faults.arm({ method: 'POST', path, times: 9, fault: { kind: 'hang' } });
    const { exchange: refused, seconds } = await timed(exchange);
    expectProblem(refused, 'upstream_timeout');
    expect(seconds).toBeLessThan(8.3);
    world.stytch.controls.faults.heal();
    expect((await exchange()).status).toBe(201);
  }, 20_000);

  it('D1 that drips its answer byte by byte: the deadline holds for the whole answer', async () => {
    world.stytch.controls.faults.arm({ method: 'POST', path, times: 9, fault: { kind: 'drip', ms: 100 } });
    const { exchange: refused, seconds } = await timed(exchange);
    expectProblem(refused, 'upstream_timeout');
    expect(seconds).toBeLessThan(8.3);
  }, 20_000);

  it('D5 that never answers a send: upstream_timeout, and the send is not repeated', async () => {
    const send = '/v1/magic_links/email/login_or_create';
    world.stytch.controls.faults.arm({ method: 'POST', path: send, times: 9, fault: { kind: 'hang_after' } });
    const before = world.stytch.controls.requests().length;
    const { exchange: refused, seconds } = await timed(signUp);
    expectProblem(refused, 'upstream_timeout');
    expect(seconds).toBeLessThan(8.3);
    expect(world.stytch.controls.requests().length - before).toBe(1);
  }, 20_000);

  it.each([
    ['status 500', { kind: 'status', status: 500 }],
    ['status 429', { kind: 'status', status: 429 }],
    ['an HTML page', { kind: 'html', status: 503 }],
    ['malformed JSON', { kind: 'malformed' }],
    ['half an answer', { kind: 'truncated' }],
    ['a reset connection', { kind: 'reset' }],
  ] as const)('D7 answers %s: upstream_unavailable, told in our own words', async (_what, fault) => {
    world.stytch.controls.faults.arm({ method: 'POST', path, times: 9, fault });
    expectProblem(await exchange(), 'upstream_unavailable');
    world.stytch.controls.faults.heal();
    expect((await exchange()).status).toBe(201);
  });

  it('D3 that fails once: the read is repeated, and the caller never knows', async () => {
    world.stytch.controls.faults.arm({
      method: 'POST',
      path,
      times: 1,
      fault: { kind: 'status', status: 503 },
    });
    expect((await exchange()).status).toBe(201);
  });
});

describe('Unit', () => {
  const path = '/customers/*/token';

  it('D1 that never answers: upstream_timeout inside the 8 s', async () => {
    world.unit.controls.arm({ method: 'POST', path, times: 9, fault: { kind: 'hang' } });
    const { exchange: refused, seconds } = await timed(exchange);
    expectProblem(refused, 'upstream_timeout');
    expect(seconds).toBeLessThan(8.3);
  }, 20_000);

  it('D4 that dies after the token was made: it is asked again inside the deadline', async () => {
    world.unit.controls.arm({ method: 'POST', path, times: 1, fault: { kind: 'cut' } });
    expect((await exchange()).status).toBe(201);
  });

  it.each([
    ['status 500', { kind: 'status', status: 500 }],
    ['status 403', { kind: 'status', status: 403 }],
    ['an HTML page', { kind: 'html', status: 502 }],
    ['malformed JSON', { kind: 'malformed' }],
  ] as const)('D7 answers %s: upstream_unavailable', async (_what, fault) => {
    world.unit.controls.arm({ method: 'POST', path, times: 9, fault });
    expectProblem(await exchange(), 'upstream_unavailable');
  });

  it('D2 that creates an application and dies: 202, no second POST, and the webhook finishes it', async () => {
    const user = await signedInUser(world);
    world.unit.controls.pauseWebhooks();
    world.unit.controls.arm({ method: 'POST', path: '/applications', times: 1, fault: { kind: 'cut' } });
    const key = randomUUID();
    const body = individual(user.email);
    const submitted = await apply(world, user, body, key);
    expect(submitted).toMatchObject({ status: 202, body: { status: 'Submitting' } });
    expect(submitted.headers.get('retry-after')).toBe('30');
    const location = submitted.headers.get('location') ?? '';
    expect(await apply(world, user, body, key)).toMatchObject({ status: 202 });
    world.unit.controls.resumeWebhooks();
    await world.unit.controls.flushWebhooks();
    const settled = await call('GET', `${world.apiUrl}${location}`, { bearer: user.sessionJwt });
    expect(settled).toMatchObject({ status: 200, body: { status: 'Approved' } });
    const own = world.unit.controls
      .applications()
      .filter(
        ({ applicant }) => 'email' in applicant.attributes && applicant.attributes.email === user.email,
      );
    expect(own).toHaveLength(1);
    expect(await apply(world, user, body, key)).toMatchObject({ status: 201, body: { status: 'Approved' } });
  }, 30_000);
});

describe('AWS', () => {
  it('E1 an empty secret answers not_configured, and filling it needs no deploy', async () => {
    const { seeded } = world.secrets;
    world.secrets.empty('unitExchange');
    await world.restartFunction('token');
    expectProblem(await exchange(), 'not_configured');
    world.secrets.put('unitExchange', seeded.unitExchange);
    expect((await exchange()).status).toBe(201);
  });
});

describe('exactly one application', () => {
  it('INV3 ten parallel tabs with ten keys: one application at Unit, and nine pointed to it', async () => {
    const user = await signedInUser(world);
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => apply(world, user, individual(user.email))),
    );
    const statuses = answers.map(({ status }) => status).sort((a, b) => a - b);
    expect(statuses).toEqual([201, ...Array.from({ length: 9 }, () => 409)]);
    const own = world.unit.controls
      .applications()
      .filter(
        ({ applicant }) => 'email' in applicant.attributes && applicant.attributes.email === user.email,
      );
    expect(own).toHaveLength(1);
  }, 20_000);

  it('I4 ten parallel repeats of one key: one application at Unit, nobody is told of an error', async () => {
    const user = await signedInUser(world);
    const body = individual(user.email);
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 10 }, () => apply(world, user, body, key)));
    expect(answers.filter(({ status }) => status !== 201 && status !== 202)).toEqual([]);
    const own = world.unit.controls
      .applications()
      .filter(
        ({ applicant }) => 'email' in applicant.attributes && applicant.attributes.email === user.email,
      );
    expect(own).toHaveLength(1);
  }, 20_000);
});

import { beforeEach, describe, expect, it } from '@jest/globals';
import { Bench, PROJECT_ID, SECRET } from './bench.ts';

const bench = new Bench();
beforeEach(() => bench.restart());

const LOGIN = 'POST /v1/magic_links/email/login_or_create';
const BODY = { email: 'ada@customer.example' };

describe('the transport', () => {
  it.each([
    ['a wrong secret', `${PROJECT_ID}:secret-test-wrong`],
    ['another project', `project-test-other:${SECRET}`],
    ['nothing', ''],
  ])('answers %s with 401 unauthorized_credentials and changes nothing', async (_, credentials) => {
    const answer = await bench.call(LOGIN, BODY, credentials);
    expect([answer.status, answer.errorType]).toEqual([401, 'unauthorized_credentials']);
    expect(bench.controls.users()).toEqual([]);
  });

  it('shapes an error as Stytch does', async () => {
    const answer = await bench.call('GET /v1/users/user-test-00000000-0000-4000-8000-000000000000');
    expect(answer.body).toEqual({
      status_code: 404,
      request_id: expect.stringMatching(/^request-id-test-[0-9a-f-]{36}$/),
      error_type: 'user_not_found',
      error_message: expect.any(String),
      error_url: expect.stringMatching(/^https:\/\/stytch\.com\/docs\//),
    });
  });

  it.each([
    ['GET /', 404, 'route_not_found'],
    ['GET /v1/unheard-of', 404, 'route_not_found'],
    ['DELETE /v1/users/', 404, 'route_not_found'],
    ['POST /v1/totps/', 404, 'route_not_found'],
    ['GET /v1/totps', 405, 'method_not_allowed'],
  ])('answers %s with %i %s', async (line, status, errorType) => {
    const answer = await bench.call(line);
    expect([answer.status, answer.errorType]).toEqual([status, errorType]);
  });

  it('refuses a body that is no JSON, no object, or of another type', async () => {
    const send = (body: string, type: string): Promise<Response> =>
      bench.simulator.handle(
        new Request('http://stytch.simulator/v1/magic_links/email/login_or_create', {
          method: 'POST',
          headers: {
            authorization: `Basic ${Buffer.from(`${PROJECT_ID}:${SECRET}`).toString('base64')}`,
            'content-type': type,
          },
          body,
        }),
      );
    const answers = await Promise.all([
      send('{"email":', 'application/json'),
      send('[]', 'application/json'),
      send('email=ada%40customer.example', 'application/x-www-form-urlencoded'),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400]);
  });

  it('keeps test and live ids apart', async () => {
    const live = new Bench({ projectId: 'project-live-6f2c1d4e-9b7a-4c55-8f3e-1a2b3c4d5e6f' });
    const id = 'a0000000-0000-4000-8000-000000000000';
    expect((await live.call(`GET /v1/users/user-test-${id}`)).errorType).toBe(
      'test_id_used_in_live_environment',
    );
    expect((await bench.call(`GET /v1/users/user-live-${id}`)).errorType).toBe(
      'live_id_used_in_test_environment',
    );
  });

  it('starts only as a project with a known prefix, and live only with https redirects', () => {
    expect(() => new Bench({ projectId: 'project-1' })).toThrow('not a Stytch project id');
    const redirectUrls = ['http://localhost:3000/callback'];
    expect(() => new Bench({ redirectUrls })).not.toThrow();
    expect(() => new Bench({ projectId: 'project-live-1', redirectUrls })).toThrow('https');
  });
});

describe('injected faults', () => {
  it('strike the named calls for so many times, then heal', async () => {
    bench.controls.faults.arm({
      method: 'POST',
      path: '/v1/magic_links/email/*',
      times: 2,
      fault: { kind: 'status', status: 503, retryAfter: '7' },
    });
    const first = await bench.call(LOGIN, BODY);
    const elsewhere = await bench.post('/v1/sessions/authenticate', {});
    const second = await bench.call(LOGIN, BODY);
    const third = await bench.call(LOGIN, BODY);
    expect(first.body).toMatchObject({ status_code: 503, error_type: 'internal_server_error' });
    expect(first.headers.get('retry-after')).toBe('7');
    expect(elsewhere.status).toBe(400);
    expect([second.status, third.status]).toEqual([503, 200]);
  });

  it('can cut the connection after the work was done, so that the code is used up', async () => {
    const token = await bench.link('ada@customer.example');
    const path = '/v1/magic_links/authenticate';
    bench.controls.faults.arm({ method: 'POST', path, times: 1, fault: { kind: 'cut' } });
    await expect(bench.post(path, { token, session_duration_minutes: 5 })).rejects.toThrow();
    expect((await bench.post(path, { token })).errorType).toBe('unable_to_auth_magic_link');
    const userId = bench.controls.userByEmail('ada@customer.example')?.userId ?? '';
    expect(bench.controls.sessions(userId)).toHaveLength(1);
  });
});

describe('what the simulator saw', () => {
  it('is logged by path and status, without a single secret', async () => {
    const token = await bench.link('ada@customer.example');
    await bench.post('/v1/magic_links/authenticate', { token, session_duration_minutes: 5 });
    const log = bench.controls.requests();
    expect(log.map(({ method, path, status }) => `${method} ${path} ${status}`)).toEqual([
      'POST /v1/magic_links/email/login_or_create 200',
      'POST /v1/magic_links/authenticate 200',
    ]);
    expect(log[1]?.body).toEqual({ token: '***', session_duration_minutes: 5 });
    for (const value of bench.controls.received()) expect(JSON.stringify(log)).not.toContain(value);
  });

  it('is kept raw for leak tests: addresses, tokens, JWTs, codes, secrets', async () => {
    const signedIn = await bench.signIn('ada@customer.example');
    const totp = await bench.post('/v1/totps', { user_id: signedIn.text('user_id') });
    await bench.post('/v1/totps/authenticate', { user_id: signedIn.text('user_id'), totp_code: '000000' });
    const values = bench.controls.received();
    const passed = [
      SECRET,
      'ada@customer.example',
      bench.lastMail('ada@customer.example').token,
      signedIn.text('session_token'),
      signedIn.text('session_jwt'),
      totp.text('secret'),
      '000000',
    ];
    expect(passed.filter((value) => !values.has(value))).toEqual([]);
  });
});

import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { createStytchSdk, type StytchSdk } from '../../../functions/adapters/stytch/sdk-client.ts';
import { codeOf, everythingIn, refusalOf, timed } from '../../support/adapters-errors.ts';
import { silent } from '../../support/adapters-log.ts';
import { fixedSecret } from '../../support/adapters-secrets.ts';
import {
  answering,
  type Behaviour,
  drip,
  hang,
  headersThenHang,
  type RawServer,
  redirectTo,
  reset,
  startRawServer,
  unusedUrl,
} from '../../support/adapters-servers.ts';
import { PROJECT_ID, SECRET, stytchError } from '../../support/adapters-stytch.ts';

const servers: RawServer[] = [];

async function serve(behave: Behaviour): Promise<RawServer> {
  const server = await startRawServer(behave);
  servers.push(server);
  return server;
}

afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

const sdkFor = (baseUrl: string): StytchSdk =>
  createStytchSdk({ baseUrl, projectId: PROJECT_ID, secret: fixedSecret(SECRET), log: silent });

type SdkClient = Parameters<Parameters<StytchSdk['call']>[1]>[0];

const readUser =
  (userId = 'user-test-1') =>
  (client: SdkClient) =>
    client.users.get({ user_id: userId });

const call = (sdk: StytchSdk, timeoutMs: number, signal = AbortSignal.timeout(10_000), userId?: string) =>
  sdk.call('users.get', readUser(userId), { timeoutMs, signal });

describe('the deadline of a call by the official SDK, whose own option does nothing', () => {
  it.each([
    ['never answers', hang],
    ['drips a byte at a time', drip],
    ['sends its headers and then hangs', headersThenHang],
  ])('D1 holds when Stytch %s', async (_, behave) => {
    const { url } = await serve(behave);
    const { ms, outcome } = await timed(call(sdkFor(url), 150));
    expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'upstream_timeout' } });
    expect(ms).toBeGreaterThan(140);
    expect(ms).toBeLessThan(1500);
  });

  it('D1 holds for a call that does not hear of it', async () => {
    const { ms, outcome } = await timed(
      sdkFor(await unusedUrl()).call('users.get', () => new Promise<never>(() => undefined), {
        timeoutMs: 150,
        signal: AbortSignal.timeout(10_000),
      }),
    );
    expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'upstream_timeout' } });
    expect(ms).toBeLessThan(1500);
  });

  it('D1 is also that of the request which the call serves', async () => {
    const { url } = await serve(drip);
    const { ms, outcome } = await timed(call(sdkFor(url), 5000, AbortSignal.timeout(150)));
    expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'upstream_timeout' } });
    expect(ms).toBeLessThan(1500);
  });

  it('D1 is its own for each of many calls at the same moment', async () => {
    const { url } = await serve((outgoing, count, incoming) => {
      if (incoming.url?.endsWith('quick')) answering(200, { user_id: 'quick' })(outgoing, count, incoming);
    });
    const sdk = sdkFor(url);
    const never = new AbortController();
    const [short, quick, long, cancelled] = await Promise.all([
      timed(call(sdk, 150, never.signal, 'slow-1')),
      timed(call(sdk, 5000, never.signal, 'quick')),
      timed(call(sdk, 500, never.signal, 'slow-2')),
      timed(call(sdk, 5000, AbortSignal.timeout(300), 'slow-3')),
    ]);
    expect(quick.outcome).toMatchObject({ value: { isAnswer: true, answer: { user_id: 'quick' } } });
    const failed = [short, cancelled, long];
    expect(failed.map(({ outcome }) => outcome)).toEqual(
      failed.map(() =>
        expect.objectContaining({ reason: expect.objectContaining({ code: 'upstream_timeout' }) }),
      ),
    );
    expect(short.ms).toBeGreaterThan(140);
    expect(cancelled.ms).toBeGreaterThan(Math.max(290, short.ms));
    expect(long.ms).toBeGreaterThan(Math.max(490, cancelled.ms));
    expect(long.ms).toBeLessThan(2000);
  });

  it('D1 is a fresh one for the call after a call that took too long', async () => {
    let behave: Behaviour = hang;
    const { url } = await serve((...request) => behave(...request));
    const sdk = sdkFor(url);
    expect(await codeOf(call(sdk, 100))).toBe('upstream_timeout');
    behave = answering(200, { user_id: 'user-test-1' });
    expect(await call(sdk, 5000)).toMatchObject({ isAnswer: true });
  });

  it('D1 is needed: the SDK alone, outside of a call of ours, sends nothing', async () => {
    const server = await serve(answering(200, { user_id: 'user-test-1' }));
    let kept: SdkClient | undefined;
    await sdkFor(server.url).call(
      'users.get',
      (client) => {
        kept = client;
        return client.users.get({ user_id: 'user-test-1' });
      },
      { timeoutMs: 1000, signal: AbortSignal.timeout(1000) },
    );
    await expect(kept?.users.get({ user_id: 'user-test-1' })).rejects.toBeDefined();
    expect(server.requests).toHaveLength(1);
  });
});

describe('a call by the official SDK', () => {
  it('goes to the host of the settings, whatever the project, and the SDK says nothing of it', async () => {
    const warned = jest.spyOn(console, 'warn').mockImplementation(() => {});
    for (const projectId of [PROJECT_ID, PROJECT_ID.replace('-test-', '-live-')]) {
      const server = await serve(answering(200, { user_id: 'user-test-1' }));
      const project = { baseUrl: server.url, projectId, secret: fixedSecret(SECRET), log: silent };
      expect(await call(createStytchSdk(project), 1000)).toMatchObject({ isAnswer: true });
      expect(server.requests).toHaveLength(1);
    }
    expect(warned).not.toHaveBeenCalled();
    warned.mockRestore();
  });

  it.each([302, 307])('O10 never follows a redirect (%i)', async (status) => {
    const elsewhere = await serve(answering(200, { user_id: 'user-test-1' }));
    const { url } = await serve(redirectTo(elsewhere.url, status));
    expect(await codeOf(call(sdkFor(url), 1000))).toBe('upstream_unavailable');
    expect(elsewhere.requests).toHaveLength(0);
  });

  it('hands an error of Stytch back by type, status and request id, without its words', async () => {
    const { url } = await serve(answering(404, stytchError(404, 'user_not_found')));
    expect(await call(sdkFor(url), 1000)).toEqual({
      isAnswer: false,
      refusal: { errorType: 'user_not_found', status: 404, requestId: 'request-id-test-1' },
    });
  });

  it.each<[string, Behaviour]>([
    ['HTML', answering(502, '<html>Bad Gateway</html>')],
    ['cut JSON', answering(200, '{"user_id": "us')],
    ['the JSON of a proxy', answering(403, { message: 'Forbidden' })],
    ['a bare JSON string', answering(500, '"internal error"')],
    ['JSON null', answering(500, 'null')],
    ['nothing, the line being cut', reset],
  ])('D7 is a fault of the vendor when the answer is %s', async (_, behave) => {
    const { url } = await serve(behave);
    expect(await codeOf(call(sdkFor(url), 1000))).toBe('upstream_unavailable');
  });

  it('D5 is never repeated', async () => {
    const server = await serve(answering(503, stytchError(503, 'internal_server_error')));
    await call(sdkFor(server.url), 1000);
    expect(server.requests).toHaveLength(1);
  });

  it('E3 is sent once more, and only once, with a secret that was renewed since', async () => {
    const server = await serve((outgoing, count, incoming) => {
      const isNew =
        incoming.headers.authorization ===
        `Basic ${Buffer.from(`${PROJECT_ID}:secret-2-of-the-project`).toString('base64')}`;
      const behave = isNew
        ? answering(200, { user_id: 'user-test-1' })
        : answering(401, stytchError(401, 'unauthorized_credentials'));
      behave(outgoing, count, incoming);
    });
    const sdk = createStytchSdk({
      baseUrl: server.url,
      projectId: PROJECT_ID,
      secret: {
        ...fixedSecret('secret-1-of-the-project'),
        renew: async () => ({ value: 'secret-2-of-the-project' }),
      },
      log: silent,
    });
    expect(await call(sdk, 1000)).toMatchObject({ isAnswer: true });
    expect(server.requests).toHaveLength(2);
  });

  it.each<[string, Behaviour | 'nobody listens']>([
    ['nobody listens', 'nobody listens'],
    ['Stytch hangs', hang],
    ['Stytch answers HTML', answering(502, '<html></html>')],
    ['Stytch answers foreign JSON', answering(400, { message: 'no' })],
    ['Stytch answers a bare string', answering(400, '"no"')],
  ])('INV5 never hands out what was sent when %s', async (_, behave) => {
    const url = behave === 'nobody listens' ? await unusedUrl() : (await serve(behave)).url;
    const error = await refusalOf(
      sdkFor(url).call(
        'totps.authenticate',
        (client) =>
          client.totps.authenticate({
            user_id: 'user-test-1',
            totp_code: '424242',
            session_jwt: 'eyJhbGciOi.JWT-of-the-user.signature',
          }),
        { timeoutMs: 150, signal: AbortSignal.timeout(1000) },
      ),
    );
    const held = everythingIn(error);
    expect(held).not.toMatch(/424242|JWT-of-the-user|authorization/i);
    expect(held).not.toContain(SECRET);
    expect(held).not.toContain(Buffer.from(`${PROJECT_ID}:${SECRET}`).toString('base64'));
    expect(error.details.upstream).toEqual({ provider: 'stytch', operation: 'totps.authenticate' });
  });
});

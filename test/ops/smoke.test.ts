// `npm run smoke` as a child process: everything fine on a good world, and each check red on a bad one.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { stages } from '../../lib/stages.ts';
import type { World } from '../../local/world.ts';
import { emailFactor, readCookieTemplate, signedInUser, startTestWorld } from '../support/world.ts';
import { type Bent, type Proxy, startProxy } from './proxy.ts';
import { failed, noteOf, seen } from './smoke-report.ts';
import { startStage, type TestStage } from './stage.ts';
import { expectNoSecrets, newEmail, run, runJson } from './support.ts';

jest.setTimeout(60_000);

let world: World;
let stage: TestStage;
let proxy: Proxy;
beforeAll(async () => {
  world = await startTestWorld();
  stage = await startStage(world);
  proxy = await startProxy(world.apiUrl);
});
afterAll(async () => {
  await proxy.close();
  await stage.close();
  await world.close();
});
beforeEach(() => {
  proxy.bend = (answer) => answer;
});

const smoke = (...args: readonly string[]) =>
  runJson(world, 'smoke', ['--api-url', world.apiUrl, '--origin', stages.dev.allowedOrigins[0], ...args]);
const smokeBent = () =>
  runJson(world, 'smoke', [
    '--api-url',
    `http://127.0.0.1:${proxy.port}/`,
    '--origin',
    stages.dev.allowedOrigins[0],
  ]);
const jwtOf = (sessionJwt: string) => ({ descriptors: [`${sessionJwt}\n`] });

describe('a good deployment', () => {
  it('is found by its stage, passes every check, and nobody gets a mail', async () => {
    const mails = world.stytch.controls.outbox().length + world.stytch.controls.inbox().length;
    const { code, stdout, stderr } = await run(world, 'smoke', ['--stage', 'dev'], { env: stage.env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: `checking ${world.apiUrl} ...\n` });
    expect(stdout).toContain('22 ok, 0 failed, 3 skipped');
    expect(stdout).toContain('WWW-Authenticate arrives as www-authenticate.');
    expect(stdout).toMatch(/median \d+ ms, slowest \d+ ms/);
    expect(world.stytch.controls.outbox().length + world.stytch.controls.inbox().length).toBe(mails);
  });

  it('passes under either name of the challenge, and says which', async () => {
    world.gateway.renameAuthenticateHeader(true);
    const { code, document } = await smoke();
    world.gateway.renameAuthenticateHeader(false);
    expect({ code, header: document['authenticateHeader'] }).toEqual({
      code: 0,
      header: 'x-amzn-remapped-www-authenticate',
    });
  });

  it('sends a mail where --send-to asks for it, and masks the address', async () => {
    const email = newEmail();
    const { code, document } = await smoke('--send-to', email);
    expect(code).toBe(0);
    expect(noteOf(document, 'signup_sends_mail')).toContain('l***@example.com');
    expect(JSON.stringify(document)).not.toContain(email);
    expect(world.stytch.controls.outbox(email)).toHaveLength(1);
  });

  it('shows the step-up answer of a real session', async () => {
    const { sessionJwt } = await signedInUser(world, [emailFactor]);
    const args = ['--api-url', world.apiUrl, '--session-jwt-fd', '3'];
    const { code, document } = await runJson(world, 'smoke', args, jwtOf(sessionJwt));
    expect(code).toBe(0);
    expect(seen(document)).toContainEqual(
      expect.objectContaining({ name: 'step_up_challenge', verdict: 'ok' }),
    );
    expect(noteOf(document, 'cors_allowed_origin')).toContain('--origin');
    expect(JSON.stringify(document)).not.toContain(sessionJwt.slice(20, 60));
  });

  it('says why there is no challenge to see for a session that is stepped up', async () => {
    const { sessionJwt } = await signedInUser(world);
    const args = ['--api-url', world.apiUrl, '--session-jwt-fd', '3'];
    const { code, document } = await runJson(world, 'smoke', args, jwtOf(sessionJwt));
    expect(code).toBe(0);
    expect(noteOf(document, 'step_up_challenge')).toContain('no_customer');
  });
});

describe('a stage that keeps sessions in a cookie', () => {
  it('passes as well: each POST names the origin that --origin gives', async () => {
    const inCookies = await startTestWorld({ template: readCookieTemplate() });
    const args = ['--api-url', inCookies.apiUrl, '--origin', stages.dev.allowedOrigins[0]];
    const { code, document } = await runJson(inCookies, 'smoke', args);
    await inCookies.close();
    expect({ code, failed: failed(document) }).toEqual({ code: 0, failed: [] });
  });
});

describe('a bad deployment', () => {
  it('fails at an empty secret with the remedy', async () => {
    const empty = await startTestWorld();
    empty.secrets.empty('unitWebhook');
    const { code, document } = await runJson(empty, 'smoke', ['--api-url', empty.apiUrl]);
    await empty.close();
    expect(code).toBe(1);
    // A container that has read the secret before it was emptied still refuses what has no signature.
    expect(failed(document)).toContain('webhook_wrongly_signed');
    expect(failed(document).filter((name) => !name.startsWith('webhook_'))).toEqual([]);
    expect(noteOf(document, 'webhook_wrongly_signed')).toContain('npm run secrets');
  });

  const without =
    (...names: readonly string[]) =>
    (answer: Bent): Bent => ({
      ...answer,
      headers: Object.fromEntries(Object.entries(answer.headers).filter(([name]) => !names.includes(name))),
    });

  it.each([
    [
      'no nosniff',
      without('x-content-type-options'),
      ['security_headers', 'token_without_jwt', 'webhook_unsigned'],
    ],
    [
      'no challenge',
      without('www-authenticate'),
      ['token_without_jwt', 'token_with_garbage', 'token_with_expired_jwt'],
    ],
    ['no CORS', without('access-control-allow-origin'), ['cors_allowed_origin']],
    ['nothing exposed', without('access-control-expose-headers'), ['cors_exposed_headers']],
    ['no request id', without('x-request-id'), ['signup_bad_body']],
  ] as const)('fails with %s', async (_, bend, names) => {
    proxy.bend = bend;
    const { code, document } = await smokeBent();
    expect(code).toBe(1);
    expect(failed(document)).toEqual(expect.arrayContaining([...names]));
  });

  it('fails where everybody may call, and where strangers get answers', async () => {
    proxy.bend = ({ headers, ...answer }) => ({
      ...answer,
      headers: { ...headers, 'access-control-allow-origin': '*' },
    });
    expect(failed((await smokeBent()).document)).toEqual(['cors_allowed_origin', 'cors_foreign_origin']);
  });

  it('fails every check but those of the transport and of strangers where another service answers', async () => {
    proxy.bend = () => ({ status: 200, headers: { 'content-type': 'text/html' }, body: '<h1>Welcome</h1>' });
    const { code, document } = await smokeBent();
    expect(code).toBe(1);
    expect(failed(document)).toHaveLength(18);
    expect(document['authenticateHeader']).toBeNull();
  });

  it('fails where nobody answers', async () => {
    const { code, document } = await runJson(world, 'smoke', ['--api-url', 'http://127.0.0.1:9']);
    expect({ code, latency: document['latency'] }).toEqual({ code: 1, latency: null });
    expect(noteOf(document, 'token_without_jwt')).toBe('no answer at all');
  });

  it('fails a session that is none', async () => {
    const args = ['--api-url', world.apiUrl, '--session-jwt-fd', '3'];
    const { code, document } = await runJson(world, 'smoke', args, jwtOf('aaaaaaaa.bbbbbbbb.cccccccc'));
    expect({ code, failed: failed(document) }).toEqual({ code: 1, failed: ['step_up_challenge'] });
  });
});

describe('wrong usage', () => {
  it.each([
    [[], 'Name the --stage or the --api-url'],
    [['--api-url', 'http://bank.example'], 'takes an https URL'],
    [['--api-url', 'http://127.0.0.1:1', '--send-to', 'me'], 'takes an email address'],
  ])('is exit code 2: %j', async (args, words) => {
    const { code, document } = await runJson(world, 'smoke', args);
    expect(code).toBe(2);
    expect(String(document['message'])).toContain(words);
  });
});

function hasOpenssl(): boolean {
  try {
    return execFileSync('openssl', ['version'], { encoding: 'utf8' }).startsWith('OpenSSL');
  } catch {
    return false;
  }
}
const isHere = hasOpenssl();
if (!isHere)
  process.stderr.write('skipped: no `openssl` here, so nothing makes a certificate for the TLS checks\n');

(isHere ? describe : describe.skip)('over TLS', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'bridge-tls-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function certificate(days: number) {
    const [key, cert] = [path.join(folder, `${days}.key`), path.join(folder, `${days}.pem`)];
    execFileSync(
      'openssl',
      [
        'req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -addext subjectAltName=DNS:localhost'.split(
          ' ',
        ),
        ['-keyout', key, '-out', cert, '-days', String(days)],
      ].flat(),
      { stdio: 'ignore' },
    );
    return { cert, options: { key: readFileSync(key), cert: readFileSync(cert) } };
  }

  async function smokeTls(days: number, options: object, isTrusted = true) {
    const { cert, options: pair } = certificate(days);
    const secure = await startProxy(world.apiUrl, { ...pair, ...options });
    const { document } = await runJson(world, 'smoke', ['--api-url', `https://localhost:${secure.port}`], {
      env: isTrusted ? { NODE_EXTRA_CA_CERTS: cert } : {},
    });
    await secure.close();
    return document;
  }

  it('tells the version and the days of the certificate', async () => {
    const document = await smokeTls(90, {});
    expect(failed(document)).toEqual([]);
    expect(noteOf(document, 'tls')).toBe('TLSv1.3, certificate for 89 more days');
  });

  it('fails with a certificate that is about to end, or that nobody trusts', async () => {
    const old = await smokeTls(5, {});
    expect(failed(old)).toEqual(['tls']);
    expect(noteOf(old, 'tls')).toContain('should have been renewed');
    expect(failed(await smokeTls(90, {}, false))).toContain('tls');
  });

  it('fails where TLS 1.1 is still taken', async () => {
    const document = await smokeTls(90, { minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' });
    expect(failed(document)).toEqual(['tls']);
    expect(noteOf(document, 'tls')).toContain('TLSv1.1 is still taken');
  });
});

it('INV5 prints no secret', () => {
  expectNoSecrets(world);
});

// The client as it is published: small, alone, shaken by bundlers, and typed without this repository.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { clientBytes, wholeClientBytes } from '../../bench/budgets.ts';
import { createClient, prepareDocument } from '../../client/index.ts';
import { buildClient, clientBuild } from '../../scripts/client.ts';

let folder: string;
let published: string;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'bridge-client-'));
  published = path.join(folder, 'node_modules', 'stytch-unit-bridge-client');
  await buildClient(published);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a bundler leaves of an import of the published package, in bytes. */
async function shaken(names: string): Promise<number> {
  const contents = `export ${names} from 'stytch-unit-bridge-client'`;
  const { outputFiles } = await build({
    ...clientBuild,
    stdin: { contents, resolveDir: folder },
    write: false,
  });
  return outputFiles?.[0]?.contents.length ?? 0;
}

describe('the published client', () => {
  it('keeps its budget minified with every route and with everything, and is less for whoever takes less', async () => {
    const [client, whole, document, error] = await Promise.all([
      shaken('{ createClient, ProblemError }'),
      shaken('*'),
      shaken('{ prepareDocument }'),
      shaken('{ ProblemError }'),
    ]);
    process.stdout.write(
      `client ${client} bytes, everything ${whole}, prepareDocument ${document}, ProblemError ${error}\n`,
    );
    expect(client).toBeGreaterThan(3000);
    expect(client).toBeLessThanOrEqual(clientBytes);
    expect(whole).toBeLessThanOrEqual(wholeClientBytes);
    expect(document).toBeLessThanOrEqual(2 * 1024);
    expect(error).toBeLessThanOrEqual(1024);
  });

  it('imports nothing', () => {
    const source = readFileSync(path.join(published, 'index.mjs'), 'utf8');
    expect(source).not.toMatch(/\bimport\b|\brequire\b|process\./);
    const types = readdirSync(published).filter((name) => name.endsWith('.d.ts'));
    const text = types.map((name) => readFileSync(path.join(published, name), 'utf8')).join('\n');
    const imported = [...text.matchAll(/(?:from |import\()['"]([^'"]+)/g)].map(([, name]) => name);
    expect(imported.length).toBeGreaterThan(5);
    expect(imported.filter((name) => !name?.startsWith('./'))).toEqual([]);
  });

  it('runs in plain Node', () => {
    const script = `
      import { createClient } from 'stytch-unit-bridge-client';
      const client = createClient({ baseUrl: 'http://127.0.0.1:1', sessionJwt: () => 'x' });
      console.log(await client.me().catch((error) => error.constructor.name), ...Object.keys(client));`;
    writeFileSync(path.join(folder, 'app.mjs'), script);
    const printed = execFileSync(process.execPath, ['app.mjs'], { cwd: folder, encoding: 'utf8' });
    // With every name that apps use: only those that stay inside were shortened.
    const methods = Object.keys(createClient({ baseUrl: 'x' }));
    expect(printed).toBe(`TypeError ${methods.join(' ')}\n`);
  });

  it.each(['NodeNext', 'bundler'])('is typed for apps: %s', (resolution) => {
    const options = {
      strict: true,
      skipLibCheck: false,
      noEmit: true,
      target: 'ES2022',
      lib: ['ES2022', 'DOM'],
      types: [],
      module: resolution === 'bundler' ? 'esnext' : 'NodeNext',
      moduleResolution: resolution,
    };
    const good = `
      import { createClient, ProblemError, type ApplicationAnswer, type ChallengeAnswer, type ChallengeRequest } from 'stytch-unit-bridge-client';
      const client = createClient({ baseUrl: 'x', tokenStore: new Map(), sessionTransport: 'cookie', onStepUp: async () => client.stepUp({ factor: 'totp', code: '1' }) });
      export const status = async (): Promise<ApplicationAnswer['status']> => (await client.readApplication('A')).status;
      export const end = (): Promise<void> => client.revoke({}).then(() => client.signOut());
      export const options = async (): Promise<object> => (await client.challenge({ factor: 'passkey' })).options;
      export const wait = async (factorId: string): Promise<number> => (await client.challenge({ factor: 'sms', factorId })).retryAfterSeconds;
      export const either = async (asked: ChallengeRequest): Promise<ChallengeAnswer> => client.challenge(asked);
      export const isLocked = (error: unknown): boolean => error instanceof ProblemError && error.code === 'user_locked';`;
    const bad = `
      import { createClient, ProblemError } from 'stytch-unit-bridge-client';
      const client = createClient({ baseUrl: 'x' });
      export const a = client.stepUp({ factor: 'smoke' });
      export const b = (error: ProblemError) => error.code === 'no_such_code';
      export const c = client.removeFactor();
      createClient({ baseUrl: 'x', sessionTransport: 'header' });
      export const d = async () => (await client.challenge({ factor: 'sms', factorId: 'x' })).options;
      export const e = client.challenge({ factor: 'passkey', factorId: 'x' });
      export const f = client.exchangeToken({ scopes: [], extra: '1' });`;
    writeFileSync(path.join(folder, 'good.ts'), good);
    writeFileSync(path.join(folder, 'bad.ts'), bad);
    const compile = (file: string): string => {
      writeFileSync(
        path.join(folder, 'tsconfig.json'),
        JSON.stringify({ compilerOptions: options, files: [file] }),
      );
      try {
        return execFileSync(path.resolve('node_modules/.bin/tsc'), ['-p', folder], { encoding: 'utf8' });
      } catch (error) {
        return (error as { stdout: string }).stdout;
      }
    };
    expect(compile('good.ts')).toBe('');
    expect(compile('bad.ts').match(/error TS\d+/g)).toEqual([
      'error TS2322',
      'error TS2367',
      'error TS2554',
      'error TS2322',
      'error TS2339',
      'error TS2769',
      'error TS2353',
    ]);
  });
});

describe('prepareDocument without a canvas', () => {
  const file = (bytes: string, type = '', size = 100) =>
    new Blob([Buffer.from(bytes, 'latin1'), new Uint8Array(size)], { type });

  it.each([
    ['%PDF-1.7', 'application/pdf'],
    ['\x89PNG\r\n', 'image/png'],
    ['\xff\xd8\xff\xe0', 'image/jpeg'],
  ])('passes %j through as %s, whatever it is called', async (bytes, type) => {
    const given = file(bytes, 'application/octet-stream');
    const made = await prepareDocument(given);
    expect({ type: made.type, size: made.size }).toEqual({ type, size: given.size });
    expect(Buffer.from(await made.arrayBuffer())).toEqual(Buffer.from(await given.arrayBuffer()));
  });

  it.each([
    ['a large PDF', file('%PDF-1.7', '', 4_000_000), 'payload_too_large'],
    ['a large PNG', file('\x89PNG', '', 4_000_000), 'payload_too_large'],
    ['another kind', file('GIF89a', 'image/png'), 'unsupported_media_type'],
    ['nothing', new Blob([]), 'unsupported_media_type'],
  ])('refuses %s as the API would', async (_what, given, code) => {
    await expect(prepareDocument(given)).rejects.toMatchObject({ code });
  });
});

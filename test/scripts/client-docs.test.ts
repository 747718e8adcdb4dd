// Every TypeScript example of the client's documents compiles in an app that checks strictly.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildClient } from '../../scripts/client.ts';

/** What the examples take for granted: the app's own parts, the imports of an earlier example, and other people's packages. */
const app = `
  declare const client: import('stytch-unit-bridge-client').Client;
  declare const createClient: typeof import('stytch-unit-bridge-client').createClient;
  declare const prepareDocument: typeof import('stytch-unit-bridge-client').prepareDocument;
  declare const baseUrl: string;
  declare const email: string;
  declare const token: string;
  declare function askForCode(): Promise<string>;
  declare function askForFile(documentId: string, side: 'front' | 'back'): Promise<File>;
  declare const stytch: { session: { getTokens(): { session_token: string; session_jwt: string } | null } };
  declare module 'expo-crypto' {
    export enum CryptoDigestAlgorithm { SHA256 = 'SHA-256' }
    export function digest(algorithm: CryptoDigestAlgorithm, data: BufferSource): Promise<ArrayBuffer>;
    export function getRandomValues<T extends Uint8Array | Uint16Array | Uint32Array>(typedArray: T): T;
  }`;

const compilerOptions = {
  strict: true,
  noEmit: true,
  target: 'ES2022',
  lib: ['ES2022', 'DOM', 'DOM.Iterable'],
  types: [],
  module: 'esnext',
  moduleResolution: 'bundler',
  moduleDetection: 'force',
};

/** Each with as many empty lines before it as stand before it in the document: what tsc tells then fits both. */
function examplesOf(file: string): readonly string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/^```ts\n([^]*?)^```$/gm)].map(({ index, 1: code = '' }) => {
    const before = text.slice(0, index).split('\n').length;
    return '\n'.repeat(before) + code;
  });
}

describe('the examples of the client', () => {
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'bridge-examples-'));
    await buildClient(path.join(folder, 'node_modules', 'stytch-unit-bridge-client'));
    writeFileSync(path.join(folder, 'app.d.ts'), app);
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const compile = (sources: Readonly<Record<string, string>>): string => {
    for (const [name, source] of Object.entries(sources)) writeFileSync(path.join(folder, name), source);
    const config = { compilerOptions, files: ['app.d.ts', ...Object.keys(sources)] };
    writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify(config));
    try {
      return execFileSync(path.resolve('node_modules/.bin/tsc'), ['-p', '.'], {
        cwd: folder,
        encoding: 'utf8',
      });
    } catch (error) {
      return (error as { stdout: string }).stdout;
    }
  };

  it.each([
    ['docs/client.md', 5],
    ['README.md', 1],
  ])('compile: %s', (file, least) => {
    const examples = examplesOf(file);
    expect(examples.length).toBeGreaterThanOrEqual(least);
    const named = examples.map((source, i) => [`${path.basename(file, '.md')}-${i + 1}.ts`, source]);
    expect(compile(Object.fromEntries(named))).toBe('');
  });

  it('compile with the JWT of an SDK, as the text says it', () => {
    const [, given] = /`(sessionJwt: [^`]+)`/.exec(readFileSync('docs/client.md', 'utf8')) ?? [];
    expect(compile({ 'sdk.ts': `createClient({ baseUrl, ${given} });` })).toBe('');
  });

  it('would not compile with a mistake in them', () => {
    expect(compile({ 'wrong.ts': "\n\nawait client.challenge({ factor: 'totp' });" })).toMatch(
      /^wrong\.ts\(3,/m,
    );
  });
});

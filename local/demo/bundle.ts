// The page's script and files, made anew on every request: an edit shows on reload.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';

const folder = path.resolve('local/demo/page');

/** One ES module for the browser, the product's own client in it. */
export async function pageScript(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [path.join(folder, 'main.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    sourcemap: 'inline',
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}

export const pageFile = (name: 'index.html' | 'style.css'): Promise<string> =>
  readFile(path.join(folder, name), 'utf8');

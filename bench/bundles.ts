// Everything that is measured, bundled: ours as it deploys, the floor and the bare calls with the same options, and the
// baseline with the stock options of CDK's NodejsFunction.
import path from 'node:path';
import { build as bundle, type Metafile } from 'esbuild';
import { build, bundleOptions } from '../scripts/build.ts';
import type { SourceEdit } from '../scripts/source-edits.ts';

export interface Measured {
  readonly name: string;
  readonly entry: string;
  readonly metafile: Metafile;
}

const into = 'dist/bench';

/** NodejsFunction for NODEJS_24_X: CommonJS, one file, not minified; the AWS SDK is left to the runtime unless told otherwise. */
async function baseline(name: string, external: readonly string[]): Promise<Measured> {
  const outfile = path.join(into, name, 'index.cjs');
  const { metafile } = await bundle({
    entryPoints: ['bench/baseline/token.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    external: [...external],
    metafile: true,
    logLevel: 'warning',
  });
  return { name, entry: outfile, metafile };
}

async function likeOurs(
  name: string,
  source: string,
  alias: Record<string, string> = bundleOptions.alias,
): Promise<Measured> {
  const outdir = path.join(into, name);
  const { metafile } = await bundle({
    ...bundleOptions,
    alias,
    entryPoints: [{ in: source, out: 'index' }],
    outdir,
  });
  return { name, entry: path.join(outdir, 'index.mjs'), metafile };
}

/** Ours alone; `edits` spoil it, to see that a budget can be broken. */
export async function bundleOurs(edits: readonly SourceEdit[] = []): Promise<Measured> {
  const [built] = await build({ into: path.join(into, 'ours'), names: ['token'], edits });
  if (built === undefined) throw new Error('nothing was built');
  return { name: 'ours', entry: path.join(built.folder, 'index.mjs'), metafile: built.metafile };
}

export async function bundleAll(edits: readonly SourceEdit[] = []) {
  const [ours, floor, stockFloor, bareWire, bareFetch, stock, whole] = await Promise.all([
    bundleOurs(edits),
    likeOurs('floor', 'bench/floor/index.ts'),
    // With the credential chain that the AWS SDK comes with.
    likeOurs('floor-stock', 'bench/floor/index.ts', {}),
    likeOurs('bare-wire', 'bench/bare/over-wire.ts'),
    likeOurs('bare-fetch', 'bench/bare/over-fetch.ts'),
    baseline('baseline', ['@aws-sdk/*', '@smithy/*']),
    baseline('baseline-bundled', []),
  ]);
  return { ours, floor, stockFloor, bareWire, bareFetch, baseline: stock, baselineBundled: whole };
}

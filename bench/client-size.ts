// The size of the client as it is published.
import { build } from 'esbuild';
import { clientBuild } from '../scripts/client.ts';

/** Bytes, minified. */
export async function clientSize(): Promise<number> {
  const { outputFiles } = await build({ ...clientBuild, entryPoints: ['client/index.ts'], write: false });
  return outputFiles.reduce((sum, { contents }) => sum + contents.byteLength, 0);
}

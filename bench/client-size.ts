// The size of the client as apps get it.
import { build } from 'esbuild';
import { clientBuild } from '../scripts/client.ts';

/** Bytes of what a bundler leaves of an import, minified. */
async function shaken(names: string): Promise<number> {
  const { outputFiles } = await build({
    ...clientBuild,
    stdin: { contents: `export ${names} from './client/index.ts'`, resolveDir: process.cwd() },
    write: false,
  });
  return outputFiles.reduce((sum, { contents }) => sum + contents.byteLength, 0);
}

/** Bytes: with every route, and with everything else that is exported too. */
export async function clientSize(): Promise<{ readonly client: number; readonly wholeClient: number }> {
  const [client, wholeClient] = await Promise.all([shaken('{ createClient, ProblemError }'), shaken('*')]);
  return { client, wholeClient };
}

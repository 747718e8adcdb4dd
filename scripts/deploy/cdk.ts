// The CDK's own command line against the emulator: bootstrap once, then deploys as a team makes them.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod/mini';
import { stackNameOf, stages } from '../../lib/stages.ts';
import { edited } from '../source-edits.ts';
import { account, region, rootKeys } from './emulator.ts';
import { run, tail } from './run.ts';

export const stackName = stackNameOf(stages.dev.name);

/** What a deploy starts from: the tree, functions built elsewhere, or an assembly of an earlier deploy. */
export type Source = { readonly bundles?: string } | { readonly assembly: string };

export interface Cdk {
  bootstrap(): Promise<void>;
  /** Gives the stack's outputs; leaves the assembly in `into`. */
  deploy(source: Source, into: string): Promise<Readonly<Record<string, string>>>;
}

const outputs = z.record(z.string(), z.record(z.string(), z.string()));

/** @throws Error with the end of the command's output */
export function createCdk(url: string, folder: string, signal: AbortSignal): Cdk {
  const env = {
    PATH: `${path.dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
    HOME: folder,
    CDK_HOME: path.join(folder, 'cdk'),
    TMPDIR: folder,
    CI: 'true',
    AWS_ENDPOINT_URL: url,
    AWS_REGION: region,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    ...rootKeys,
  };
  const cdk = async (...args: readonly string[]): Promise<string> => {
    const { isGood, output } = await run('node_modules/.bin/cdk', args, { env, signal, seconds: 90 });
    if (!isGood) throw new Error(`cdk ${args[0]}:\n${tail(output, 20)}`);
    return output;
  };
  return {
    async bootstrap() {
      // The CDK's own template, but for one rule: loopback speaks HTTP, and the emulator enforces bucket policies.
      const yaml = await cdk('bootstrap', '--show-template');
      const template = path.join(folder, 'bootstrap.yaml');
      await writeFile(
        template,
        edited(yaml.slice(yaml.search(/^Description:/m)), {
          file: 'the bootstrap template',
          find: 'aws:SecureTransport: "false"',
          replace: 'aws:SecureTransport: "never"',
        }),
      );
      await cdk('bootstrap', `aws://${account}/${region}`, '--template', template);
    },

    async deploy(source, into) {
      const file = path.join(folder, 'outputs.json');
      const from =
        'assembly' in source
          ? ['--app', source.assembly, '--build', 'true']
          : [
              '--output',
              into,
              ...(source.bundles === undefined
                ? []
                : ['--context', `bundles=${source.bundles}`, '--build', 'true']),
            ];
      await cdk(
        'deploy',
        stackName,
        '--context',
        'stage=dev',
        ...from,
        '--require-approval',
        'never',
        '--outputs-file',
        file,
      );
      return outputs.parse(JSON.parse(await readFile(file, 'utf8')))[stackName] ?? {};
    },
  };
}

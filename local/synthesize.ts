// Makes the CloudFormation template of stage `dev`, in this process: the same stack and context as `cdk deploy`.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as z from 'zod/mini';
import { type Stage, stackNameOf, stages } from '../lib/stages.ts';

export const stackName = stackNameOf(stages.dev.name);

const cdkSchema = z.object({ context: z.record(z.string(), z.unknown()) });

/** Takes most of the time of a synth; later calls cost nothing. */
export const loadCdk = () => Promise.all([import('aws-cdk-lib'), import('../lib/bridge-stack.ts')]);

/** `bundles`: the folder of built functions, which must be there. */
export async function synthesize(bundles: string, stage: Stage = stages.dev): Promise<unknown> {
  const [[{ App }, { BridgeStack }], cdk, outdir] = await Promise.all([
    loadCdk(),
    readFile(path.resolve('cdk.json'), 'utf8'),
    mkdtemp(path.join(tmpdir(), 'bridge-synth-')),
  ]);
  try {
    const { context } = cdkSchema.parse(JSON.parse(cdk));
    const app = new App({
      outdir,
      analyticsReporting: false,
      treeMetadata: false,
      // Every `cdk synth` and the stack's tests validate; here it would only cost two seconds.
      builtinCloudFormationValidation: false,
      // The functions run from the folder of bundles itself, so no copies of it are needed.
      context: { ...context, 'aws:cdk:disable-asset-staging': true },
    });
    new BridgeStack(app, stackName, { stage, bundles });
    const template: unknown = app.synth().getStackByName(stackName).template;
    return template;
  } finally {
    await rm(outdir, { recursive: true, force: true });
  }
}

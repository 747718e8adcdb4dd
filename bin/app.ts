// The CDK app: one stack per stage, and the checks that every synth must pass. `-c stage=dev` makes that one
// alone, and `-c bundles=folder` takes functions that were built before.
import path from 'node:path';
import { Annotations, App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import tokenPolicies from '../config/token-policy.json' with { type: 'json' };
import { BridgeStack } from '../lib/bridge-stack.ts';
import { checkPolicies } from '../lib/check-policy.ts';
import { checkStage } from '../lib/check-stage.ts';
import { exampleFaults, nobodysAccount } from '../lib/example-values.ts';
import { Refusal } from '../lib/refusal.ts';
import { type Stage, stackNameOf, stages } from '../lib/stages.ts';

function make(app: App): void {
  for (const warning of checkPolicies(tokenPolicies))
    Annotations.of(app).addWarningV2('stytch-unit-bridge:token-policy', warning);
  const wanted: unknown = app.node.tryGetContext('stage');
  const chosen = Object.values(stages).filter(({ name }) => wanted === undefined || wanted === name);
  if (chosen.length === 0) throw new Refusal(`No stage ${String(wanted)}: ${Object.keys(stages).join(', ')}`);

  const built: unknown = app.node.tryGetContext('bundles') ?? 'dist/functions';
  if (typeof built !== 'string') throw new Refusal('-c bundles names a folder');
  const bundles = path.resolve(built);

  // Together the stages are looked at, examples and all; one by its name is about to be deployed.
  for (const stage of chosen satisfies readonly Stage[]) {
    checkStage(stage);
    const faults = exampleFaults(stage);
    if (faults.length > 0 && wanted !== undefined)
      throw new Refusal(`Stage ${stage.name}, in lib/stages.ts:\n- ${faults.join('\n- ')}`);
    const nowhere = faults.length > 0 && { env: { account: nobodysAccount } };
    new BridgeStack(app, stackNameOf(stage.name), { stage, bundles, ...nowhere });
  }
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  app.synth();
}

try {
  // Synthesized by `make` alone: the CDK's own way, as the process ends, would write what has just been refused.
  make(new App({ autoSynth: false }));
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

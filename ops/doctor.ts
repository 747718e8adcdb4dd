// `npm run doctor`: reads what is deployed and set at both vendors, says what is wrong and how to mend it.
import { Option } from 'commander';
import * as z from 'zod/mini';
import { createUnitOrg, type UnitOrg } from './adapters/unit-org.ts';
import { type Answer, runAt } from './base/cli.ts';
import { isOfOneEnvironment, outputOf } from './base/place.ts';
import { createStageDesk, type StageDesk } from './base/stage-desk.ts';
import { misuse, refusal } from './base/stop.ts';
import { examine, examineWebhook } from './doctor/examine.ts';
import { countOf, type Finding, type Severity, sorted } from './doctor/finding.ts';
import type { Step } from './doctor/webhooks.ts';
import { fillCommand, readStored } from './secrets/stored.ts';

const shape = { fix: z._default(z.boolean(), false) };
const shaped = z.object(shape);

async function doctor(desk: StageDesk, { fix }: z.infer<typeof shaped>): Promise<Answer> {
  const { output, place } = desk;
  if (desk.isApplying && !fix) throw misuse('--apply goes with --fix.');
  const isFit = isOfOneEnvironment(place);
  const token = fix && isFit ? await desk.unitToken() : null;
  output.step('asking AWS and both vendors ...');
  const none = { findings: [], steps: [] };
  const [general, webhook] = await Promise.all([examine(desk), isFit ? examineWebhook(desk, token) : none]);
  show(desk, [...general, ...webhook.findings]);
  if (token === null || webhook.steps.length === 0) {
    if (fix) output.say('Nothing that --fix could mend.');
    return answerOf([...general, ...webhook.findings], { steps: [] });
  }
  output.say(`Steps at Unit: ${webhook.steps.map(wordsOf).join(', ')}.`);
  if (!desk.isApplying) {
    output.say('Dry run: nothing was changed. --apply makes it happen.');
    return answerOf([...general, ...webhook.findings], { steps: webhook.steps });
  }
  await desk.confirm(`Change the webhooks at Unit for stage ${desk.stage}?`);
  const { steps } = await examineWebhook(desk, token);
  if (JSON.stringify(steps) !== JSON.stringify(webhook.steps)) {
    throw refusal(
      'changed_meanwhile',
      'The webhooks at Unit have changed meanwhile: nothing was done. Run it again.',
    );
  }
  await apply(desk, createUnitOrg(place.unitUrl, token), webhook.steps);
  const after = await examineWebhook(desk, token);
  show(desk, after.findings);
  return answerOf([...general, ...after.findings], { steps: webhook.steps, operator: desk.operator() });
}

const wordsOf = (step: Step): string =>
  step.kind === 'create' ? 'create' : `${step.kind} ${step.webhookId}`;

/** The new webhook before the old one goes: an event that comes twice does no harm. */
async function apply(desk: StageDesk, unit: UnitOrg, steps: readonly Step[]): Promise<void> {
  const { output, stage, stack } = desk;
  const url = outputOf(stage, stack.outputs, 'UnitWebhookUrl');
  const token = await readStored(desk, 'webhook');
  if (typeof token === 'string') {
    throw refusal(
      'secret_empty',
      `The token of the webhook is ${token}. First: ${fillCommand(stage, 'webhook')}`,
    );
  }
  for (const step of steps) {
    output.step(`${wordsOf(step)} ...`);
    switch (step.kind) {
      case 'create':
        await unit.createWebhook(url, token.value);
        break;
      case 'sign':
        await unit.changeWebhook(step.webhookId, { token: token.value });
        break;
      case 'enable':
        await unit.enableWebhook(step.webhookId);
        break;
      case 'retire':
        // Unit deletes none, and the reconcile takes each with our path for ours.
        if (step.isEnabled) await unit.disableWebhook(step.webhookId);
        await unit.changeWebhook(step.webhookId, { url: `${url}/retired` });
        break;
    }
  }
}

const titles = {
  error: 'ERROR',
  warning: 'warning',
  by_hand: 'check by hand',
  fine: 'fine',
} as const satisfies Record<Severity, string>;

function show({ output }: StageDesk, findings: readonly Finding[]): void {
  const listed = sorted(findings);
  output.table(
    ['', 'finding', 'what was seen'],
    listed.map(({ severity, code, text }) => [titles[severity], code, text]),
  );
  for (const { severity, code, fix } of listed) {
    if (fix !== null) output.say(`${titles[severity]} ${code}: ${fix}`);
  }
}

function answerOf(findings: readonly Finding[], rest: object): Answer {
  const summary = {
    errors: countOf(findings, 'error'),
    warnings: countOf(findings, 'warning'),
    byHand: countOf(findings, 'by_hand'),
    fine: countOf(findings, 'fine'),
  };
  return {
    outcome: summary.errors > 0 ? 'found_problems' : 'done',
    ...summary,
    findings: sorted(findings),
    ...rest,
  };
}

await runAt(
  {
    name: 'doctor',
    description:
      'Examines a deployed stage and both vendors: each finding with its severity and what to do. What no API shows ' +
      'is listed to be checked by hand. --fix registers, signs, enables or replaces the Unit webhook.',
    isChanging: true,
    where: 'stage',
    // For --fix alone: everything else is asked with the stage's own tokens, since those are what is examined.
    needs: ['unit'],
    options: [new Option('--fix', 'mend the webhook at Unit; your org token needs webhooks webhooks-write')],
    shape,
    examples: ['--stage prod', '--stage prod --fix', '--stage prod --fix --apply'],
    run: doctor,
  },
  createStageDesk,
);

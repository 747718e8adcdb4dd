// The end of a rotation of the webhook token: the previous value goes, and nobody has to know the one that stays.
import type { Answer } from '../base/cli.ts';
import { outputOf } from '../base/place.ts';
import type { StageDesk } from '../base/stage-desk.ts';
import { refusal } from '../base/stop.ts';
import { catalog } from './catalog.ts';

/** @throws Stop while there is no token at all */
export async function endRotation(desk: StageDesk): Promise<Answer> {
  const { output, stage, stack, vault } = desk;
  const arn = outputOf(stage, stack.outputs, catalog.webhook.output);
  const stored = await vault.read(arn);
  if (typeof stored === 'string') throw refusal('secret_empty', `The webhook token is ${stored}.`);
  if (stored.previous === undefined) {
    output.say('No previous webhook token: nothing to do.');
    return { outcome: 'nothing_to_do' };
  }
  if (!desk.isApplying) {
    output.say('Dry run: the previous webhook token still counts. --apply makes it happen.');
    return { outcome: 'planned' };
  }
  await desk.confirm(`Let the previous webhook token of stage ${stage} go?`);
  await vault.write(arn, { value: stored.value });
  output.say('Done: only the present webhook token counts, within 15 minutes.');
  return { outcome: 'done', operator: desk.operator() };
}

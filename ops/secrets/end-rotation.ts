// The end of a rotation of the webhook token: the previous value goes, and nobody has to know the one that stays.
import type { SecretValue } from '../../functions/adapters/secrets.ts';
import type { Answer } from '../base/cli.ts';
import { outputOf } from '../base/place.ts';
import type { StageDesk } from '../base/stage-desk.ts';
import { refusal } from '../base/stop.ts';
import { catalog } from './catalog.ts';
import { fixCommand, isSignedAnew, webhooksAtUnit } from './stored.ts';

/** `isForced` ends it whatever Unit signs with. @throws Stop while Unit may need the previous token, or there is none */
export async function endRotation(desk: StageDesk, isForced: boolean): Promise<Answer> {
  const { output, stage, stack, vault } = desk;
  const arn = outputOf(stage, stack.outputs, catalog.webhook.output);
  const { held, state } = await vault.read(arn);
  if (typeof held === 'string') throw refusal('secret_empty', `The webhook token is ${held}.`);
  if (held.previous === undefined) {
    output.say('No previous webhook token: nothing to do.');
    return { outcome: 'nothing_to_do' };
  }
  if (!isForced) await requireSignedAnew(desk, held);
  if (!desk.isApplying) {
    output.say('Dry run: the previous webhook token still counts. --apply makes it happen.');
    return { outcome: 'planned' };
  }
  await desk.confirm(`Let the previous webhook token of stage ${stage} go?`);
  await vault.write(arn, { value: held.value }, state);
  output.say('Done: only the present webhook token counts, within 15 minutes.');
  return { outcome: 'done', operator: desk.operator() };
}

/** What Unit signs with a token that is gone, nobody takes. */
async function requireSignedAnew(desk: StageDesk, token: SecretValue): Promise<void> {
  const { output, stage, stack } = desk;
  output.step('asking Unit which token it signs with ...');
  const url = outputOf(stage, stack.outputs, 'UnitWebhookUrl');
  const webhooks = await webhooksAtUnit(desk, null);
  const force = '--force ends it all the same, and then what Unit signs with the previous one is refused.';
  if ('reason' in webhooks) {
    throw refusal(
      'signature_unseen',
      `Whether Unit signs with the present webhook token was not seen: ${webhooks.reason}. ${webhooks.fix} ${force}`,
    );
  }
  if (isSignedAnew(url, token, webhooks)) return;
  throw refusal(
    'unit_signs_otherwise',
    `Unit has no webhook for ${url}, or one that does not sign with the present token. First: ${fixCommand(stage)} ${force}`,
  );
}

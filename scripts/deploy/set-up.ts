// What an operator does once after the first deploy, by the product's own commands: secrets, then Unit's webhook.
import type { SecretName } from '../../local/secret-values.ts';
import type { Vendors } from '../../local/vendors.ts';
import type { CommandEnd, Operator } from './operator.ts';
import type { Progress } from './progress.ts';

const apply = ['--apply', '--yes'] as const;

/** Fills every secret; the webhook's token is made by the command and known to nobody here. */
export async function fillSecrets(
  operator: Operator,
  values: Readonly<Record<SecretName, string>>,
  { check }: Pick<Progress, 'check'>,
): Promise<void> {
  const env = {
    STYTCH_SECRET: values.stytch,
    UNIT_EXCHANGE_TOKEN: values.unitExchange,
    UNIT_ONBOARDING_TOKEN: values.unitOnboarding,
    UNIT_EVENTS_TOKEN: values.unitEvents,
    UNIT_CONTACT_TOKEN: values.unitContact,
  };
  const empty = await operator('secrets', ['--check']);
  check(
    'secrets --check finds that nothing works yet',
    !empty.isGood && outcomeOf(empty) === 'found_problems',
  );
  const filled = await operator('secrets', ['--generate', 'webhook', ...apply], { env });
  check('secrets fills all six', filled.isGood && outcomeOf(filled) === 'done', filled.output);
  const again = await operator('secrets', ['--only', 'stytch,unit-exchange', ...apply], { env });
  check('secrets writes no value twice', outcomeOf(again) === 'nothing_to_do', again.output);
  const full = await operator('secrets', ['--check']);
  check(
    'secrets --check finds that all of them work',
    full.isGood && outcomeOf(full) === 'done',
    full.output,
  );
}

/** Registers the webhook; then the doctor has no objection to the stage. */
export async function mendWebhook(
  operator: Operator,
  { unit }: Pick<Vendors, 'unit'>,
  { check }: Pick<Progress, 'check'>,
): Promise<void> {
  const before = await operator('doctor', []);
  check(
    'doctor misses the webhook',
    !before.isGood && JSON.stringify(before.document).includes('webhook_missing'),
    before.output,
  );
  const env = { UNIT_TOKEN: unit.operatorToken };
  const mended = await operator('doctor', ['--fix', ...apply], { env });
  check('doctor --fix registers it', mended.isGood && outcomeOf(mended) === 'done', mended.output);
  const after = await operator('doctor', []);
  check(
    'doctor finds no error in the deployed stage',
    after.isGood && after.document['errors'] === 0,
    after.output,
  );
}

const outcomeOf = ({ document }: CommandEnd): unknown => document['outcome'];

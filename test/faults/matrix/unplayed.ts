// Which calls of the adapters the rows of the matrix play, and why the others need no row of their own.
import type { CallRow } from './calls.ts';

const bySdk =
  "by Stytch's SDK, sent once and within its deadline, as a magic link is sent: one client serves all (test/adapters/stytch/sdk-client.test.ts)";
const read =
  'a read of Unit, sent again as the customer token is: one transport serves all (test/adapters/outbound-retries.test.ts)';
const ofOpenApplication =
  'sent once, and broken in every way by test/adapters/unit/open-applications.test.ts, since it needs an application in review';

/** Each with the reason; one that gets a row leaves this list. */
export const unplayed: Readonly<Record<string, string>> = {
  'magic_links.authenticate': bySdk,
  'otps.authenticate': bySdk,
  'otps.email.login_or_create': bySdk,
  'otps.sms.send': bySdk,
  'sessions.get':
    'a read, sent again as a refresh is: one transport serves both (test/adapters/stytch/session-keeper.test.ts)',
  'totps.authenticate': bySdk,
  'totps.create': bySdk,
  'totps.recover': bySdk,
  'users.delete_factor': bySdk,
  'webauthn.authenticate': bySdk,
  'webauthn.authenticate_start': bySdk,
  'webauthn.register': bySdk,
  'webauthn.register_start': bySdk,
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as it stands in the source
  'list_${name}': read,
  find_application: read,
  read_application: read,
  read_application_form: read,
  read_contact: read,
  read_customer: read,
  cancel_application: ofOpenApplication,
  upload_document: ofOpenApplication,
  query_unsettled:
    'asked by reconcile alone, for which nobody waits and which runs again (test/adapters/table/items.test.ts)',
};

const ofUnit: Readonly<Record<string, string>> = {
  'POST /customers/*/token': 'create_customer_token',
  'POST /applications': 'create_application',
  'POST /application-forms': 'create_application_form',
};

/**
 * What a row breaks, by the names that the adapters give.
 * @throws Error for a target that nobody has named
 */
export function operationsOf({ name, service, target: { method, path } }: CallRow): readonly string[] {
  if (service === 'table') return ['get_item', 'query', 'put_item', 'update_item'];
  if (service === 'secrets') return ['get_secret_value'];
  if (service === 'stytch')
    // Stytch's paths are the names, but for the keys.
    return [path.includes('/jwks/') ? 'jwks' : path.replace('/v1/', '').replaceAll('/', '.')];
  const operation = ofUnit[`${method} ${path}`];
  if (operation === undefined) throw new Error(`which operation is ${method} ${path} of the row ${name}?`);
  return [operation];
}

// What a call is for, in words: the heading over the arrows that it causes.

/** By `METHOD /path` as the server titles it, ids and all. */
const headings: readonly (readonly [RegExp, string])[] = [
  [/^POST \/v1\/signup$/, 'Sign up: Stytch sends a mail'],
  [/^POST \/v1\/signup\/authenticate$/, 'What the mail carried becomes a session'],
  [/^POST \/v1\/sessions\/refresh$/, 'A fresh session JWT'],
  [/^POST \/v1\/sessions\/revoke$/, 'Sign out'],
  [/^GET \/v1\/me$/, 'Where does this user stand?'],
  [/^GET \/v1\/factors$/, 'Which factors are there?'],
  [/^DELETE \/v1\/factors\//, 'Remove a factor'],
  [/^POST \/v1\/factors\/totp$/, 'Begin an authenticator app (TOTP)'],
  [/^POST \/v1\/factors\/totp\/confirm$/, 'Confirm the authenticator app'],
  [/^POST \/v1\/factors\/sms$/, 'Begin text messages'],
  [/^POST \/v1\/factors\/sms\/confirm$/, 'Confirm the phone number'],
  [/^POST \/v1\/factors\/passkey$/, 'Begin a passkey'],
  [/^POST \/v1\/factors\/passkey\/confirm$/, 'Confirm the passkey'],
  [/^POST \/v1\/step-up\/challenge$/, 'A challenge for the step-up'],
  [/^POST \/v1\/step-up$/, 'Step up'],
  [/^POST \/v1\/applications$/, 'Apply for an account'],
  [/^POST \/v1\/application-forms$/, "A link to Unit's own form"],
  [/^GET \/v1\/applications\//, 'Has Unit decided?'],
  [/^POST \/v1\/applications\/[^/]+\/cancel$/, 'Cancel the application'],
  [/^PUT \/v1\/applications\//, 'Hand a document on to Unit'],
  [/^POST \/v1\/token$/, 'Session JWT in, customer token out'],
  [/^POST \/webhooks\/unit$/, "Unit's webhook: something was decided"],
];

/** @param title of the call of the API's that began it */
export function headingOf(title: string): string {
  const path = title.replace(/\?.*$/, '');
  return headings.find(([pattern]) => pattern.test(path))?.[1] ?? title;
}

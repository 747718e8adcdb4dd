// What the API document says of each route beyond the contract. Kept out of the contract, so that no bundle carries prose.
import type { AnswerStatus, RouteName } from '../../functions/contract/routes.ts';

export interface RouteProse {
  readonly tag: 'Sign-in' | 'Second factors' | 'Applications' | 'Exchange' | 'Webhook';
  readonly summary: string;
  readonly description: string;
  /** What each good status says. */
  readonly answers: Readonly<Partial<Record<AnswerStatus, string>>>;
  /** Headers that a good status carries beyond those of every answer. */
  readonly headers?: Readonly<Partial<Record<AnswerStatus, readonly ('location' | 'retry-after')[]>>>;
  readonly needsIdempotencyKey?: true;
}

const newJwt = { 200: 'The session, with a new JWT that carries the factor just proved.' } as const;
const uploading =
  'Needs both factors, one of them within the last hour. The body is the file as it is: `Content-Type` and the first bytes must agree. It goes to Unit, and nothing of it is stored or logged. After a 502 or 504 send the same bytes again; a 409 then says that the first ones have come.';
const stepUpNote = 'Answers a step-up challenge when the proofs are too weak or too old.';

export const routeProse = {
  signUp: {
    tag: 'Sign-in',
    summary: 'Send a magic link or a passcode',
    description:
      'Signs up and in. The answer is the same for every address, and never comes sooner than after 600 ms. A repeat is a resend. Links and codes live ten minutes.',
    answers: { 202: 'On its way, if the address can get mail.' },
  },
  authenticate: {
    tag: 'Sign-in',
    summary: 'Turn a link or a passcode into a session',
    description: 'A link needs the PKCE verifier whose challenge was sent at sign-up.',
    answers: {
      200: 'Signed in. The session token is a secret of the app, or a cookie that no script sees; the JWT lives five minutes.',
    },
  },
  refresh: {
    tag: 'Sign-in',
    summary: 'Get a fresh session JWT',
    description:
      'The fresh JWT holds the same factors: refreshing never makes one younger. A cookie is renewed with its session, and cleared when that is over.',
    answers: { 200: 'The session, with a fresh JWT.' },
  },
  revoke: {
    tag: 'Sign-in',
    summary: 'End one session, or all of them',
    description:
      'A session token, in the body or the cookie, ends that session. `{"all": true}` with a bearer JWT, whose sign-in is at most ten minutes old, ends all. Customer tokens that are out live on to their end.',
    answers: { 204: 'Ended, or already over.' },
  },
  listFactors: {
    tag: 'Second factors',
    summary: "List the user's factors",
    description: 'With what the policy asks for. A phone number shows its last two digits.',
    answers: { 200: 'The factors, and the requirements.' },
  },
  removeFactor: {
    tag: 'Second factors',
    summary: 'Remove a second factor',
    description: `${stepUpNote} The last factor that counts stays: 409 \`conflict\`.`,
    answers: { 204: 'Removed.' },
  },
  enrolTotp: {
    tag: 'Second factors',
    summary: 'Begin to enrol an authenticator app',
    description: `${stepUpNote} The secret and the recovery codes are shown this once.`,
    answers: { 200: 'The secret, as text and as a QR code.' },
  },
  confirmTotp: {
    tag: 'Second factors',
    summary: 'Confirm the authenticator app',
    description: 'With a code of it, within ten minutes.',
    answers: newJwt,
  },
  enrolSms: {
    tag: 'Second factors',
    summary: 'Begin to enrol a phone number',
    description: `${stepUpNote} Sends a code to the number.`,
    answers: { 202: 'The code is on its way.' },
  },
  confirmSms: {
    tag: 'Second factors',
    summary: 'Confirm the phone number',
    description: 'With the code that was sent to it.',
    answers: newJwt,
  },
  enrolPasskey: {
    tag: 'Second factors',
    summary: 'Begin to enrol a passkey',
    description: `${stepUpNote} The options are for \`PublicKeyCredential.parseCreationOptionsFromJSON\`.`,
    answers: { 200: 'WebAuthn creation options.' },
  },
  confirmPasskey: {
    tag: 'Second factors',
    summary: 'Confirm the passkey',
    description: 'With what the browser made of the options, in its `toJSON` form.',
    answers: newJwt,
  },
  challenge: {
    tag: 'Second factors',
    summary: 'Begin a step-up by SMS or passkey',
    description:
      'Sends a code to an enrolled number, or answers options for `PublicKeyCredential.parseRequestOptionsFromJSON`. An authenticator app and a recovery code need no challenge.',
    answers: { 200: 'Where the code went, or WebAuthn request options.' },
  },
  stepUp: {
    tag: 'Second factors',
    summary: 'Step up',
    description:
      'Use the JWT of this answer from then on: the one before it still shows one factor, and gains nothing. A recovery code only opens the replacement of the authenticator app, and ends all other sessions.',
    answers: newJwt,
  },
  me: {
    tag: 'Exchange',
    summary: 'Where the user stands, and what comes next',
    description: 'The factors of this session, the applications and customers of the user.',
    answers: { 200: 'Where the user stands.' },
  },
  apply: {
    tag: 'Applications',
    summary: 'Apply for an account',
    description:
      'Needs both factors, one of them within the last hour. The same key again answers the present state of the same application; a key never expires here. After a refusal correct the body and use a new key.',
    answers: {
      201: 'Unit has it. Read it again at its location.',
      202: 'Unit has not answered in time. Repeat with the same key and body, or read the location.',
    },
    headers: { 201: ['location'], 202: ['location', 'retry-after'] },
    needsIdempotencyKey: true,
  },
  openForm: {
    tag: 'Applications',
    summary: "Apply on Unit's own page",
    description:
      'Needs both factors, one of them within the last hour. No SSN, EIN, passport or birth date passes through us. The same key again answers the present link of the same form; once the form was sent, the status of the application and no link. `NotSubmitted` says that it ended unsent: then, or after a refusal, use a new key.',
    answers: {
      201: 'While the form can be filled in, its link. It is kept nowhere here, and whoever holds it can fill in the form: hand it to the user alone.',
      202: 'Unit has not answered in time. Repeat with the same key and body.',
    },
    headers: { 201: ['location'], 202: ['location', 'retry-after'] },
    needsIdempotencyKey: true,
  },
  readApplication: {
    tag: 'Applications',
    summary: 'Read an application',
    description: 'Read again from Unit while it is not final, at most once in ten seconds.',
    answers: { 200: 'Where the application stands.' },
  },
  uploadDocument: {
    tag: 'Applications',
    summary: 'Bring a document that Unit wants to see',
    description: uploading,
    answers: { 200: 'Where the application stands after the upload.' },
  },
  uploadDocumentBack: {
    tag: 'Applications',
    summary: 'Bring the back of a document',
    description: `Only an \`IdDocument\` has one. ${uploading}`,
    answers: { 200: 'Where the application stands after the upload.' },
  },
  cancelApplication: {
    tag: 'Applications',
    summary: 'Cancel an application',
    description:
      'Needs both factors, one of them within the last hour. Repeating it is safe. What Unit has decided stays: 409 `conflict`. Whoever has canceled may apply anew.',
    answers: { 200: 'The application, canceled.' },
  },
  exchangeToken: {
    tag: 'Exchange',
    summary: 'Exchange the session for a Unit customer token',
    description:
      'The factors are judged by the policy of the strictest scope, on this JWT and on what Stytch says of the session. A token outlives a sign-out by its own life: ask for little, and keep it in memory only.',
    answers: { 201: 'A token for Unit, as narrow and short as the policy says.' },
  },
  unitWebhook: {
    tag: 'Webhook',
    summary: "Unit's events",
    description:
      'An event only names a resource, which is read again at Unit. Any other answer than 200 makes Unit send again.',
    answers: { 200: 'Every event of the batch is applied or recorded.' },
  },
} as const satisfies Record<RouteName, RouteProse>;

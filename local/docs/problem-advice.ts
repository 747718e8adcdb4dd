// What an app does about each problem: the part of its page that the API document has no place for.
import type { ErrorCode } from '../../functions/core/errors.ts';

export const problemAdvice = {
  invalid_request:
    'Show each entry of `errors` at its field: `pointer` is a JSON Pointer into the body that was sent, empty for the whole of it. Do not repeat the call unchanged. An application that was refused so needs a new `Idempotency-Key`.',
  invalid_scope:
    'Ask only for scopes that the deployment’s token policy names, each once. This is a fault of the app, not of its user.',
  invalid_grant:
    'Ask the user for the newest code or link; after five wrong tries send a new one. A link must be opened where sign-up began, since the PKCE verifier stays there. For a session token: sign in again.',
  customer_ambiguous: 'Let the user choose, and repeat the call with one of `customerIds` as `customerId`.',
  invalid_token:
    'Refresh the session once and repeat the call; if it is refused again, sign in anew. The client of this project does the first by itself.',
  insufficient_user_authentication:
    'Ask for one of `acceptableFactors`, send it to `POST /v1/step-up`, and repeat the call once with the session JWT of that answer. `maxAge` says how old the proof may be, in seconds. The client of this project calls `onStepUp` and repeats by itself.',
  invalid_signature:
    'Nothing for apps: only Unit calls this route. Operators: the token of the webhook at Unit and the secret of the stage differ.',
  enrollment_required:
    'Lead the user to enrol a second factor; `enrollmentUrl` is the simplest one. Asking for another step-up would not help.',
  factor_not_allowed:
    'Offer another kind of factor. A customer without any may only enrol by text message, with the phone number that Unit holds.',
  user_locked:
    'Tell the user to wait, or to turn to support. Repeating the call does not help. The lock ends by itself, or by an operator.',
  application_denied:
    'Tell the user that the account cannot be opened, and where to ask why. No token will be given for this application.',
  customer_archived: 'The account is closed: tell the user to turn to support.',
  origin_not_allowed:
    'Call from a page on one of the origins of the stage, by the name of its own domain; repeating the call from elsewhere changes nothing. Apps without a browser need a stage whose session token travels in bodies.',
  not_found: 'Do not repeat the call. Read `GET /v1/me` for the ids that are the user’s own.',
  method_not_allowed: 'This is a fault of the app. Look the path up in the reference.',
  no_customer: 'Lead the user to apply first: `next` of `GET /v1/me` names the step.',
  application_pending:
    'Wait and read the application again, no sooner than its `Retry-After` says; `next` of `GET /v1/me` tells whether documents are missing.',
  customer_in_review:
    'Tell the user that the bank is looking at the account. An operator decides; nothing that the app sends changes it.',
  application_exists:
    'Read the user’s own application at `applicationUrl` and go on with it instead of applying anew.',
  conflict:
    'Read the factor or the application again, and offer what its present state allows: `detail` says what was in the way. After a repeated upload it means that the first one has come.',
  payload_too_large:
    'Send less: JSON of at most 16 kB, a document of at most 4 MB. `prepareDocument()` of the client makes pictures smaller.',
  unsupported_media_type:
    'Send `application/json`; a document as PNG, JPEG or PDF, with the type that its bytes have.',
  idempotency_key_reused:
    'Use a new `Idempotency-Key` for a new application; keep the key only to repeat the very same body.',
  application_refused:
    'Let the user check what was entered, and send it with a new `Idempotency-Key`. Unit says no more than this.',
  email_not_verified: 'Apply with an email that the user has verified by signing in with it.',
  rate_limited: 'Wait as many seconds as `Retry-After` says, and let the user start the next try.',
  server_error:
    'Say that it is our fault, and show the request id of `instance` for support. An application may be repeated with its key.',
  upstream_unavailable:
    'Say that the service cannot do this now, and offer to try again later; where there is a `Retry-After`, not before it ends.',
  not_configured:
    'Nothing for apps. Operators: fill the secrets (`npm run secrets`), then ask `npm run doctor`.',
  temporarily_unavailable: 'Try again after `Retry-After`, or a few seconds.',
  upstream_timeout:
    'Reading again is safe. So is an application or a form with its key, the same document, and cancelling. A code may have been used: refresh the session and look at its factors before you ask for another.',
} as const satisfies Record<ErrorCode, string>;

/** When it comes, where the API document says what to do instead. */
export const problemCauses: Readonly<Partial<Record<ErrorCode, string>>> = {
  insufficient_user_authentication:
    'The factors that the session was proved with are too weak or too old for what was asked: the scopes of a token, applying, or changing factors.',
  rate_limited:
    'Too many tries, messages or applications within the time that the stage allows, or too many requests at the provider.',
  server_error: 'Something that nobody expected.',
};

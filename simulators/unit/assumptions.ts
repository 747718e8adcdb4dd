// Fixed numbers that Unit does not publish, or publishes without a promise; what a test may change is in switches.ts.

/** assumed: tries per verification, and starts per window. */
export const OTP_TRIES = 3;
/** assumed: how long one verification lives, and the window in which starts are counted. */
export const OTP_WINDOW_MS = 10 * 60_000;

/** Documented: how long an idempotency key is kept after its first success. */
export const IDEMPOTENCY_KEY_MS = 48 * 3_600_000;

/** assumed: life of a hosted form link, as on the older form API. */
export const FORM_TOKEN_MS = 24 * 3_600_000;

/** assumed: events in one `AtLeastOnce` delivery. */
export const WEBHOOK_BATCH = 64;
/** assumed: the longest wait between two tries. */
export const WEBHOOK_LONGEST_WAIT_MS = 3_600_000;

/** assumed: how long events are kept. */
export const EVENT_RETENTION_MS = 30 * 24 * 3_600_000;

/** assumed: enabled webhooks per org. */
export const WEBHOOKS_PER_ORG = 100;

/** Documented: size of a document upload. */
export const DOCUMENT_BYTES = 20 * 1024 * 1024;

/** Documented: default and greatest life of a customer token. */
export const CUSTOMER_TOKEN_SECONDS = 86_400;

/** How much of each log the simulator keeps, so that a soak run does not fill its memory. */
export const LOG_ENTRIES = 5_000;
/** How many raw values of one kind are kept for leak tests. */
export const RECEIVED_VALUES = 50_000;

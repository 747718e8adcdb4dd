// What may be shown of a message, in the demo's stream and by `npm run journey`: what opens something is masked, and what
// only its owner should know.

/** Long ones keep their beginning, so that two sightings of one token are recognised. */
const LONG = 24;
const SHOWN = 8;

const keptKeys = new Set([
  'tokenType',
  'token_type',
  'stytch_token_type',
  'jwtSubject',
  'SecretId',
  'credential_type',
  'authenticator_type',
  'hasPassword',
  'postalCode',
  'countryCode',
]);
/** Whatever stands under such a name is masked. */
const maskedKey =
  /token|secret|password|verifier|signature|credential|jwt|recovery_?codes?|challenge_?id|cvv|^pin$|^pan$|ssn|passport|^ein$|account_?number|routing_?number|birth|qr_?code|authorization|cookie|itin/i;
/** A code of digits is a passcode; of letters, it names a problem. */
const codeKey = /code$/i;
const digits = /^\d{3,12}$/;

const jwtPattern = /\beyJ[\w-]{6,}\.[\w-]+\.[\w-]*/g;
const wholeJwt = /^eyJ[\w-]{6,}\.[\w-]+\.[\w-]*$/;
/** Unit's tokens and forms, Stytch's secrets. */
const tokenPatterns = [
  /\bv2\.public\.[\w-]+/g,
  /\bsecret-(?:test|live)-[\w=-]+/g,
  // The link to a form of Unit's opens it for whoever has it.
  /\bform-[\w-]{20,}/g,
  jwtPattern,
];
const queryPattern = /([?&](?:token|code|state)=)[^&#\s"]+/g;
const panPattern = /(?<!\d)\d{13,19}(?!\d)/g;

const sessionClaim = 'https://stytch.com/session';

/** A secret cut short; a short one shows nothing but that it is there. */
export const maskSecret = (text: string): string =>
  text.length < LONG ? '•'.repeat(Math.min(text.length, 6)) : `${text.slice(0, SHOWN)}…`;

/** A text with every token in it cut short. */
export function maskText(text: string): string {
  let masked = text.replace(queryPattern, '$1•••').replace(panPattern, '••••');
  for (const pattern of tokenPatterns) masked = masked.replace(pattern, maskSecret);
  return masked;
}

/** A parsed body, masked; JWTs become a summary of who they are for and what they prove. */
export function mask(value: unknown): unknown {
  if (typeof value === 'string') return wholeJwt.test(value) ? summaryOf(value) : maskText(value);
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1e12) return maskText(String(value));
  if (Array.isArray(value)) return value.map(mask);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, maskMember(key, inner)]));
}

function maskMember(key: string, value: unknown): unknown {
  if (keptKeys.has(key)) return mask(value);
  if (maskedKey.test(key)) return hide(value);
  if (codeKey.test(key) && typeof value === 'string' && digits.test(value)) return maskSecret(value);
  return mask(value);
}

/** Everything below a masked name; the shape stays. */
function hide(value: unknown): unknown {
  if (typeof value === 'string') return wholeJwt.test(value) ? summaryOf(value) : maskSecret(value);
  if (typeof value === 'number') return '•••';
  if (Array.isArray(value)) return value.map(hide);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, hide(inner)]));
}

/** What a JWT says, without what makes it valid. */
function summaryOf(jwt: string): unknown {
  const claims = claimsOf(jwt);
  if (claims === undefined) return maskSecret(jwt);
  const { sub, exp, amr } = claims;
  const session = claims[sessionClaim];
  const factors = isRecord(session) ? session['authentication_factors'] : undefined;
  return {
    jwt: maskSecret(jwt),
    ...(typeof sub === 'string' && { sub }),
    ...(Array.isArray(amr) && { amr: amr.map(String) }),
    ...(Array.isArray(factors) && { factors: factors.map(factorOf) }),
    ...(typeof exp === 'number' && { exp: new Date(exp * 1000).toISOString() }),
  };
}

function claimsOf(jwt: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString('utf8'));
    return isRecord(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** `magic_link (email), 22:04:05`: what was proved, and when. */
function factorOf(factor: unknown): string {
  if (!isRecord(factor)) return 'unknown';
  const { type, delivery_method: method, last_authenticated_at: at } = factor;
  return `${String(type)} (${String(method)}), ${typeof at === 'string' ? at.slice(11, 19) : 'unknown'}`;
}

/** Headers of a message: the few that matter, authorization without its credentials. */
export function maskHeaders(headers: Headers): Record<string, string> {
  const shown = shownHeaders.flatMap((name): [string, string][] => {
    const value = headers.get(name);
    return value === null ? [] : [[name, maskHeader(name, value)]];
  });
  return Object.fromEntries(shown);
}

const shownHeaders = [
  'authorization',
  'content-type',
  'idempotency-key',
  'x-unit-signature',
  'www-authenticate',
  'location',
  'retry-after',
  'x-request-id',
] as const;

function maskHeader(name: (typeof shownHeaders)[number], value: string): string {
  if (name === 'x-unit-signature') return maskSecret(value);
  if (name !== 'authorization') return maskText(value);
  const [scheme = '', ...rest] = value.split(' ');
  if (scheme.startsWith('AWS4')) return `${scheme} •••`;
  const credentials = rest.join(' ');
  const claims = wholeJwt.test(credentials) ? claimsOf(credentials) : undefined;
  const owner = typeof claims?.['sub'] === 'string' ? ` (JWT of ${claims['sub']})` : '';
  return `${scheme} ${scheme === 'Basic' ? '•••' : maskSecret(credentials)}${owner}`;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

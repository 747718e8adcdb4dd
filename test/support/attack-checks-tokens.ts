// Checks on the session JWT: where it stands, who signed it, what it says.
import type { AttackCheck } from './attack-check.ts';

const event = 'functions/http/event.ts';
const authenticate = 'functions/http/authenticate.ts';
const jwks = 'functions/adapters/jwks.ts';
const sessionJwts = 'functions/adapters/stytch/session-jwts.ts';

const getKey = 'const getKey: JWTVerifyGetKey = async (header, input) => {';

/** Takes the key that the header itself offers, by value, by certificate or by address. */
const believeHeader = `
  const rsa = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  const fetched = async (url) => (await fetch(url)).json();
  const ofCertificate = async (text) => {
    const { X509Certificate } = await import('node:crypto');
    return new X509Certificate(Buffer.from(text, 'base64')).publicKey.export({ format: 'jwk' });
  };
  const offered =
    header.jwk ??
    (header.x5c && (await ofCertificate(header.x5c[0]))) ??
    (header.jku && (await fetched(header.jku)).keys[0]) ??
    (header.x5u && (await ofCertificate(await fetched(header.x5u))));
  if (offered) return crypto.subtle.importKey('jwk', offered, rsa, false, ['verify']);
`;

export const tokenChecks = {
  'token-place': {
    what: 'A token counts in the Authorization header, nowhere else.',
    edits: [
      {
        file: event,
        find: 'Object.hasOwn(headers, name) ? headers[name] : undefined',
        replace:
          "headers[name] ?? (name === 'authorization' ? `Bearer ${/eyJ[\\w.-]+/.exec(JSON.stringify(event)) ?? ''}` : undefined)",
      },
    ],
  },
  'bearer-form': {
    what: 'The header is the word Bearer, one space, and three parts in base64url.',
    edits: [
      { file: authenticate, find: 'bearer.exec(header)?.[1]', replace: "header.replace(/^bearer +/i, '')" },
    ],
  },
  'token-length': {
    what: 'A token that is longer than any of Stytch is not read.',
    edits: [{ file: authenticate, find: 'header.length > LONGEST_JWT', replace: 'false' }],
  },
  'library-verifies': {
    what: 'The library verifies the token before anything in it is believed.',
    edits: [
      {
        file: sessionJwts,
        find: 'jwtVerify(sessionJwt, getKey, options())',
        replace:
          "Promise.resolve(sessionJwt.split('.')[1]).then((part) => ({ payload: JSON.parse(Buffer.from(part, 'base64url').toString()) }))",
      },
    ],
  },
  algorithm: {
    what: 'RS256 is the only algorithm.',
    edits: [{ file: sessionJwts, find: 'algorithms: ', replace: 'ignoredAlgorithms: ' }],
  },
  signature: {
    what: "The signature is that of the project's key over these very bytes.",
    edits: [
      { file: sessionJwts, find: getKey, replace: `${getKey} crypto.subtle.verify = async () => true;` },
    ],
  },
  'key-by-id': {
    what: "The header names a key of the project's by its id.",
    edits: [
      { file: sessionJwts, find: "typeof header.kid === 'string'", replace: 'true' },
      { file: jwks, find: 'known.kids.has(kid)', replace: 'true' },
      {
        file: jwks,
        find: 'createLocalJWKSet(jwks)',
        replace: '((find) => (header) => find({ ...header, kid: undefined }))(createLocalJWKSet(jwks))',
      },
    ],
  },
  'project-keys': {
    what: "Keys come from the project's own key set; what a header offers is ignored.",
    edits: [{ file: sessionJwts, find: getKey, replace: `${getKey} ${believeHeader}` }],
  },
  'key-fetch-pause': {
    what: 'Unknown key ids fetch the key set once in half a minute, however many arrive.',
    edits: [{ file: jwks, find: 'clock() - forcedAt < pause', replace: 'clock() - forcedAt < 0' }],
  },
  'critical-header': {
    what: 'A header that must be understood and is not refuses the token.',
    edits: [
      { file: sessionJwts, find: 'algorithms: ', replace: 'crit: { bridge: true, exp: true }, algorithms: ' },
    ],
  },
  'token-type': {
    what: 'The header says that this is a plain JWT.',
    edits: [{ file: sessionJwts, find: 'typ: ', replace: 'ignoredTyp: ' }],
  },
  issuer: {
    what: 'The issuer is one of the stage’s list for this project, letter by letter.',
    edits: [{ file: sessionJwts, find: 'issuer: ', replace: 'ignoredIssuer: ' }],
  },
  audience: {
    what: 'The audience holds this project.',
    edits: [{ file: sessionJwts, find: 'audience: ', replace: 'ignoredAudience: ' }],
  },
  project: {
    what: 'Issuer and audience both name this project; other tokens fail by both.',
    edits: [
      { file: sessionJwts, find: 'issuer: ', replace: 'ignoredIssuer: ' },
      { file: sessionJwts, find: 'audience: ', replace: 'ignoredAudience: ' },
    ],
  },
  'required-claims': {
    what: 'Subject, time of issue, beginning and end are there.',
    edits: [{ file: sessionJwts, find: 'requiredClaims: ', replace: 'ignoredRequiredClaims: ' }],
  },
  'time-window': {
    what: 'The token has begun and is not over.',
    edits: [
      {
        file: sessionJwts,
        find: 'clockTolerance: SKEW_SECONDS',
        replace: 'clockTolerance: Number.MAX_VALUE',
      },
    ],
  },
  'claims-shape': {
    what: 'The claims are those of a session, each of its type.',
    edits: [
      { file: sessionJwts, find: 'claims.safeParse(payload)', replace: '{ success: true, data: payload }' },
    ],
  },
  'session-tokens-only': {
    what: 'A token with a client id or a scope is another kind of token.',
    edits: [{ file: sessionJwts, find: "'client_id' in rest || 'scope' in rest", replace: 'false' }],
  },
  'life-of-token': {
    what: 'No token lives longer than the five minutes of a session JWT.',
    edits: [{ file: sessionJwts, find: 'exp - iat > LONGEST_LIFE_SECONDS', replace: 'false' }],
  },
  'issued-ahead': {
    what: 'No token was issued ahead of our clock.',
    edits: [{ file: sessionJwts, find: 'iat > now + SKEW_SECONDS', replace: 'false' }],
  },
  'session-times': {
    what: "The session's beginning and end can be read.",
    edits: [{ file: sessionJwts, find: 'startedAt === null || expiresAt === null', replace: 'false' }],
  },
  'session-over': {
    what: 'The session that the token names is not over.',
    edits: [{ file: sessionJwts, find: 'expiresAt <= now', replace: 'false' }],
  },
  'factors-of-the-session': {
    what: 'Factors are read from the session claim alone.',
    edits: [
      {
        file: sessionJwts,
        find: 'session.authentication_factors.map(toFactor)',
        replace: '[...session.authentication_factors, ...(rest.authentication_factors ?? [])].map(toFactor)',
      },
    ],
  },
} as const satisfies Record<string, AttackCheck>;

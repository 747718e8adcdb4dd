// Checks on the session behind a genuine token: what Stytch says of it, and which of its factors count.
import type { AttackCheck } from './attack-check.ts';

const core = (path: string): string => `functions/core/${path}.ts`;
const gate = core('factors/gate');
const judge = core('factors/judge');
const presets = core('factors/presets');
const counting = core('factors/counting');
const confirm = core('session/confirm-session');
const factors = 'functions/adapters/stytch/factors.ts';

/** The user that the token itself would make one believe in. */
const believed = `{
  sessionJwt: presented.sessionJwt,
  sessionToken: '',
  requestId: 'none',
  user: {
    stytchUserId: presented.stytchUserId,
    isActive: true,
    isLocked: false,
    verifiedEmails: [],
    factors: presented.factors.map(({ kind, factorId }) => ({ kind, factorId, isVerified: true })),
  },
}`;

/** A kind of factor that would count as a device. */
const countsAsDevice = (what: string, find: string): AttackCheck => ({
  what,
  edits: [{ file: presets, find, replace: find.replace(/'(account|phone|none)'$/, "'device'") }],
});

export const sessionChecks = {
  'stytch-is-asked': {
    what: 'A session that Stytch refuses gets nothing, whatever its token says.',
    edits: [
      {
        file: gate,
        find: 'await ports.sessions.readSession(presented.sessionJwt, signal)',
        replace: `await ports.sessions.readSession(presented.sessionJwt, signal).catch(() => (${believed}))`,
      },
    ],
  },
  'returned-token-verified': {
    what: 'The token that Stytch returns is verified like the one presented.',
    edits: [
      {
        file: confirm,
        find: 'const session = await verifyReturned(jwts, confirmed.sessionJwt)',
        replace: 'const session = { ...presented, sessionJwt: confirmed.sessionJwt }',
      },
    ],
  },
  'fresh-keys': {
    what: 'Keys that outlived their hour by another one open no sensitive scope.',
    edits: [
      {
        file: core('exchange/exchange-token'),
        find: 'if (requirement.isSensitive) requireFreshKeys(ports.jwts);',
        replace: '',
      },
    ],
  },
  'returned-session': {
    what: "Stytch's answer is about the very session presented.",
    edits: [{ file: confirm, find: 'session.sessionId === presented.sessionId', replace: 'true' }],
  },
  'returned-token-user': {
    what: "The token in Stytch's answer is the same user's.",
    edits: [{ file: confirm, find: 'session.stytchUserId === presented.stytchUserId &&', replace: '' }],
  },
  'returned-user': {
    what: "The user object in Stytch's answer is the same user's.",
    edits: [
      { file: confirm, find: 'confirmed.user.stytchUserId === presented.stytchUserId', replace: 'true' },
    ],
  },
  'same-user': {
    what: "Token and user in Stytch's answer are both those of the user presented.",
    edits: [
      { file: confirm, find: 'session.stytchUserId === presented.stytchUserId &&', replace: '' },
      { file: confirm, find: 'confirmed.user.stytchUserId === presented.stytchUserId', replace: 'true' },
    ],
  },
  'locked-user': {
    what: 'A user whom Stytch has locked gets nothing.',
    edits: [{ file: confirm, find: 'if (user.isLocked)', replace: 'if (false)' }],
  },
  'inactive-user': {
    what: 'A user who is not active gets nothing.',
    edits: [{ file: confirm, find: 'if (!user.isActive)', replace: 'if (false)' }],
  },
  'own-lock': {
    what: 'A user with a lock or a tombstone of our own gets nothing.',
    edits: [
      {
        file: gate,
        find: 'export function refuseBarred(known: UserRecord, now: number): void {',
        replace: 'export function refuseBarred(known: UserRecord, now: number): void { return;',
      },
    ],
  },
  'first-verdict': {
    what: 'The factors of the token presented are judged before anything else is done.',
    edits: [
      {
        file: gate,
        find: 'judge(requirement, presented.factors, everyFactor, ports.clock(), ports.policy)',
        replace: '{ isMet: true }',
      },
    ],
  },
  'second-verdict': {
    what: 'The factors that Stytch returns are judged again.',
    edits: [
      {
        file: gate,
        find: 'judge(requirement, current.session.factors, counts, now, ports.policy)',
        replace: '{ isMet: true }',
      },
    ],
  },
  impersonation: {
    what: 'Support that acts for a user gets nothing.',
    edits: [
      { file: judge, find: "factors.some((factor) => factor.kind === 'impersonated')", replace: 'false' },
    ],
  },
  'proved-today': {
    what: 'A factor that was proved more than a day ago counts for nothing.',
    edits: [{ file: judge, find: 'isYoungerThan(factor, COUNTED_FOR_SECONDS, now)', replace: 'true' }],
  },
  'proved-lately': {
    what: "The deciding factor is as fresh as the scopes' policy asks.",
    edits: [{ file: judge, find: 'age <= seconds', replace: 'age <= 86_400' }],
  },
  'proved-at-all': {
    what: 'A factor without a time that can be read was never proved.',
    edits: [
      {
        file: judge,
        find: 'lastAuthenticatedAt === null) return false',
        replace: 'lastAuthenticatedAt === null) return true',
      },
    ],
  },
  'not-from-the-future': {
    what: 'A factor that will be proved later was not proved.',
    edits: [{ file: judge, find: 'age >= -CLOCK_SKEW_SECONDS', replace: 'true' }],
  },
  'two-classes': {
    what: 'Two factors are of two classes: account, number, device.',
    edits: [{ file: presets, find: 'found.size >= 2', replace: 'found.size >= 1' }],
  },
  'fresh-possession': {
    what: 'A number or a device is among the fresh factors.',
    edits: [{ file: presets, find: 'recent.some(isPossession)', replace: 'true' }],
  },
  'known-factors-only': {
    what: 'A kind of factor that we do not know counts for nothing.',
    edits: [{ file: factors, find: "?? 'other'", replace: "?? 'totp'" }],
  },
  'email-code-is-email': {
    what: 'A code sent to an inbox is that inbox, not a second factor.',
    edits: [{ file: factors, find: "'otp email': 'email'", replace: "'otp email': 'sms'" }],
  },
  'recovery-code-is-none': countsAsDevice('A recovery code is no factor.', "recovery_code: 'none'"),
  'biometric-is-none': countsAsDevice("Stytch's mobile biometrics are no factor.", "biometric: 'none'"),
  'other-is-none': countsAsDevice('A factor of an unknown kind is of no class.', "other: 'none'"),
  'password-is-account': countsAsDevice(
    'A password is the account, as the inbox that resets it.',
    "password: 'account'",
  ),
  'oauth-is-account': countsAsDevice(
    'A sign-in through Google is the account, as its inbox.',
    "oauth: 'account'",
  ),
  'whatsapp-is-phone': countsAsDevice('WhatsApp is the number, as its text messages.', "whatsapp: 'phone'"),
  'factor-on-user': {
    what: 'A factor counts while it is on the user.',
    edits: [{ file: counting, find: 'isOnUser(factor, user.factors) &&', replace: '' }],
  },
  'factor-verified': {
    what: 'A factor counts once it is verified on the user.',
    edits: [{ file: counting, find: ' && candidate.isVerified', replace: '' }],
  },
  'factor-counted': {
    what: 'A factor counts by the user as of now and by our own records of it.',
    edits: [
      {
        file: counting,
        find: 'isOnUser(factor, user.factors) && isKnown(factor, records, now)',
        replace: 'true',
      },
    ],
  },
  'late-factor-waits': {
    what: 'A factor that appears after the first application waits a day.',
    edits: [
      { file: counting, find: 'LATE_FACTOR_WAIT_SECONDS = 86_400', replace: 'LATE_FACTOR_WAIT_SECONDS = 0' },
    ],
  },
} as const satisfies Record<string, AttackCheck>;

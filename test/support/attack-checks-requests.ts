// Checks on what is asked: whose ids, which scopes, how the request is written, how often.
import type { AttackCheck } from './attack-check.ts';

const core = (path: string): string => `functions/core/${path}.ts`;

/** Whose it is. */
const ownership = {
  'own-application': {
    what: 'An application is found among those of the session’s user alone.',
    edits: [
      {
        file: core('onboarding/read-application'),
        find: 'known.applications.find((one) => one.applicationId === applicationId)',
        replace: 'known.applications[0]',
      },
    ],
  },
  'own-factor': {
    what: 'A factor is removed only if it is on the session’s user.',
    edits: [
      {
        file: core('factors/manage-factors'),
        find: 'current.user.factors.find((factor) => factor.factorId === factorId)',
        replace: "({ kind: 'sms', factorId, isVerified: true })",
      },
    ],
  },
  'own-number': {
    what: 'A code goes only to a number of the session’s user.',
    edits: [
      {
        file: core('factors/step-up'),
        find: "kind === 'sms' && factorId === request.factorId",
        replace: "kind === 'sms'",
      },
    ],
  },
  'own-challenge': {
    what: 'A challenge is opened only for the user it was made for, and for a factor that is theirs.',
    edits: [
      {
        file: core('factors/step-up'),
        find: 'if (challenge.stytchUserId === presented.stytchUserId) return challenge;',
        replace: 'if (challenge !== null) return challenge;',
      },
      {
        file: core('factors/step-up'),
        find: 'if (own === undefined || !couldCount(own, admitted.known.factors, ports.clock())) {',
        replace: 'if (false) {',
      },
      {
        file: core('factors/enrol-sms'),
        find: "if (record?.origin !== 'enrolled' || record.confirmedAt !== null) {",
        replace: 'if (false) {',
      },
    ],
  },
  'own-customer': {
    what: 'The customer id of a request selects among the caller’s own customers.',
    edits: [
      {
        file: core('exchange/choose-customer'),
        find: "if (own === undefined) throw new ServiceError('not_found', { reason: 'customer_not_own' });\n  return own;",
        replace: "return own ?? { unitCustomerId: customerId, type: 'individual', status: 'Active' };",
      },
      {
        file: core('exchange/choose-customer'),
        find: 'if (claim?.stytchUserId !== stytchUserId) {',
        replace: 'if (false) {',
      },
    ],
  },
  claim: {
    what: 'The claim of the customer names the session’s user.',
    edits: [
      {
        file: core('exchange/choose-customer'),
        find: 'if (claim?.stytchUserId !== stytchUserId) {',
        replace: 'if (false) {',
      },
    ],
  },
  'own-key': {
    what: 'An Idempotency-Key is one user’s own.',
    edits: [
      {
        file: core('onboarding/apply'),
        find: 'applicationId([stytchUserId, ',
        replace: 'applicationId([',
      },
    ],
  },
  'session-token': {
    what: 'A session is kept by its token alone, never by its JWT.',
    edits: [
      { file: 'functions/http/session-cookie.ts', find: '{1,512}$/', replace: '{1,512}|eyJ.*$/' },
      { file: 'functions/contract/sessions.ts', find: 'z.maxLength(512)', replace: 'z.maxLength(9000)' },
      {
        file: 'functions/adapters/stytch/session-keeper.ts',
        find: '{ session_token: sessionToken, ...duration }',
        replace:
          "{ ...(sessionToken.startsWith('eyJ') ? { session_jwt: sessionToken } : { session_token: sessionToken }), ...duration }",
      },
    ],
  },
} as const satisfies Record<string, AttackCheck>;

/** Every object of these files takes any field. */
const loosened = (noun: string): AttackCheck['edits'][number] => ({
  file: `functions/contract/${noun}.ts`,
  find: "import * as z from 'zod/mini';",
  replace: "import * as mini from 'zod/mini'; const z = { ...mini, strictObject: mini.looseObject };",
});

/** What may be asked for. */
const asked = {
  'declared-fields': {
    what: 'A body with a field that its schema does not declare is refused.',
    edits: ['signup', 'sessions', 'factors', 'application', 'application-form', 'token'].map(loosened),
  },
  scopes: {
    what: 'Only scopes that the policy names and no deny list holds.',
    edits: [
      {
        file: core('factors/policy'),
        find: 'if (named === undefined || deniedScopes.includes(scope)) {',
        replace: "if (named === undefined) return policy.scopes['accounts'];\n  if (false) {",
      },
    ],
  },
  'scopes-once': {
    what: 'A scope is named once.',
    edits: [
      { file: core('factors/policy'), find: 'new Set(scopes).size !== scopes.length', replace: 'false' },
    ],
  },
  strictest: {
    what: 'The strictest scope of a request decides.',
    edits: [
      {
        file: core('factors/policy'),
        find: 'Math.min(...policies.map((one) => one.maxFactorAgeSeconds))',
        replace: 'Math.max(...policies.map((one) => one.maxFactorAgeSeconds))',
      },
    ],
  },
  'needed-resource': {
    what: 'A scope that opens one kind of thing names which.',
    edits: [{ file: core('exchange/narrow'), find: 'if (missing !== undefined)', replace: 'if (false)' }],
  },
  'resources-once': {
    what: 'A type of resource is named once.',
    edits: [
      { file: core('exchange/narrow'), find: 'new Set(types).size !== types.length', replace: 'false' },
    ],
  },
  'unit-ids': {
    what: 'Unit’s ids are digits without a leading zero.',
    edits: [
      {
        file: 'functions/contract/common.ts',
        find: 'unitId = z.string().check(z.regex(/^[1-9]\\d{0,18}$/))',
        replace: 'unitId = z.any()',
      },
    ],
  },
  'token-life': {
    what: 'A token lives no longer than the policy says.',
    edits: [
      {
        file: core('exchange/narrow'),
        find: 'Math.min(requirement.maxTokenSeconds, asked',
        replace: 'Math.min(asked',
      },
    ],
  },
} as const satisfies Record<string, AttackCheck>;

const parseBody = 'functions/http/parse-body.ts';

/** How a request is written, and what of it is told on. */
const written = {
  'no-proto': {
    what: 'A body with a __proto__ member is no JSON to us.',
    edits: [{ file: parseBody, find: "if (key === '__proto__')", replace: 'if (false)' }],
  },
  'json-type': {
    what: 'A body says that it is JSON in UTF-8.',
    edits: [
      {
        file: parseBody,
        find: 'if (!/^application\\/json',
        replace: 'if (false && !/^application\\/json',
      },
    ],
  },
  'strict-utf8': {
    what: 'Bytes that are no UTF-8 are refused, not replaced.',
    edits: [{ file: parseBody, find: '{ fatal: true }', replace: '{ fatal: false }' }],
  },
  'body-size': {
    what: 'A body is no larger than its route allows.',
    edits: [{ file: parseBody, find: 'request.rawBody.byteLength > route.maxBodyBytes', replace: 'false' }],
  },
  'log-known-scopes': {
    what: 'Scopes are logged once the policy has named them.',
    edits: [
      {
        file: core('exchange/exchange-token'),
        find: 'const requirement = requirementFor(',
        replace: "trail['scopes'] = request.scopes; const requirement = requirementFor(",
      },
    ],
  },
  'told-names': {
    what: 'The name of an unknown field is told back only where it is a plain word.',
    edits: [{ file: parseBody, find: '/^[\\w-]{1,64}$/.test(key) ? key', replace: 'true ? key' }],
  },
  'key-form': {
    what: 'An Idempotency-Key is one text of visible characters.',
    edits: [
      {
        file: 'functions/http/idempotency-key.ts',
        find: 'match?.[1] ?? match?.[2];',
        replace: "match?.[1] ?? match?.[2] ?? request.header('idempotency-key');",
      },
    ],
  },
  'true-source': {
    what: 'The caller’s address is the gateway’s word, and no header’s.',
    edits: [
      {
        file: 'functions/http/caller.ts',
        find: "trustedProxy === 'cloudfront' ? viewerOf(header) : sourceIp",
        replace: 'header(VIEWER_ADDRESS_HEADER) ?? sourceIp',
      },
    ],
  },
} as const satisfies Record<string, AttackCheck>;

/** Who may enrol, remove and replace a second factor. */
const enrolment = {
  'enrolment-presented': {
    what: 'The JWT that was presented is judged, as well as what has become of its session.',
    edits: [
      {
        file: core('factors/enrolment'),
        find: 'judge(widened, presented.factors, everyFactor, now, policy),',
        replace: '',
      },
    ],
  },
  'held-factor': {
    what: 'Whoever holds a factor that counts enrols another by it alone.',
    edits: [
      {
        file: core('factors/enrolment'),
        find: "if (holdsFactor(current.user, known.factors, now)) return 'held_factor';",
        replace: "if (holdsFactor(current.user, known.factors, now)) return 'nothing_yet';",
      },
    ],
  },
  'nothing-yet': {
    what: 'A first factor is free only while there is no application and no customer.',
    edits: [
      {
        file: core('factors/enrolment'),
        find: 'known.applications.length === 0 && known.customers.length === 0',
        replace: 'true',
      },
    ],
  },
  'unit-phone': {
    what: 'A customer without a factor enrols the number that Unit holds.',
    edits: [
      {
        file: core('factors/enrol-sms'),
        find: "throw new ServiceError('factor_not_allowed', { reason: 'not_the_number_of_unit' });",
        replace: '',
      },
    ],
  },
  'enrolment-window': {
    what: 'An enrolment needs a sign-in of the last ten minutes, and its end one of the last twenty.',
    edits: [
      {
        file: core('factors/enrolment'),
        find: 'ENROLMENT_WINDOW_SECONDS = 600',
        replace: 'ENROLMENT_WINDOW_SECONDS = 43200',
      },
    ],
  },
  'late-confirmation': {
    what: 'An enrolment that was not confirmed here before the application waits like a late factor.',
    edits: [
      {
        file: core('factors/counting'),
        find: 'createdAt >= firstSeenAt',
        replace: 'createdAt > now',
      },
    ],
  },
  'late-factor': {
    what: 'A factor that appears after the application waits a day.',
    edits: [{ file: core('factors/counting'), find: "hasApplied ? 'seen_late' : 'seen'", replace: "'seen'" }],
  },
  'counting-factor': {
    what: 'Only a factor that counts is asked for a step-up.',
    edits: [
      {
        file: core('factors/step-up'),
        find: 'if (!couldCount(own, admitted.known.factors, ports.clock())) {',
        replace: 'if (false) {',
      },
    ],
  },
  'last-factor': {
    what: 'The last factor that counts stays.',
    edits: [
      { file: core('factors/manage-factors'), find: 'if (others.length === 0)', replace: 'if (false)' },
    ],
  },
  'removal-proof': {
    what: 'A factor is removed by one that was proved a moment ago.',
    edits: [
      {
        file: core('factors/manage-factors'),
        find: 'await judgePresented(ports, removal, presented, signal);',
        replace: '',
      },
      {
        file: core('factors/manage-factors'),
        find: 'await admit(ports, removal, admitted);',
        replace: '',
      },
    ],
  },
} as const satisfies Record<string, AttackCheck>;

/** What a recovery opens. */
const recovery = {
  'recovery-totp-only': {
    what: 'A recovery replaces the TOTP and nothing else.',
    edits: [
      {
        file: core('factors/enrolment'),
        find: 'if (recoveries.includes(true) || isWaitingAfterRecovery(known.factors, now)) return null;',
        replace: '',
      },
    ],
  },
  'recovery-wait': {
    what: 'A TOTP that replaced a lost one waits a day.',
    edits: [
      {
        file: core('factors/enrol-totp'),
        find: "ground === 'recovery' ? 'recovered' : 'enrolled'",
        replace: "'enrolled'",
      },
    ],
  },
  'recovery-ends-sessions': {
    what: 'A recovery ends all other sessions.',
    edits: [
      {
        file: core('factors/step-up'),
        find: 'await revokeOthers(ports, presented, signal)',
        replace: '0',
      },
    ],
  },
  'recovery-sign-in': {
    what: 'A recovery needs a sign-in of the last ten minutes.',
    edits: [
      {
        file: core('factors/recovery'),
        find: "if (!verdict.isMet) throw unmet(verdict, freshSignIn, 'recovery_window');",
        replace: '',
      },
    ],
  },
  'recovery-of-totp': {
    what: 'A recovery code is tried only where there is a TOTP to replace.',
    edits: [
      {
        file: core('factors/recovery'),
        find: "if (!user.factors.some(({ kind, isVerified }) => kind === 'totp' && isVerified)) {",
        replace: 'if (false) {',
      },
    ],
  },
  'recovery-presented': {
    what: 'The JWT that was presented carries the recovery, as well as its session.',
    edits: [
      {
        file: core('factors/enrolment'),
        find: '!recoveries.includes(false)',
        replace: 'recoveries.includes(true)',
      },
    ],
  },
} as const satisfies Record<string, AttackCheck>;

const uncounted = (file: string, find: string, what: string): AttackCheck => ({
  what,
  edits: [{ file: core(file), find, replace: '' }],
});

/** How often. */
const limits = {
  'tries-per-challenge': uncounted(
    'session/challenges',
    "await counters.take('triesPerChallenge', challenge.nonce, challenge.sentAt);",
    'A code that was sent is tried five times.',
  ),
  'sign-in-row': uncounted(
    'session/sign-up',
    "await ports.counters.take('failuresInARow', beforeSignIn(stytchUserId));",
    'Eight wrong passcodes in a row, and no more.',
  ),
  'sign-in-day': uncounted(
    'session/sign-up',
    "await ports.counters.take('failuresPerDay', beforeSignIn(stytchUserId));",
    'Twenty wrong passcodes a day, and no more.',
  ),
  'step-up-row': uncounted(
    'factors/prove',
    "await ports.counters.take('failuresInARow', stytchUserId);",
    'Eight wrong proofs in a row, and no more.',
  ),
  'step-up-day': uncounted(
    'factors/prove',
    "await ports.counters.take('failuresPerDay', stytchUserId);",
    'Twenty wrong proofs a day, and no more.',
  ),
  'address-and-source': uncounted(
    'session/sign-up',
    "await ports.counters.take('sendsPerAddressAndSource', `${address} ${source}`);",
    'Five messages an hour to one address from one place.',
  ),
  'sms-per-user': uncounted(
    'factors/step-up',
    "await counters.take('sendsPerAddressAndSource', `sms ${stytchUserId} ${source}`);",
    'Five text messages an hour for one user from one place.',
  ),
  'sms-per-number': uncounted(
    'factors/step-up',
    "await ports.counters.take('sendsPerNumber', counted);",
    'Five text messages a day to one number.',
  ),
  'sends-per-source': uncounted(
    'session/sign-up',
    "await ports.counters.take('sendsPerSource', source);",
    'Thirty messages an hour for one place.',
  ),
  'sensitive-exchanges': {
    what: 'Ten sensitive tokens in ten minutes and one session.',
    edits: [{ file: core('exchange/exchange-token'), find: 'valueOf(counted);', replace: '' }],
  },
  submissions: uncounted(
    'onboarding/apply',
    "await ports.counters.take('submissionsPerDay', stytchUserId);",
    'Ten applications a day for one user.',
  ),
} as const satisfies Record<string, AttackCheck>;

/** What strangers may learn. */
const silence = {
  'same-answer': {
    what: 'What Stytch says about an address is told to nobody.',
    edits: [
      {
        file: 'functions/adapters/stytch/sign-in.ts',
        find: 'if (isAboutTheUser(outcome.refusal)) return nobody(outcome.refusal.errorType, address);',
        replace: '',
      },
    ],
  },
  'answer-floor': {
    what: 'No sign-up is answered before a floor of time.',
    edits: [
      {
        file: core('session/sign-up'),
        find: 'ports.pause(ANSWER_FLOOR_MS)',
        replace: 'ports.pause(0)',
      },
    ],
  },
  'hidden-lock': {
    what: 'Before sign-in a lock reads like a wrong proof.',
    edits: [
      {
        file: 'functions/adapters/stytch/proofs.ts',
        find: 'isSignIn && isLock(refusal.errorType)',
        replace: 'false',
      },
    ],
  },
} as const satisfies Record<string, AttackCheck>;

/** Whose customer it is. */
const claims = {
  'claim-once': {
    what: 'A customer is claimed by one user, for good.',
    edits: [
      {
        file: 'functions/adapters/table/id-mappings.ts',
        find: "'attribute_not_exists(pk) OR stytchUserId = :user'",
        replace: "'attribute_not_exists(pk) OR attribute_exists(pk) OR stytchUserId = :user'",
      },
    ],
  },
  'customer-review': {
    what: 'A parked customer gives no token.',
    edits: [
      {
        file: core('exchange/choose-customer'),
        find: "throw new ServiceError('customer_in_review');",
        replace: 'return chosen;',
      },
    ],
  },
  'customer-archived': {
    what: 'An archived customer gives no token.',
    edits: [
      {
        file: core('exchange/choose-customer'),
        find: "case 'Archived':",
        replace: "case 'Archived': return chosen;",
      },
    ],
  },
  adoption: {
    what: 'An application at Unit is ours by its subject as well as its tag.',
    edits: [
      {
        file: core('onboarding/settle'),
        find: 'unit.jwtSubject === record.stytchUserId && ',
        replace: '',
      },
    ],
  },
  'webhook-signature': {
    what: 'A delivery is signed with our token over exactly its bytes.',
    edits: [
      {
        file: 'functions/adapters/unit/webhook.ts',
        find: "if (signature === undefined) throw new ServiceError('invalid_signature', { reason: 'missing' });",
        replace: 'if (rawBody.length >= 0) return;',
      },
    ],
  },
} as const satisfies Record<string, AttackCheck>;

export const requestChecks = {
  ...ownership,
  ...asked,
  ...written,
  ...enrolment,
  ...recovery,
  ...limits,
  ...silence,
  ...claims,
} as const satisfies Record<string, AttackCheck>;

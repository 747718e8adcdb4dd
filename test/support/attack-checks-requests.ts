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
      { file: 'functions/contract/sessions.ts', find: 'z.maxLength(512)', replace: 'z.maxLength(9000)' },
      {
        file: 'functions/adapters/stytch/session-keeper.ts',
        find: 'sessions.authenticate({ session_token: sessionToken, ...duration })',
        replace:
          "sessions.authenticate({ ...(sessionToken.startsWith('eyJ') ? { session_jwt: sessionToken } : { session_token: sessionToken }), ...duration })",
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
    edits: ['signup', 'sessions', 'factors', 'application', 'token'].map(loosened),
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
    edits: [{ file: 'functions/http/caller.ts', find: "trustedProxy === 'cloudfront'", replace: 'true' }],
  },
} as const satisfies Record<string, AttackCheck>;

export const requestChecks = { ...ownership, ...asked, ...written } as const satisfies Record<
  string,
  AttackCheck
>;

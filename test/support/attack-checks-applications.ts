// Checks on an application: who opens a form for it and fills it in, who brings its documents, who cancels it.
import type { AttackCheck } from './attack-check.ts';

const onboarding = (file: string): string => `functions/core/onboarding/${file}.ts`;
const readFile = 'functions/http/read-file.ts';
const own = onboarding('own-application');
const documents = onboarding('documents');

/** Who applies, and where Unit's page leads. */
const form = {
  'redirect-urls': {
    what: 'A link and Unit’s page lead to a URL of the stage’s list, letter by letter.',
    edits: [
      {
        file: onboarding('open-form'),
        find: 'if (redirectUrl !== undefined && !ports.redirectUrls.includes(redirectUrl)) {',
        replace: 'if (false) {',
      },
      {
        file: 'functions/core/session/sign-up.ts',
        find: 'if (redirectUrl === undefined || !ports.redirectUrls.includes(redirectUrl)) {',
        replace: 'if (redirectUrl === undefined) {',
      },
    ],
  },
  'own-email': {
    what: 'An application goes out with a verified email of the session’s user alone.',
    edits: [
      {
        file: onboarding('applicant'),
        find: 'if (verified.includes(email.toLowerCase())) return;',
        replace: 'if (verified.length > 0) return;',
      },
    ],
  },
  'form-applicant': {
    what: 'What somebody else sent by the user’s form is parked.',
    edits: [
      {
        file: onboarding('applicant'),
        find: "return emailFingerprints.includes(fingerprint) ? null : 'other_email';",
        replace: 'return null;',
      },
    ],
  },
  'form-kind': {
    what: 'What another kind of applicant sent by the user’s form is parked.',
    edits: [
      { file: onboarding('applicant'), find: "if (unit.type !== type) return 'other_type';", replace: '' },
    ],
  },
} as const satisfies Record<string, AttackCheck>;

/** What may be done to an open application. */
const open = {
  'own-open-application': {
    what: 'An open application is found among those of the session’s user alone.',
    edits: [
      {
        file: own,
        find: 'known.applications.find((one) => one.applicationId === applicationId)',
        replace: 'known.applications[0]',
      },
    ],
  },
  'own-document': {
    what: 'A document is found among those that Unit wants of this application.',
    edits: [
      {
        file: documents,
        find: 'documents.find((one) => one.documentId === documentId)',
        replace: 'documents[0]',
      },
    ],
  },
  'open-at-unit': {
    what: 'What is decided or canceled is not touched again.',
    edits: [
      {
        file: own,
        find: "if (isFinal(status)) throw conflict(`The application is ${status}.`, 'application_final');",
        replace: '',
      },
    ],
  },
  'wanted-side': {
    what: 'A side of a document goes to Unit while Unit waits for it.',
    edits: [
      {
        file: documents,
        find: 'if (missingSides(document).includes(side)) return;',
        replace: 'if (document !== null) return;',
      },
    ],
  },
  'decided-meanwhile': {
    what: 'A cancellation that Unit’s decision forestalled is told as a conflict.',
    edits: [
      {
        file: onboarding('cancel'),
        find: "if (unit.status === 'Canceled') return unit;",
        replace: 'if (unit.status !== null) return unit;',
      },
    ],
  },
  uploads: {
    what: 'Thirty documents a day for one user, whatever Unit makes of them.',
    edits: [
      { file: documents, find: "await ports.counters.take('uploadsPerDay', stytchUserId);", replace: '' },
    ],
  },
} as const satisfies Record<string, AttackCheck>;

/** What a file is. */
const file = {
  'file-type': {
    what: 'A file says that it is PNG, JPEG or PDF, and nothing besides.',
    edits: [
      {
        file: readFile,
        find: 'accepted.find((one) => one === contentType)',
        replace: "accepted.find((one) => contentType?.includes(one)) ?? 'image/png'",
      },
    ],
  },
  'file-signature': {
    what: 'A file begins as its type says.',
    edits: [
      {
        file: readFile,
        find: 'if (!signatures[mediaType].every((byte, i) => bytes[i] === byte)) {',
        replace: 'if (false) {',
      },
    ],
  },
} as const satisfies Record<string, AttackCheck>;

export const applicationChecks = { ...form, ...open, ...file } as const satisfies Record<string, AttackCheck>;

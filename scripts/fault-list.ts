// The seeded faults: what a careless change could do to the onboarding, each as edits of the source.
import type { SourceEdit } from './source-edits.ts';

export interface SeededFault {
  readonly name: string;
  readonly edits: readonly SourceEdit[];
}

export const seededFaults: readonly SeededFault[] = [
  {
    name: 'lock skipped',
    edits: [
      {
        file: 'functions/core/onboarding/apply.ts',
        find: '  await takeLock(ports, known, lock);\n',
        replace: '',
      },
    ],
  },
  {
    name: 'application written before claim and customer',
    edits: [
      {
        file: 'functions/core/onboarding/settle.ts',
        find: 'const isMapped =\n    unit.unitCustomerId !== null && (await claim(ports, record, unit, unit.unitCustomerId, signal));',
        replace: 'const isMapped = unit.unitCustomerId !== null;',
      },
      {
        file: 'functions/core/onboarding/settle.ts',
        find: '  if (!isWritten) return (await',
        replace:
          '  if (unit.unitCustomerId !== null) await claim(ports, record, unit, unit.unitCustomerId, signal);\n  if (!isWritten) return (await',
      },
    ],
  },
  {
    name: 'POST sent again after a failure',
    edits: [
      {
        file: 'functions/adapters/unit/onboarding-provider.ts',
        find: '          tries: 1,\n',
        replace: '          tries: 2,\n',
      },
    ],
  },
  {
    name: 'event marked before it is applied',
    edits: [
      {
        file: 'functions/core/onboarding/apply-events.ts',
        find: '  const settling =\n',
        replace:
          "  for (const { eventId } of events) await ports.mappings.recordEvent(eventId, 'settled', ports.clock());\n  const settling =\n",
      },
    ],
  },
  {
    name: 'claim not checked',
    edits: [
      {
        file: 'functions/core/onboarding/settle.ts',
        find: "(await ports.mappings.putClaim({ unitCustomerId, stytchUserId })) ? null : 'claimed_by_another';",
        replace: '(await ports.mappings.putClaim({ unitCustomerId, stytchUserId })) ? null : null;',
      },
    ],
  },
  {
    name: 'applicant of a form not compared',
    edits: [
      {
        file: 'functions/core/onboarding/applicant.ts',
        find: "return emailFingerprints.includes(fingerprint) ? null : 'other_email';",
        replace: 'return emailFingerprints.includes(fingerprint) ? null : null;',
      },
    ],
  },
  {
    name: 'lost events never read',
    edits: [
      {
        file: 'functions/core/reconcile/reconcile.ts',
        find: 'run: backfillEvents }',
        replace: 'run: async () => ({}) }',
      },
    ],
  },
];

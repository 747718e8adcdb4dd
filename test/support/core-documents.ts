// A user whose application waits at Unit for documents: the scene of uploading and cancelling.
import type { ApplicationRecord } from '../../functions/core/onboarding/records.ts';
import type { Session } from '../../functions/core/session/session.ts';
import { createWorld, type SignIn, signIn, type World } from './core-fakes.ts';
import { rowKey } from './core-mappings.ts';
import { applicationRecord, factor, onUser, USER, unitApplication } from './core-values.ts';

export interface Waiting {
  readonly world: World;
  readonly presented: Session;
  stored(): ApplicationRecord | undefined;
}

const documents = [
  { documentId: '1', documentType: 'IdDocument', status: 'Required' },
  { documentId: '2', documentType: 'AddressVerification', status: 'Required' },
];

/** Our item and Unit's application say the same: two documents are required. */
export function waiting(changes: Partial<ApplicationRecord> = {}, scene: Partial<SignIn> = {}): Waiting {
  const world = createWorld();
  const presented = signIn(world, { factors: [factor('email', 60), factor('totp', 30)], ...scene });
  const record = applicationRecord({ status: 'AwaitingDocuments', documents, ...changes });
  world.rows.applications.set(rowKey(record.stytchUserId, record.applicationId), record);
  world.unit.applications.set('800001', unitApplication({ status: 'AwaitingDocuments', documents }));
  return { world, presented, stored: () => world.rows.applications.get(rowKey(USER, 'APPLICATION-1')) };
}

/** Sessions that do not pass the gate of applying, and how each is told. */
export const notAdmitted: readonly (readonly [string, Partial<SignIn>, string])[] = [
  [
    'a first factor alone',
    { factors: [factor('email')], onUser: [onUser('email'), onUser('totp')] },
    'insufficient_user_authentication',
  ],
  [
    'a second factor of more than an hour',
    { factors: [factor('email'), factor('totp', 3601)] },
    'insufficient_user_authentication',
  ],
  ['nothing enrolled', { factors: [factor('email')] }, 'enrollment_required'],
  [
    'a factor taken off the user',
    { factors: [factor('email'), factor('totp')], onUser: [onUser('email')] },
    'enrollment_required',
  ],
  [
    'an impersonated session',
    { factors: [factor('email'), factor('totp'), factor('impersonated')] },
    'invalid_token',
  ],
];

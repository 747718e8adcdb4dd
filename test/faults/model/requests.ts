// The requests that users make, and the reconcile: each starts a container of its own.
import { routes } from '../../../functions/contract/routes.ts';
import { apply } from '../../../functions/core/onboarding/apply.ts';
import { cancelApplication } from '../../../functions/core/onboarding/cancel.ts';
import { uploadDocument } from '../../../functions/core/onboarding/documents.ts';
import { openForm } from '../../../functions/core/onboarding/open-form.ts';
import { readApplication } from '../../../functions/core/onboarding/read-application.ts';
import { reconcile } from '../../../functions/core/reconcile/reconcile.ts';
import type { Application } from '../../../simulators/unit/records.ts';
import { type FormBody, formRequestOf } from './forms.ts';
import { subjectOf } from './invariants.ts';
import { type Body, type Person, people, personOf, requestOf, steppedUpAt } from './people.ts';
import { hashes } from './ports.ts';
import type { Scene } from './world.ts';

/** The two ways to apply; the same key means another application in each. */
export type Via = 'json' | 'form';

export interface Named {
  readonly user: number;
  readonly key: number;
  readonly via: Via;
}

const routeOf = {
  json: `${routes.apply.method} ${routes.apply.path}`,
  form: `${routes.openForm.method} ${routes.openForm.path}`,
} as const satisfies Record<Via, string>;

const RECONCILE_MS = 45_000;

/** Names of keys, as long as the API asks. */
const keyNames = ['key-A', 'key-B', 'key-C', 'key-at-the-end'] as const;
const keyOf = (index: number): string => `idempotency-${keyNames[index] ?? 'key'}`;

/** Our own id for an application. */
export const idOf = ({ user, key, via }: Named): string =>
  hashes.applicationId([personOf(user).stytchUserId, routeOf[via], keyOf(key)]);

const wordsOf = ({ user, key, via }: Named): string =>
  `by user ${user + 1} of ${keyNames[key]}${via === 'form' ? ' of the forms' : ''}`;

/** Starts a request for an account. */
export function startApply(scene: Scene, user: number, key: number, like: Body) {
  const person = personOf(user);
  return scene.start({
    title: `apply by user ${user + 1} with ${keyNames[key]}, ${like}`,
    user: person.stytchUserId,
    deadlineMs: routes.apply.deadlineMs,
    run: (ports, signal) =>
      apply(
        ports,
        steppedUpAt(person, scene.time.now()),
        {
          idempotencyKey: keyOf(key),
          route: routeOf.json,
          sourceIp: '203.0.113.7',
          request: requestOf(person, like),
        },
        signal,
      ),
  });
}

/** Starts a request for Unit's form. */
export function startForm(scene: Scene, user: number, key: number, like: FormBody) {
  const person = personOf(user);
  return scene.start({
    title: `form for user ${user + 1} with ${keyNames[key]}, ${like}`,
    user: person.stytchUserId,
    deadlineMs: routes.openForm.deadlineMs,
    run: (ports, signal) =>
      openForm(
        ports,
        steppedUpAt(person, scene.time.now()),
        { idempotencyKey: keyOf(key), route: routeOf.form, request: formRequestOf(person, like) },
        signal,
      ),
  });
}

export function startRead(scene: Scene, named: Named) {
  const person = personOf(named.user);
  return scene.start({
    title: `read ${wordsOf(named)}`,
    user: person.stytchUserId,
    deadlineMs: routes.readApplication.deadlineMs,
    run: (ports, signal) =>
      readApplication(ports, steppedUpAt(person, scene.time.now()), idOf(named), signal),
  });
}

const ourIdOf = ({ tags }: Application): string => tags['bridgeApplicationId'] ?? '';

const ownerOf = (application: Application): Person => {
  const owner = people.find(({ stytchUserId }) => stytchUserId === subjectOf(application));
  if (owner === undefined) throw new Error(`nobody applied for ${application.id}`);
  return owner;
};

export function startCancel(scene: Scene, application: Application) {
  const person = ownerOf(application);
  return scene.start({
    title: `cancel of ${ourIdOf(application)}`,
    user: person.stytchUserId,
    deadlineMs: routes.cancelApplication.deadlineMs,
    run: (ports, signal) =>
      cancelApplication(ports, steppedUpAt(person, scene.time.now()), ourIdOf(application), signal),
  });
}

const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Brings one side of the first document that Unit wants, or of one that it does not. */
export function startUpload(scene: Scene, application: Application, side: 'front' | 'back') {
  const person = ownerOf(application);
  const { documents } = application;
  const document = documents.find(({ status }) => status !== 'Approved') ?? documents[0];
  const upload = {
    applicationId: ourIdOf(application),
    documentId: document?.id ?? '1',
    side,
    file: { mediaType: 'image/png', bytes: png },
  } as const;
  return scene.start({
    title: `upload of ${side} for ${upload.applicationId}`,
    user: person.stytchUserId,
    deadlineMs: routes.uploadDocument.deadlineMs,
    run: (ports, signal) => uploadDocument(ports, steppedUpAt(person, scene.time.now()), upload, signal),
  });
}

export const startReconcile = (scene: Scene) =>
  scene.start({ title: 'reconcile', user: '', deadlineMs: RECONCILE_MS, run: reconcile });

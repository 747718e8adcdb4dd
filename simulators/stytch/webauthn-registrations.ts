// Passkeys after enrolment: naming one, listing those of a user and domain.
import * as z from 'zod/mini';
import { Refusal } from './errors.ts';
import { requireEnvironment } from './ids.ts';
import { fields, parseBody } from './inputs.ts';
import type { Route } from './router.ts';
import type { World } from './world.ts';

const renameRequest = z.strictObject({ name: fields.text });

function rename(world: World, id: string, input: unknown): Record<string, unknown> {
  const { name } = parseBody(renameRequest, input);
  requireEnvironment(id, world.environment);
  const registration = world.users
    .all()
    .flatMap((user) => user.registrations)
    .find((known) => known.registrationId === id);
  if (registration === undefined) throw new Refusal('webauthn_registration_not_found');
  registration.name = name;
  return {
    webauthn_registration: {
      webauthn_registration_id: registration.registrationId,
      domain: registration.domain,
      user_agent: registration.userAgent,
      verified: true,
      authenticator_type: registration.authenticatorType,
      name: registration.name,
    },
  };
}

function list(world: World, userId: string, domain: string): Record<string, unknown> {
  const credentials = world.users
    .get(userId)
    .registrations.filter((known) => known.domain === domain)
    .map((known) => ({
      credential_id: known.credentialId,
      webauthn_registration_id: known.registrationId,
      type: 'public-key',
      public_key: Buffer.from(known.publicKey).toString('base64'),
    }));
  return { credentials };
}

/** The calls on enrolled passkeys. */
export const webauthnRegistrationRoutes: readonly Route[] = [
  {
    method: 'PUT',
    path: '/v1/webauthn/{id}',
    run: (world, { params, body }) => rename(world, params['id'] ?? '', body),
  },
  {
    method: 'GET',
    path: '/v1/webauthn/credentials/{user_id}/{domain}',
    run: (world, { params }) => list(world, params['user_id'] ?? '', params['domain'] ?? ''),
  },
];

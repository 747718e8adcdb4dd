// What the project says of itself: who its credentials belong to, and how to find its keys.
import type { Route } from './router.ts';
import { issuerOf } from './session-jwts.ts';

/** The calls about the project. */
export const projectRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/debug/whoami',
    run: (world) => ({ project_id: world.projectId, name: 'Stytch simulator' }),
  },
  {
    // Exists on a project's own domain only, and says so by its issuer.
    method: 'GET',
    path: '/.well-known/openid-configuration',
    isPublic: true,
    run: (world) => ({
      issuer: issuerOf(world),
      jwks_uri: new URL('/.well-known/jwks.json', world.publicUrl()).href,
      id_token_signing_alg_values_supported: ['RS256'],
      subject_types_supported: ['public'],
    }),
  },
];

// The Stytch simulator: the vendor API and its control API over one in-memory project.
import type { Handle } from '../server.ts';
import { createControl } from './control.ts';
import { createControls, type StytchControls } from './controls.ts';
import { errorBody, refusalOfStatus } from './errors.ts';
import { hopPage } from './hop-page.ts';
import { impersonationRoutes } from './impersonation.ts';
import { HOP_PATH } from './links.ts';
import { magicLinkRoutes } from './magic-links.ts';
import { otpRoutes } from './otps.ts';
import { passwordResetRoutes } from './password-resets.ts';
import { passwordRoutes } from './passwords.ts';
import { projectRoutes } from './project-calls.ts';
import { createRouter, type Route } from './router.ts';
import { oauthRoute, sandboxAnswer } from './sandbox.ts';
import { isJwksPath, sessionRoutes } from './session-calls.ts';
import { totpRoutes } from './totps.ts';
import { userRoutes } from './user-calls.ts';
import { userFactorRoutes } from './user-factors.ts';
import { userSearchRoutes } from './user-search.ts';
import { webauthnRoutes } from './webauthn.ts';
import { webauthnRegistrationRoutes } from './webauthn-registrations.ts';
import { createWorld, type StytchSimulatorOptions } from './world.ts';

export type { StytchControls } from './controls.ts';
export type { StytchSimulatorOptions } from './world.ts';

export interface StytchSimulator {
  /** The vendor API, and the page behind mailed links. */
  readonly handle: Handle;
  /** The control API, to be served on a port of its own. */
  readonly control: Handle;
  /** The control API for callers in the same process. */
  readonly controls: StytchControls;
  /** Resolves once the signing key is made: on a busy machine that outlasts what clients wait for the JWKS. */
  ready(): Promise<void>;
}

const ROUTES: readonly Route[] = [
  ...magicLinkRoutes,
  ...totpRoutes,
  ...otpRoutes,
  ...passwordRoutes,
  ...passwordResetRoutes,
  ...webauthnRoutes,
  ...webauthnRegistrationRoutes,
  oauthRoute,
  ...sessionRoutes,
  ...impersonationRoutes,
  ...userRoutes,
  ...userSearchRoutes,
  ...userFactorRoutes,
  ...projectRoutes,
];

/**
 * A Stytch project in memory.
 * @throws Error when the options are not those of a project
 */
export function createStytchSimulator(options: StytchSimulatorOptions): StytchSimulator {
  const world = createWorld(options);
  const api = createRouter(world, ROUTES, sandboxAnswer);
  const answer: Handle = async (request) =>
    new URL(request.url).pathname === HOP_PATH ? hopPage(world, request) : api(request);
  const faulty = world.faults.around(answer, (status) =>
    Response.json(errorBody(refusalOfStatus(status), world.newId('request-id')), { status }),
  );
  const controls = createControls(world);
  return {
    handle: (request) => {
      if (isJwksPath(new URL(request.url).pathname)) world.jwksFetches += 1;
      return faulty(request);
    },
    control: createControl(controls),
    controls,
    async ready() {
      await world.keys.current();
    },
  };
}

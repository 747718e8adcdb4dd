// The Unit simulator: one org, one environment, as a function from request to response.
import { Faults } from '../faults.ts';
import type { Handle } from '../server.ts';
import { accountRoutes } from './accounts.ts';
import { applicationFormRoutes } from './application-forms.ts';
import { beneficialOwnerRoutes } from './application-patch.ts';
import { applicationRoutes } from './application-routes.ts';
import { resolvePending } from './applications.ts';
import { authorizedUserRoutes } from './authorized-users.ts';
import { cardSecretRoutes } from './card-secrets.ts';
import { cardRoutes } from './cards.ts';
import { createControl } from './control.ts';
import { createControls, type UnitControls } from './controls.ts';
import { allowBrowsers } from './cors.ts';
import { customerTokenRoutes } from './customer-tokens.ts';
import { customerRoutes } from './customers.ts';
import { documentRoutes } from './documents.ts';
import { errorOfStatus } from './errors.ts';
import { eventRoutes } from './events.ts';
import { formPageRoutes } from './form-page.ts';
import { identityRoutes } from './identity.ts';
import { Jwks } from './jwks.ts';
import { otpRoutes } from './otp.ts';
import { limitRate } from './rate-limit.ts';
import type { OrgToken } from './records.ts';
import { logRequests } from './request-log.ts';
import { createRouter } from './router.ts';
import { sandboxRoutes } from './sandbox.ts';
import { WebhookSender } from './webhook-delivery.ts';
import { webhookRoutes } from './webhooks.ts';
import { World } from './world.ts';

export type { Decision, UnitControls } from './controls.ts';

/** What an org is made with. */
export interface UnitSimulatorOptions {
  readonly orgTokens: readonly OrgToken[];
  /** The identity provider's keys; left out: an org without JWT settings. */
  readonly jwksUrl?: () => string;
  /**
   * Where hosted forms are reached.
   * @default 'http://unit.simulator'
   */
  readonly publicUrl?: () => string;
  /**
   * Milliseconds since the epoch. With a clock of its own a simulator delivers webhooks only by `flushWebhooks`.
   * @default Date.now
   */
  readonly now?: () => number;
  /** @default 'sandbox' */
  readonly environment?: 'sandbox' | 'live';
}

/** A running org. */
export interface UnitSimulator {
  /** Unit's API, and the hosted form page. */
  readonly handle: Handle;
  /** The control API, for a port of its own. */
  readonly control: Handle;
  readonly controls: UnitControls;
  /** Stops the delivery of webhooks. */
  close(): void;
}

const RESOLVE_EVERY_MS = 250;

/** Makes a simulated Unit org. */
export function createUnitSimulator(options: UnitSimulatorOptions): UnitSimulator {
  const isAutomatic = options.now === undefined;
  const world = new World({
    orgTokens: options.orgTokens,
    now: options.now ?? Date.now,
    environment: options.environment ?? 'sandbox',
    publicUrl: options.publicUrl ?? (() => 'http://unit.simulator'),
  });
  const jwks = new Jwks(world, options.jwksUrl);
  const sender = new WebhookSender(world, isAutomatic);
  world.onQueued = () => sender.wake();
  const faults = new Faults();
  const controls = createControls(world, faults, sender, jwks);
  const router = createRouter(world, [
    ...applicationRoutes,
    ...beneficialOwnerRoutes,
    ...documentRoutes,
    ...applicationFormRoutes,
    ...formPageRoutes,
    ...identityRoutes,
    ...customerTokenRoutes(jwks),
    ...otpRoutes,
    ...customerRoutes,
    ...authorizedUserRoutes,
    ...accountRoutes,
    ...cardRoutes,
    ...cardSecretRoutes,
    ...webhookRoutes,
    ...eventRoutes,
    ...sandboxRoutes,
  ]);
  // With a clock of its own nothing happens between two calls.
  const resolving = isAutomatic
    ? setInterval(() => resolvePending(world), RESOLVE_EVERY_MS).unref()
    : undefined;
  const settled: Handle = (request) => {
    resolvePending(world);
    return router(request);
  };
  return {
    handle: logRequests(world, allowBrowsers(limitRate(world, faults.around(settled, errorOfStatus)))),
    control: createControl(controls),
    controls,
    close: () => {
      clearInterval(resolving);
      sender.close();
    },
  };
}

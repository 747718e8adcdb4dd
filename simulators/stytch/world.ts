// Everything that the calls of one simulator share: the project, its clock, and the state behind the API.
import { Faults } from '../faults.ts';
import { Deliveries } from './deliveries.ts';
import { type Environment, type IdKind, newId, newToken } from './ids.ts';
import { SigningKeys } from './keys.ts';
import { RateLimits } from './rate-limits.ts';
import { Sessions } from './sessions.ts';
import { defaultSwitches, type Switches } from './switches.ts';
import { Users } from './users.ts';
import type { WebauthnChallenge } from './webauthn.ts';
import { Witness } from './witness.ts';

export interface StytchSimulatorOptions {
  /** `project-test-...` or `project-live-...`; the sandbox values work in the former only. */
  readonly projectId: string;
  readonly secret: string;
  /** The registered redirect URLs, matched exactly; the first is the default. */
  readonly redirectUrls: readonly string[];
  /** Base of the hop links in mails. @default http://stytch.simulator */
  readonly publicUrl?: () => string;
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
}

export interface World {
  readonly projectId: string;
  /** The one that the project began with, and those of its rotations; each of them works. */
  secrets: readonly string[];
  readonly environment: Environment;
  readonly redirectUrls: readonly string[];
  readonly publicUrl: () => string;
  readonly now: () => number;
  readonly keys: SigningKeys;
  readonly users: Users;
  readonly sessions: Sessions;
  readonly deliveries: Deliveries;
  readonly webauthnChallenges: Map<string, WebauthnChallenge>;
  readonly impersonationTokens: Map<string, { readonly userId: string; readonly expiresAt: number }>;
  readonly rateLimits: RateLimits;
  readonly witness: Witness;
  readonly faults: Faults;
  readonly newId: (kind: IdKind) => string;
  /** A fresh opaque token, remembered as sensitive. */
  readonly newToken: () => string;
  switches: Switches;
  jwksFetches: number;
}

/**
 * The state of a new project.
 * @throws Error when the options are not those of a project
 */
export function createWorld(options: StytchSimulatorOptions): World {
  const environment = environmentOf(options.projectId);
  if (options.secret === '') throw new Error('the project needs a secret');
  requireRedirectUrls(options.redirectUrls, environment);
  const witness = new Witness();
  witness.issued(options.secret);
  return {
    projectId: options.projectId,
    secrets: [options.secret],
    environment,
    redirectUrls: options.redirectUrls,
    publicUrl: options.publicUrl ?? (() => 'http://stytch.simulator'),
    now: options.now ?? Date.now,
    keys: new SigningKeys(environment),
    users: new Users(environment),
    sessions: new Sessions(),
    deliveries: new Deliveries(),
    webauthnChallenges: new Map(),
    impersonationTokens: new Map(),
    rateLimits: new RateLimits(),
    witness,
    faults: new Faults(),
    newId: (kind) => newId(kind, environment),
    newToken: () => witness.issued(newToken()),
    switches: defaultSwitches(),
    jwksFetches: 0,
  };
}

/** Empties a world; the signing keys stay, as clients cache them. */
export function clearWorld(world: World): void {
  world.users.clear();
  world.sessions.clear();
  world.deliveries.clear();
  world.webauthnChallenges.clear();
  world.impersonationTokens.clear();
  world.rateLimits.clear();
  world.witness.clear();
  for (const secret of world.secrets) world.witness.issued(secret);
  world.faults.heal();
  world.switches = defaultSwitches();
  world.jwksFetches = 0;
}

function environmentOf(projectId: string): Environment {
  const environment = /^project-(test|live)-[0-9a-z-]+$/.exec(projectId)?.[1];
  if (environment === 'test' || environment === 'live') return environment;
  throw new Error(`not a Stytch project id: ${projectId}`);
}

function requireRedirectUrls(urls: readonly string[], environment: Environment): void {
  for (const url of urls) {
    if (!URL.canParse(url)) throw new Error(`not a redirect URL: ${url}`);
    if (environment === 'live' && (!url.startsWith('https://') || url.includes('*'))) {
      throw new Error(`a live project takes only https redirect URLs without wildcards: ${url}`);
    }
  }
}

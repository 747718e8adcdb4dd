// What a test may do to the simulator that no client of Stytch can: look into mailboxes, age things, lock, rotate, forge.
import type { Faults } from '../faults.ts';
import { ageCodes, ageFactors, ageSession } from './ageing.ts';
import { ControlError } from './control-error.ts';
import type { Mail, SentCode } from './deliveries.ts';
import { impersonate, newImpersonationToken } from './impersonation.ts';
import { lock, unlock } from './locks.ts';
import { imaginarySession, type LookAlikeRequest, mintLookAlike } from './look-alikes.ts';
import {
  type SeededUser,
  type SeedUserRequest,
  type StartedSession,
  type StartSessionRequest,
  seedUser,
  startSession,
} from './seeds.ts';
import { mintSessionJwt } from './session-jwts.ts';
import { type Session, sessionView } from './sessions.ts';
import type { Switches, SwitchesRequest } from './switches.ts';
import { SECOND_MS } from './timestamps.ts';
import { totpCode, totpStep } from './totp-codes.ts';
import { summary, type UserSummary } from './user-summary.ts';
import type { User } from './users.ts';
import type { RequestRecord } from './witness.ts';
import { clearWorld, type World } from './world.ts';

export interface StytchControls {
  /** Forgets users, sessions, deliveries, faults, switches and logs; the signing keys stay. */
  reset(): void;
  /** The mails with links, newest last; of one address or of all. */
  inbox(email?: string): readonly Mail[];
  /** The passcodes sent by text message, WhatsApp or mail, newest last. */
  outbox(to?: string): readonly SentCode[];
  users(): readonly UserSummary[];
  userByEmail(email: string): UserSummary | undefined;
  sessions(userId: string): readonly Record<string, unknown>[];
  seedUser(seed: SeedUserRequest): Promise<SeededUser>;
  startSession(request: StartSessionRequest): Promise<StartedSession>;
  /** A fresh JWT of a live session. */
  sessionJwt(sessionId: string): Promise<string>;
  /** What an authenticator app would show next: the oldest code that is still good and not used yet. */
  totpCode(userId: string): string;
  /** Back-dates factors in the user's live sessions; the number of them. */
  ageFactor(aged: AgedFactor): number;
  ageSession(aged: { readonly sessionId: string; readonly seconds: number }): void;
  /** Back-dates passcodes, links, when they were sent, and trial addresses; the number of the former two. */
  ageCodes(aged: { readonly to?: string | undefined; readonly seconds: number }): number;
  /** Makes the last accepted code, and the time to confirm an enrolment, that much older. */
  ageTotp(aged: { readonly userId: string; readonly seconds: number }): void;
  ageLock(aged: { readonly userId: string; readonly seconds: number }): void;
  lockUser(userId: string): void;
  unlockUser(userId: string): void;
  /** Ends the user's sessions; the number of them. */
  revokeAllSessions(userId: string): number;
  /** A one-hour session of the user whose only factor is the supporter's impersonation. */
  impersonate(userId: string): Promise<StartedSession>;
  /** What the dashboard hands out, for `POST /v1/impersonation/authenticate`. */
  impersonationToken(userId: string): string;
  /** A new key signs; the old one stays in the JWKS for so long. The new key's id. */
  rotateKeys(rotation: { readonly overlapSeconds: number }): Promise<string>;
  dropOldKeys(): void;
  /** A rotation of the project's secret: from now on this one works too. */
  addSecret(secret: string): void;
  /** The end of the rotation: only the newest secret works. */
  dropOldSecrets(): void;
  jwksFetches(): number;
  mintLookAlike(request: LookAlikeRequest): Promise<string>;
  readonly faults: Pick<Faults, 'arm' | 'armed' | 'heal'>;
  switches(): Readonly<Switches>;
  setSwitches(changed: SwitchesRequest): Readonly<Switches>;
  /** The request log, with everything sensitive masked. */
  requests(): readonly RequestRecord[];
  /** The sensitive values that were issued or received, raw, for leak tests. */
  received(): ReadonlySet<string>;
}

export interface AgedFactor {
  readonly userId: string;
  readonly seconds: number;
  readonly type?: string | undefined;
  readonly deliveryMethod?: string | undefined;
}

/** The controls of a world. */
export function createControls(world: World): StytchControls {
  const userOf = (userId: string): User => known(world.users.byId(userId), `user ${userId}`);
  const sessionOf = (id: string): Session =>
    known(world.sessions.byId(id, world.now()), `live session ${id}`);
  const sessionsOf = (userId: string): readonly Session[] =>
    world.sessions.ofUser(userOf(userId).userId, world.now());
  return {
    reset: () => clearWorld(world),
    inbox: (email) => world.deliveries.inbox(email),
    outbox: (to) => world.deliveries.outbox(to),
    users: () => world.users.all().map((user) => summary(user, world.now())),
    userByEmail: (email) => {
      const owner = world.users.owner('email', email);
      return owner === undefined ? undefined : summary(owner.user, world.now());
    },
    sessions: (userId) => sessionsOf(userId).map(sessionView),
    addSecret: (secret) => {
      world.secrets = [...world.secrets, world.witness.issued(secret)];
    },
    dropOldSecrets: () => {
      world.secrets = world.secrets.slice(-1);
    },
    seedUser: (seed) => seedUser(world, seed),
    startSession: async (request) => startSession(world, userOf(request.userId), request),
    sessionJwt: async (sessionId) => mintSessionJwt(world, sessionOf(sessionId)),
    totpCode: (userId) => nextTotpCode(world, userOf(userId)),
    ageFactor: ({ userId, seconds, ...choice }) => ageFactors(sessionsOf(userId), choice, seconds),
    ageSession: ({ sessionId, seconds }) => ageSession(sessionOf(sessionId), seconds),
    ageCodes: ({ to, seconds }) => ageCodes(world, to, seconds),
    ageTotp: ({ userId, seconds }) => {
      const totp = known(userOf(userId).totps[0], `TOTP of ${userId}`);
      totp.confirmBy -= seconds * SECOND_MS;
      totp.lastStep -= totpStep(seconds * SECOND_MS);
    },
    ageLock: ({ userId, seconds }) => {
      const user = userOf(userId);
      const held = known(user.lock, `lock on ${userId}`);
      user.lock = {
        createdAt: held.createdAt - seconds * SECOND_MS,
        expiresAt: held.expiresAt - seconds * SECOND_MS,
      };
    },
    lockUser: (userId) => lock(world, userOf(userId)),
    unlockUser: (userId) => unlock(userOf(userId)),
    revokeAllSessions: (userId) => {
      const sessions = sessionsOf(userId);
      for (const session of sessions) world.sessions.end(session);
      return sessions.length;
    },
    impersonate: async (userId) => impersonate(world, userOf(userId)),
    impersonationToken: (userId) => newImpersonationToken(world, userOf(userId)),
    rotateKeys: async ({ overlapSeconds }) =>
      (await world.keys.rotate(world.now() + overlapSeconds * SECOND_MS)).kid,
    dropOldKeys: () => world.keys.dropOld(),
    jwksFetches: () => world.jwksFetches,
    mintLookAlike: async (request) => mintLookAlike(world, originalOf(request), request),
    faults: world.faults,
    switches: () => ({ ...world.switches }),
    setSwitches: (changed) => {
      world.switches = turned(world.switches, changed);
      return { ...world.switches };
    },
    requests: () => world.witness.requests(),
    received: () => world.witness.values(),
  };

  function originalOf({ sessionId, userId }: LookAlikeRequest): Session {
    if (sessionId !== undefined) return sessionOf(sessionId);
    if (userId === undefined) throw new ControlError('a look-alike needs a userId or a sessionId');
    return imaginarySession(world, userOf(userId));
  }
}

function known<T>(found: T | undefined, what: string): T {
  if (found === undefined) throw new ControlError(`there is no ${what}`);
  return found;
}

function nextTotpCode(world: World, user: User): string {
  const totp = known(user.totps[0], `TOTP of ${user.userId}`);
  const now = totpStep(world.now());
  const step = [now - 1, now, now + 1].find((candidate) => candidate > totp.lastStep);
  if (step === undefined)
    throw new ControlError('every code of the present window is used up: wait, or age the TOTP');
  return totpCode(totp.secret, step);
}

function turned(before: Switches, changed: SwitchesRequest): Switches {
  const given = Object.fromEntries(Object.entries(changed).filter(([, value]) => value !== undefined));
  return { ...before, ...given };
}

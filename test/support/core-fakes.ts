// A world for the core: both vendors, the table, the limits, a clock and a log, with every call written down.

import { ServiceError } from '../../functions/core/errors.ts';
import type { ExchangePorts } from '../../functions/core/exchange/exchange-token.ts';
import type { EnrolmentPorts } from '../../functions/core/factors/enrolment.ts';
import type { TokenPolicy } from '../../functions/core/factors/policy.ts';
import { isPossession } from '../../functions/core/factors/presets.ts';
import { type LimitName } from '../../functions/core/limits.ts';
import type { DocumentPorts } from '../../functions/core/onboarding/documents.ts';
import type { OpenFormPorts } from '../../functions/core/onboarding/open-form.ts';
import type { FactorRecord } from '../../functions/core/onboarding/records.ts';
import type { Counters, Hashes, LogFields } from '../../functions/core/ports.ts';
import type { AuthenticationFactor, Session, UserFactor } from '../../functions/core/session/session.ts';
import { createRowMappings, emptyRows, type Rows, rowKey } from './core-mappings.ts';
import { createFakeChallenges, createFakeStytch, type FakeStytch } from './core-stytch.ts';
import { createFakeUnit, type FakeUnit } from './core-unit.ts';
import { factorRecord, NOW, policy, session, USER, user } from './core-values.ts';

export interface LogLine {
  readonly code: string;
  readonly fields: LogFields;
}

/** A fault that the next call of an operation meets, before or after it has done its work. */
interface Fault {
  readonly when: 'before' | 'after';
  readonly error: unknown;
}

export interface World {
  now: number;
  /** Every call of a port, such as `unit.createCustomerToken`, in order. */
  readonly calls: string[];
  readonly logged: LogLine[];
  readonly rows: Rows;
  readonly stytch: FakeStytch;
  readonly unit: FakeUnit;
  readonly used: Map<string, number>;
  readonly limits: Map<LimitName, number>;
  /** All ports of the core; each function takes those it names. */
  readonly ports: OpenFormPorts & DocumentPorts & ExchangePorts & EnrolmentPorts;
  /** Lets the next call of `operation` fail; `after`: its work is done, but its answer is lost. */
  fail(operation: string, error?: unknown, when?: Fault['when']): void;
  /** The calls whose names begin so. */
  callsOf(prefix: string): readonly string[];
  /** The log lines with this code. */
  linesOf(code: string): readonly LogFields[];
}

export interface WorldOptions {
  readonly policy?: TokenPolicy;
  /** Waits before each call: a scheduler that chooses which of several goes first. */
  readonly turn?: (operation: string) => Promise<unknown>;
  /** Whether the clock moves a millisecond on each time it is read, as it does outside of tests. */
  readonly isTicking?: boolean;
}

export const storeDown = (): ServiceError => new ServiceError('temporarily_unavailable', { reason: 'store' });

export const stytchDown = (): ServiceError =>
  new ServiceError('upstream_timeout', {
    upstream: { provider: 'stytch', operation: 'sessions.authenticate' },
  });

export function createWorld(options: WorldOptions = {}): World {
  const calls: string[] = [];
  const logged: LogLine[] = [];
  const faults = new Map<string, Fault>();
  const rows = emptyRows();
  const clock = (): number => {
    if (options.isTicking === true) world.now += 0.001;
    return world.now;
  };
  const stytch = createFakeStytch(clock);
  const unit = createFakeUnit(clock);
  const used = new Map<string, number>();
  const limits = new Map<LimitName, number>();

  /** The port as it is, but each call is written down, takes its turn, and meets its fault. */
  function watched<Port extends object>(name: string, port: Port): Port {
    return new Proxy(port, {
      get(target, method) {
        const implementation: unknown = Reflect.get(target, method);
        if (typeof implementation !== 'function') return implementation;
        return async (...args: unknown[]): Promise<unknown> => {
          const operation = `${name}.${String(method)}`;
          await options.turn?.(operation);
          calls.push(operation);
          const fault = faults.get(operation);
          faults.delete(operation);
          if (fault?.when === 'before') throw fault.error;
          const answer: unknown = await Reflect.apply(implementation, target, args);
          if (fault?.when === 'after') throw fault.error;
          return answer;
        };
      },
    });
  }

  const world: World = {
    now: NOW,
    calls,
    logged,
    rows,
    stytch: stytch.state,
    unit: unit.state,
    used,
    limits,
    ports: {
      policy: options.policy ?? policy,
      jwts: stytch.jwts,
      sessions: watched('stytch', stytch.sessions),
      provider: watched('stytch', stytch.provider),
      keeper: watched('stytch', stytch.keeper),
      challenges: watched('challenge', createFakeChallenges(clock)),
      mappings: watched('table', createRowMappings(rows)),
      onboarding: watched('unit', unit.onboarding),
      forms: watched('unit', unit.forms),
      redirectUrls: ['https://app.example.com/callback'],
      openApplications: watched('unit', unit.openApplications),
      tokens: watched('unit', unit.tokens),
      contacts: watched('unit', unit.contacts),
      counters: watched('limit', createFakeCounters(used, limits, clock)),
      hashes,
      clock,
      log: { record: (code, fields) => void logged.push({ code, fields: { ...fields } }) },
    },
    fail(operation, error = storeDown(), when = 'before') {
      faults.set(operation, { when, error });
    },
    callsOf: (prefix) => calls.filter((call) => call.startsWith(prefix)),
    linesOf: (code) => logged.filter((line) => line.code === code).map(({ fields }) => fields),
  };
  return world;
}

function createFakeCounters(
  used: Map<string, number>,
  limits: Map<LimitName, number>,
  clock: () => number,
): Counters {
  const lastAt = new Map<string, number>();
  return {
    async take(limit, subject) {
      const key = `${limit} ${subject}`;
      const before = used.get(key) ?? 0;
      if (before >= (limits.get(limit) ?? Number.POSITIVE_INFINITY)) {
        throw new ServiceError('rate_limited', { reason: limit, retryAfterSeconds: 60 });
      }
      used.set(key, before + 1);
      lastAt.set(key, clock());
    },
    async reset(limit, subject, before) {
      const key = `${limit} ${subject}`;
      const isMeant = before === undefined || (lastAt.get(key) ?? Number.POSITIVE_INFINITY) < before;
      if (used.has(key) && isMeant) used.set(key, 0);
    },
    async giveBack(limit, subject) {
      const key = `${limit} ${subject}`;
      used.set(key, Math.max(0, (used.get(key) ?? 0) - 1));
    },
  };
}

const hashes: Hashes = {
  applicationId: (parts) => `ID(${parts.join('|')})`,
  fingerprint: async (text) => `k1.${text.length}.${text}`,
};

/** What a user brings who signs in. */
export interface SignIn {
  /** Factors of the session. */
  readonly factors: readonly AuthenticationFactor[];
  /** Factors on the user; those of the session, verified, unless told otherwise. */
  readonly onUser?: readonly UserFactor[];
  /** Our records; each possession factor on the user, seen long ago, unless told otherwise. */
  readonly records?: readonly FactorRecord[];
  readonly session?: Partial<Session>;
}

/** Signs the user in at Stytch; returns the session that the JWT yields. */
export function signIn(world: World, { factors, onUser, records, session: overrides }: SignIn): Session {
  const presented = session(factors, overrides);
  world.stytch.issued.set(presented.sessionJwt, presented);
  world.stytch.live.set(presented.sessionId, presented);
  const held = onUser ?? factors.map(({ kind, factorId }) => ({ kind, factorId, isVerified: true }));
  world.stytch.user = user(held);
  const known =
    records ??
    held
      .filter(({ kind, factorId }) => isPossession(kind) && factorId !== null)
      .map(({ kind, factorId }) => factorRecord(kind, factorId === null ? {} : { factorId }));
  for (const record of known) world.rows.factors.set(rowKey(USER, record.factorId), record);
  return presented;
}

/** Moves the session on at Stytch, as if time or another device had changed it; the presented JWT stays as it is. */
export function changeLive(world: World, presented: Session, changes: Partial<Session>): void {
  world.stytch.live.set(presented.sessionId, { ...presented, ...changes });
}

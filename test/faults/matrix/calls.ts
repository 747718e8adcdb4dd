// The calls of the matrix: what each is, which request of ours makes it, and what may come of a failure.
import { randomUUID } from 'node:crypto';
import { type FunctionName, type RouteName, routes } from '../../../functions/contract/routes.ts';
import { call, type Exchange } from '../../../local/journey-client.ts';
import type { World } from '../../../local/world.ts';
import {
  apply,
  emailFactor,
  individual,
  type SignedInUser,
  signedInUser,
  totpFactor,
} from '../../support/world.ts';
import { type BreakageName, isSlow, isUnreadable } from './breakages.ts';
import type { Target } from './link.ts';
import type { Service } from './place.ts';

export const phases = ['before start', 'in flight', 'until healed'] as const;
export type Phase = (typeof phases)[number];

/** What our log must say of a failure. */
export type Blamed = 'stytch' | 'unit' | 'aws';

/** One request of ours, and whoever sends it. */
export interface Asked {
  readonly user: SignedInUser;
  readonly exchange: Exchange;
  readonly ms: number;
  /** Sends the same again. */
  repeat(apiUrl: string): Promise<Exchange>;
}

export interface CallRow {
  readonly name: string;
  readonly service: Service;
  readonly blamed: Blamed;
  readonly target: Target;
  readonly function: FunctionName;
  readonly route: RouteName;
  /** Past the deadline of one try. */
  readonly lateMs: number;
  /** Whether it is sent a second time when it fails in a way that passes. */
  readonly isRepeated: boolean;
  /** Whether it changes nothing, so that a reset after the work is the same as one before. */
  readonly isRead: boolean;
  /** Whether an outcome that nobody knows is a good answer (202), which a repeat finishes. */
  readonly isSubmission: boolean;
  readonly ask: (world: World, apiUrl: string, user: SignedInUser) => Promise<Asked>;
  /** The status of a success. */
  readonly success: number;
}

async function asked(
  user: SignedInUser,
  send: (apiUrl: string) => Promise<Exchange>,
  apiUrl: string,
): Promise<Asked> {
  const startedAt = performance.now();
  const exchange = await send(apiUrl);
  return { user, exchange, ms: Math.round(performance.now() - startedAt), repeat: send };
}

const exchanging = (scope: string) => (_world: World, apiUrl: string, user: SignedInUser) =>
  asked(
    user,
    (url) =>
      call('POST', `${url}${routes.exchangeToken.path}`, {
        bearer: user.sessionJwt,
        body: { scopes: [scope] },
      }),
    apiUrl,
  );

const submitting = (path: string, bodyFor: (user: SignedInUser) => object) => {
  return async (world: World, apiUrl: string) => {
    // Each applies for the first time: what became of the one before is looked at in the end.
    const user = await signedInUser(world);
    const body = bodyFor(user);
    const headers = { 'idempotency-key': randomUUID() };
    return asked(
      user,
      (url) => call('POST', `${url}${path}`, { bearer: user.sessionJwt, body, headers }),
      apiUrl,
    );
  };
};

const exchange = { function: 'token', route: 'exchangeToken', isSubmission: false, success: 201 } as const;
const any: Target = { method: '*', path: '/' };

export const callRows: readonly CallRow[] = [
  {
    ...exchange,
    name: 'Stytch: sessions/authenticate',
    service: 'stytch',
    blamed: 'stytch',
    target: { method: 'POST', path: '/v1/sessions/authenticate' },
    lateMs: 4_000,
    isRepeated: true,
    isRead: false,
    ask: exchanging('accounts'),
  },
  {
    ...exchange,
    name: 'Stytch: JWKS',
    service: 'stytch',
    blamed: 'stytch',
    target: { method: 'GET', path: '/v1/sessions/jwks/*' },
    lateMs: 3_500,
    isRepeated: false,
    isRead: true,
    ask: exchanging('accounts'),
  },
  {
    ...exchange,
    name: 'Unit: customer token',
    service: 'unit',
    blamed: 'unit',
    target: { method: 'POST', path: '/customers/*/token' },
    lateMs: 7_000,
    isRepeated: true,
    isRead: false,
    ask: exchanging('accounts'),
  },
  {
    name: 'Unit: application',
    service: 'unit',
    blamed: 'unit',
    target: { method: 'POST', path: '/applications' },
    function: 'application',
    route: 'apply',
    lateMs: 21_500,
    isRepeated: false,
    isRead: false,
    isSubmission: true,
    ask: submitting(routes.apply.path, ({ email }) => individual(email)),
    success: 201,
  },
  {
    name: 'Unit: application form',
    service: 'unit',
    blamed: 'unit',
    target: { method: 'POST', path: '/application-forms' },
    function: 'application',
    route: 'openForm',
    lateMs: 21_500,
    isRepeated: false,
    isRead: false,
    isSubmission: true,
    ask: submitting(routes.openForm.path, () => ({ type: 'individual' })),
    success: 201,
  },
  {
    ...exchange,
    name: 'DynamoDB, exchanging',
    service: 'table',
    blamed: 'aws',
    target: any,
    lateMs: 1_600,
    isRepeated: true,
    isRead: false,
    // With a counter, so that a write is among the calls.
    ask: exchanging('payments-write'),
  },
  {
    name: 'DynamoDB, applying',
    service: 'table',
    blamed: 'aws',
    target: any,
    function: 'application',
    route: 'apply',
    lateMs: 1_600,
    isRepeated: true,
    isRead: false,
    isSubmission: true,
    ask: submitting(routes.apply.path, ({ email }) => individual(email)),
    success: 201,
  },
  {
    ...exchange,
    name: 'Secrets Manager',
    service: 'secrets',
    blamed: 'aws',
    target: any,
    lateMs: 1_600,
    isRepeated: true,
    isRead: true,
    ask: exchanging('accounts'),
  },
];

/** Why a cell says nothing, or undefined for one that is played. */
export function whyNot({ isRead, service }: CallRow, breakage: BreakageName): string | undefined {
  const isAws = service === 'table' || service === 'secrets';
  if (isRead && breakage === 'reset after the work')
    return 'a read leaves nothing behind: the same as a reset before';
  if (!isAws && breakage === 'throttled, as AWS does it (400)') return 'AWS alone throttles by a 400';
  return undefined;
}

/** Whether one failure is met by a second try. */
const isMended = (row: CallRow, breakage: BreakageName, phase: Phase): boolean =>
  phase === 'in flight' &&
  row.isRepeated &&
  !isUnreadable(breakage) &&
  breakage !== 'refused connection' &&
  // Longer than we may wait for.
  breakage !== 'status 429, Retry-After: 7' &&
  // The deadline of the whole call to AWS ends it, and leaves no time for another.
  !(row.blamed === 'aws' && breakage === 'slow drip');

/** What we may answer, as `status code`. */
export function allowed(row: CallRow, breakage: BreakageName, phase: Phase): readonly string[] {
  if (isMended(row, breakage, phase)) return [String(row.success)];
  if (row.blamed === 'aws') return ['503 temporarily_unavailable'];
  // Whether Unit has it is not known, but where it says that it took nothing.
  if (row.isSubmission) return breakage.startsWith('status 429') ? ['502 upstream_unavailable'] : ['202'];
  return [isSlow(breakage) ? '504 upstream_timeout' : '502 upstream_unavailable'];
}

/** A user with a customer, who may exchange. */
export async function makeCustomer(world: World): Promise<SignedInUser> {
  const user = await signedInUser(world);
  const { status, body } = await apply(world, user, individual(user.email));
  if (status !== 201) throw new Error(`no customer: ${status} ${JSON.stringify(body)}`);
  return user;
}

/** A new session of the customer. */
export async function sessionOf(
  { stytch }: World,
  customer: SignedInUser,
  isStrong: boolean,
): Promise<SignedInUser> {
  const factors = isStrong ? [emailFactor, totpFactor] : [emailFactor];
  const session = await stytch.controls.startSession({ userId: customer.userId, factors });
  return { ...customer, ...session };
}

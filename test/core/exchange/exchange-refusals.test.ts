import { describe, expect, it } from '@jest/globals';
import { routes } from '../../../functions/contract/routes.ts';
import type { ExchangeTokenRequest } from '../../../functions/contract/token.ts';
import { type ErrorCode, ServiceError } from '../../../functions/core/errors.ts';
import { factorAges } from '../../../functions/core/factors/gate.ts';
import { type Banked, banked, freezes, giveCustomer, reads } from '../../support/core-exchange.ts';
import { changeLive, stytchDown } from '../../support/core-fakes.ts';
import { rowKey } from '../../support/core-mappings.ts';
import {
  applicationRecord,
  customerRecord,
  factor,
  HOUR,
  NOW,
  onUser,
  refusal,
  SESSION,
  STRANGER,
  USER,
} from '../../support/core-values.ts';

interface Case {
  readonly title: string;
  readonly code: ErrorCode;
  readonly reason?: string;
  readonly request?: ExchangeTokenRequest;
  readonly arrange?: (scene: Banked) => void;
  readonly scene?: Parameters<typeof banked>[0];
}

const emailOnly = { factors: [factor('email')], onUser: [onUser('email'), onUser('sms')] };

/** Refused before anybody is asked: Stytch need not be, and must not be. */
const local: readonly Case[] = [
  { title: 'a scope that is not offered', code: 'invalid_scope', request: { scopes: ['customers-write'] } },
  { title: 'a scope named twice', code: 'invalid_scope', request: { scopes: ['accounts', 'accounts'] } },
  {
    title: 'no card named where a card is needed',
    code: 'invalid_request',
    request: { scopes: ['cards-sensitive'] },
  },
  {
    title: 'N9 an impersonated session',
    code: 'invalid_token',
    reason: 'impersonated',
    scene: { factors: [factor('email'), factor('sms'), factor('impersonated')] },
  },
];

/** Refused by what Stytch says. */
const byStytch: readonly Case[] = [
  {
    title: 'a session with less than a minute left',
    code: 'invalid_token',
    reason: 'session_ending',
    scene: { session: { expiresAt: NOW + 59 } },
  },
  { title: 'a JWT without a second factor', code: 'insufficient_user_authentication', scene: emailOnly },
  {
    title: 'a user with nothing enrolled',
    code: 'enrollment_required',
    scene: { factors: [factor('email')] },
  },
  {
    title: 'a revoked session',
    code: 'invalid_token',
    reason: 'session_not_found',
    arrange: ({ world }) => world.stytch.live.clear(),
  },
  {
    title: 'N11 a JWT of another user, returned by Stytch',
    code: 'invalid_token',
    reason: 'session_changed',
    arrange: ({ world, presented }) => changeLive(world, presented, { stytchUserId: STRANGER }),
  },
  {
    title: 'N11 a JWT of another session, returned by Stytch',
    code: 'invalid_token',
    reason: 'session_changed',
    arrange: ({ world, presented }) => changeLive(world, presented, { sessionId: 'session-test-2' }),
  },
  {
    title: 'N11 the user object of another user, returned by Stytch',
    code: 'invalid_token',
    reason: 'session_changed',
    arrange({ world }) {
      world.stytch.user = { ...world.stytch.user, stytchUserId: STRANGER };
    },
  },
  {
    title: 'a returned JWT that does not verify',
    code: 'upstream_unavailable',
    reason: 'returned_jwt_forged',
    arrange({ world }) {
      world.stytch.answer = (answer) => ({ ...answer, sessionJwt: 'forged.jwt.1' });
    },
  },
  {
    title: 'J5 a user locked by Stytch',
    code: 'user_locked',
    arrange({ world }) {
      world.stytch.user = { ...world.stytch.user, isLocked: true };
    },
  },
  {
    title: 'a user who is not active',
    code: 'invalid_token',
    reason: 'user_not_active',
    arrange({ world }) {
      world.stytch.user = { ...world.stytch.user, isActive: false };
    },
  },
  {
    title: 'INV1 a stale factor in the fresh JWT',
    code: 'insufficient_user_authentication',
    reason: 'confirmed_session',
    arrange: ({ world, presented }) =>
      changeLive(world, presented, { factors: [factor('email'), factor('sms', 12 * HOUR + 1)] }),
  },
  {
    title: 'N9 a session that Stytch calls impersonated',
    code: 'invalid_token',
    reason: 'impersonated',
    arrange: ({ world, presented }) =>
      changeLive(world, presented, { factors: [...presented.factors, factor('impersonated')] }),
  },
  {
    title: 'N11 a factor that was deleted from the user',
    code: 'enrollment_required',
    reason: 'confirmed_session',
    scene: { onUser: [onUser('email')] },
  },
  {
    title: 'N11 a factor that is no longer verified',
    code: 'enrollment_required',
    scene: { onUser: [onUser('email'), onUser('sms', false)] },
  },
  {
    title: 'a factor first seen on a user who has a customer',
    code: 'enrollment_required',
    scene: { records: [] },
  },
  {
    title: 'a session that Stytch ends within a minute',
    code: 'invalid_token',
    reason: 'session_ending',
    arrange: ({ world, presented }) => changeLive(world, presented, { expiresAt: NOW + 59 }),
  },
  {
    title: 'INV6 Stytch passing its deadline',
    code: 'upstream_timeout',
    arrange: ({ world }) => world.fail('stytch.readSession', stytchDown()),
  },
  {
    title: 'E1 a secret that is still empty',
    code: 'not_configured',
    arrange: ({ world }) => world.fail('stytch.readSession', new ServiceError('not_configured')),
  },
];

const ownApplication = (scene: Banked, status: 'Pending' | 'Denied'): void => {
  scene.world.rows.customers.clear();
  scene.world.rows.applications.set(rowKey(USER, 'A'), applicationRecord({ applicationId: 'A', status }));
};

const setStatus = (scene: Banked, status: 'Archived' | 'Review'): void => {
  scene.world.rows.customers.set(rowKey(USER, '700001'), customerRecord({ status }));
};

/** Refused by our own table. */
const byTable: readonly Case[] = [
  {
    title: 'a deleted user',
    code: 'invalid_token',
    reason: 'user_deleted',
    arrange: ({ world }) => void world.rows.users.set(USER, { isDeleted: true, lockedUntil: null }),
  },
  {
    title: 'a user whom we locked',
    code: 'user_locked',
    reason: 'our_lock',
    arrange: ({ world }) => void world.rows.users.set(USER, { isDeleted: false, lockedUntil: NOW + 60 }),
  },
  {
    title: 'several customers and none named',
    code: 'customer_ambiguous',
    arrange: ({ world }) => giveCustomer(world, '700002'),
  },
  {
    title: 'an archived customer',
    code: 'customer_archived',
    arrange: (scene) => setStatus(scene, 'Archived'),
  },
  {
    title: 'a customer in review',
    code: 'customer_in_review',
    arrange: (scene) => setStatus(scene, 'Review'),
  },
  {
    title: 'an application not decided',
    code: 'application_pending',
    arrange: (scene) => ownApplication(scene, 'Pending'),
  },
  {
    title: 'a denied application',
    code: 'application_denied',
    arrange: (scene) => ownApplication(scene, 'Denied'),
  },
  { title: 'no customer at all', code: 'no_customer', arrange: ({ world }) => world.rows.customers.clear() },
  {
    title: 'INV2, O1 the customer of somebody else',
    code: 'not_found',
    reason: 'customer_not_own',
    request: { ...reads, customerId: '700009' },
    arrange: ({ world }) =>
      void world.rows.claims.set('700009', { unitCustomerId: '700009', stytchUserId: STRANGER }),
  },
  {
    title: 'INV2 a customer without a claim',
    code: 'not_found',
    reason: 'unclaimed',
    arrange: ({ world }) => world.rows.claims.clear(),
  },
  {
    title: 'INV2 a customer whose claim names another user',
    code: 'not_found',
    reason: 'claimed_by_another',
    arrange: ({ world }) =>
      void world.rows.claims.set('700001', { unitCustomerId: '700001', stytchUserId: STRANGER }),
  },
  {
    title: 'O6 too many sensitive tokens in one session',
    code: 'rate_limited',
    request: freezes,
    arrange: ({ world }) => void world.limits.set('sensitiveExchanges', 0),
  },
  {
    title: 'the store down at the user',
    code: 'temporarily_unavailable',
    arrange: ({ world }) => world.fail('table.readUser'),
  },
  {
    title: 'the store down at the claim',
    code: 'temporarily_unavailable',
    arrange: ({ world }) => world.fail('table.readClaim'),
  },
  {
    title: 'the store down at the counter',
    code: 'temporarily_unavailable',
    request: freezes,
    arrange: ({ world }) => world.fail('limit.take'),
  },
  {
    title: 'an item that cannot be read',
    code: 'server_error',
    arrange: ({ world }) =>
      world.fail('table.readClaim', new ServiceError('server_error', { reason: 'item_unreadable' })),
  },
];

const all = [...local, ...byStytch, ...byTable];

describe('The refusals of POST /v1/token', () => {
  it('are all here, but for those that are told before the exchange begins', () => {
    const byHttp = ['origin_not_allowed', 'payload_too_large', 'unsupported_media_type'];
    const declared = routes.exchangeToken.problems.filter((code) => !byHttp.includes(code));
    expect([...new Set(all.map(({ code }) => code))].sort()).toEqual([...declared].sort());
  });
});

describe('INV1, INV2 Unit is never asked for a token that is refused here', () => {
  it.each(all.map((one) => [one.title, one.code, one] as const))('%s: %s', async (_title, code, one) => {
    const scene = banked(one.scene);
    one.arrange?.(scene);
    const error = await refusal(scene.exchange(one.request ?? reads));
    expect(error.code).toBe(code);
    expect(scene.world.callsOf('unit')).toEqual([]);
    expect(routes.exchangeToken.problems).toContain(code);
    expect(scene.world.callsOf('stytch')).toHaveLength(local.includes(one) ? 0 : 1);
  });
});

describe('G6 Every refusal leaves one audit record', () => {
  it.each(all.map((one) => [one.title, one] as const))('%s', async (_title, one) => {
    const scene = banked(one.scene);
    one.arrange?.(scene);
    const request = one.request ?? reads;
    await refusal(scene.exchange(request));
    const lines = scene.world.logged.filter(({ code }) => code.startsWith('exchange_token.'));
    expect(lines).toMatchObject([
      {
        code: 'exchange_token.refused',
        fields: {
          stytchUserId: USER,
          sessionId: SESSION,
          policyName: 'default',
          policyVersion: 'policy-version-1',
          errorCode: one.code,
          ...(one.reason === undefined ? {} : { reason: one.reason }),
        },
      },
    ]);
    const named = one.code === 'invalid_scope' ? undefined : request.scopes;
    expect(lines[0]?.fields['scopes']).toEqual(named);
    // Those of the JWT until Stytch has answered, and those of Stytch's answer from then on.
    const isConfirmed = lines[0]?.fields['stytchRequestId'] !== undefined;
    const live = scene.world.stytch.live.get(SESSION);
    const deciding = isConfirmed ? live?.factors : scene.presented.factors;
    expect(lines[0]?.fields['factors']).toEqual(factorAges(deciding ?? [], NOW));
    expect(JSON.stringify(scene.world.logged)).not.toMatch(/\.jwt\.|customer-token/);
  });
});

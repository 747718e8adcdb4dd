import { describe, expect, it } from '@jest/globals';
import {
  lifeOfToken,
  narrowResources,
  SHORTEST_TOKEN_SECONDS,
} from '../../../functions/core/exchange/narrow.ts';
import { type ExchangeRequirement, requirementFor } from '../../../functions/core/factors/policy.ts';
import { HOUR, NOW, policy, refusal } from '../../support/core-values.ts';

const card = { type: 'card', ids: ['1'] } as const;
const account = { type: 'account', ids: ['2', '3'] } as const;

const asked = (...resources: readonly (typeof card | typeof account)[]) =>
  resources.map(({ type, ids }) => ({ type, ids: [...ids] }));

const needs = (...scopes: readonly string[]): ExchangeRequirement => requirementFor(policy, scopes);

describe('The resources of a token are those asked for, and the scopes may insist on some', () => {
  it.each([
    ['no resources where none are needed', needs('accounts'), []],
    ['a card where none is needed', needs('accounts'), [card]],
    ['a card where a card is needed', needs('cards-sensitive'), [card]],
    ['a card and an account where a card is needed', needs('cards-sensitive'), [card, account]],
    ['both where both are needed', needs('cards-sensitive', 'statements'), [account, card]],
  ] as const)('%s', (_title, requirement, resources) => {
    expect(narrowResources(requirement, asked(...resources))).toEqual(resources);
  });

  it('none at all become an empty list', () => {
    expect(narrowResources(needs('accounts'), undefined)).toEqual([]);
  });

  it.each([
    ['none where a card is needed', needs('cards-sensitive'), undefined, 'card'],
    ['an account where a card is needed', needs('cards-sensitive'), asked(account), 'card'],
    ['a card where an account is needed', needs('statements'), asked(card), 'account'],
    ['a card where both are needed', needs('cards-sensitive', 'statements'), asked(card), 'account'],
  ])('refuses %s', async (_title, requirement, resources, type) => {
    expect(await refusal(() => narrowResources(requirement, resources))).toMatchObject({
      code: 'invalid_request',
      details: {
        errors: [
          { pointer: '/resources', reason: `These scopes need at least one resource of type ${type}.` },
        ],
      },
    });
  });

  it('refuses a type that is named twice', async () => {
    expect(await refusal(() => narrowResources(needs('accounts'), asked(card, card)))).toMatchObject({
      code: 'invalid_request',
      details: { errors: [{ pointer: '/resources', reason: 'Name each type of resource once.' }] },
    });
  });
});

describe('A token lives for the least of policy, request and what is left of the session', () => {
  const life = (wanted: number | undefined, left: number): number =>
    lifeOfToken(needs('accounts'), wanted, NOW + left, NOW);

  it.each([
    ['the policy, when nothing shorter is asked', undefined, 12 * HOUR, HOUR],
    ['the policy, when more is asked', 2 * HOUR, 12 * HOUR, HOUR],
    ['the request, when it is least', 300, 12 * HOUR, 300],
    ['the session, when it is least', undefined, 900, 900],
    ['the session, below the request', 1800, 900, 900],
    ['the session, in whole seconds', undefined, 900.9, 900],
    ['the shortest life of all', 60, 60, 60],
  ])('%s', (_title, wanted, left, expected) => {
    expect(life(wanted, left)).toBe(expected);
  });

  it.each([59.9, 59, 0, -1])('with %d s of the session left, the user signs in again', async (left) => {
    expect(SHORTEST_TOKEN_SECONDS).toBe(60);
    expect(await refusal(() => life(undefined, left))).toMatchObject({
      code: 'invalid_token',
      details: { reason: 'session_ending' },
    });
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { World } from '../../local/world.ts';
import { startTestWorld } from '../support/world.ts';
import { anyPlan, firstPlans, type Plan } from './http/plan.ts';
import { playOverHttp } from './http/play.ts';

const runs = Number(process.env['HTTP_RUNS'] ?? 10);
const seed = Number(process.env['MODEL_SEED'] ?? 7);

describe('The onboarding through the built bundles, with processes that are killed', () => {
  let world: World;
  const seen = new Set<string>();

  beforeAll(async () => {
    world = await startTestWorld();
  }, 60_000);
  afterAll(() => world.close());

  const told = async (plan: Plan): Promise<string> => {
    const { violation, journal, seen: inThisRun } = await playOverHttp(world, plan);
    for (const what of inThisRun) seen.add(what);
    return violation === null ? '' : [violation.message, ...journal].join('\n');
  };

  it(`INV2, INV3, INV4, INV5, INV6 hold in ${runs} runs`, async () => {
    await fc.assert(
      fc.asyncProperty(anyPlan, async (plan) => expect(await told(plan)).toBe('')),
      // A run takes a second, so the smallest failing plan is not searched for.
      {
        numRuns: runs,
        seed,
        endOnFailure: true,
        examples: firstPlans.map((plan): [Plan] => [plan]),
      },
    );
  }, 1_800_000);

  it('and those runs killed processes, sent applications, and were refused', () => {
    const wanted = [
      'killed application',
      'answered 201',
      'answered 202',
      'answered 409',
      'form opened',
      'page answered 200',
      'canceled',
    ];
    expect(wanted.filter((what) => !seen.has(what))).toEqual([]);
  });
});

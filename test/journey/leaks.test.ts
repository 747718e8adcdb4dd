// INV5: first it is proved that the vendors got every secret, then that none of them stands anywhere it must not.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Exchange } from '../../local/journey-client.ts';
import { type JourneyResult, type JourneyStep, walkJourney } from '../../local/walk-journey.ts';
import type { World } from '../../local/world.ts';
import { stands } from '../support/stands.ts';
import { apply, individual, person, signedInUser, startTestWorld } from '../support/world.ts';

const PASSPORT = 'X70412295';
/** Of an application that Stytch's failure stops before it reaches Unit. */
const UNSENT_SSN = '612407733';

describe('INV5 secrets pass through and leave no trace', () => {
  let world: World;
  let result: JourneyResult;
  const steps: JourneyStep[] = [];
  const provoked: Exchange[] = [];

  beforeAll(async () => {
    world = await startTestWorld();
    result = await walkJourney(world, (step) => steps.push(step));
    const traveler = await signedInUser(world);
    const { ssn: _, ...rest } = individual(traveler.email);
    const byPassport = { ...rest, passport: PASSPORT, nationality: 'NG' };
    expect(await apply(world, traveler, byPassport)).toMatchObject({ status: 201 });
    // Refusals and faults write the lines that leak most easily.
    const provoke = async (changes: object) => {
      // Each by another user: an application whose outcome nobody knows would stop the next.
      const user = await signedInUser(world);
      provoked.push(await apply(world, user, individual(user.email, changes)));
    };
    await provoke({ ssn: result.ssn });
    await provoke({ dateOfBirth: '2999-01-01' });
    for (const fault of [
      { kind: 'status', status: 500 },
      { kind: 'html', status: 502 },
    ] as const) {
      world.unit.controls.arm({ method: 'POST', path: '/applications', times: 1, fault });
      await provoke({});
    }
    world.stytch.controls.faults.arm({
      method: 'POST',
      path: '/v1/sessions/authenticate',
      times: 2,
      fault: { kind: 'malformed' },
    });
    await provoke({ ssn: UNSENT_SSN });
  });
  afterAll(() => world.close());

  /** Every sensitive value that has passed, each with a name for the report. */
  function sensitiveValues(): ReadonlyMap<string, string> {
    const values = new Map<string, string>();
    for (const [kind, some] of Object.entries(world.unit.controls.received())) {
      for (const value of some) values.set(value, `unit ${kind}`);
    }
    values.set(UNSENT_SSN, 'ssn that Unit never got');
    for (const value of world.stytch.controls.received()) values.set(value, 'stytch value');
    for (const [name, value] of Object.entries(world.secrets.seeded)) values.set(value, `secret ${name}`);
    return values;
  }

  it('has really carried SSNs, birth dates, passports, JWTs, codes, tokens, links and secrets to the vendors', () => {
    const unit = world.unit.controls.received();
    expect(unit.ssns).toContain(result.ssn);
    expect(unit.birthDates).toContain(person.dateOfBirth);
    expect(unit.passports).toContain(PASSPORT);
    expect(unit.jwtTokens.length).toBeGreaterThanOrEqual(1);
    expect(unit.customerTokens.length).toBeGreaterThanOrEqual(2);
    expect(unit.pans.length).toBeGreaterThanOrEqual(1);
    const { seeded } = world.secrets;
    expect(unit.orgTokens).toEqual(
      expect.arrayContaining([seeded.unitExchange, seeded.unitOnboarding, seeded.unitEvents]),
    );
    expect(unit.webhookTokens).toContain(seeded.unitWebhook);
    const stytch = world.stytch.controls.received();
    expect(stytch).toContain(seeded.stytch);
    expect(stytch).toContain(result.email);
    const codes = [...stytch].filter((value) => /^\d{6}$/.test(value));
    expect(codes.length).toBeGreaterThanOrEqual(1);
  });

  const found = (text: string): readonly string[] =>
    [...sensitiveValues()]
      .filter(([value]) => stands(value, text))
      .map(([value, kind]) => `${kind}: ${value}`);

  it('finds none of them in any log line of any function', () => {
    const lines = world.logs().map(({ line }) => line);
    expect(lines.length).toBeGreaterThan(30);
    expect(found(lines.join('\n'))).toEqual([]);
  });

  it('finds none of them in any item of the table', async () => {
    const items = await world.scanTable();
    expect(items.length).toBeGreaterThan(8);
    expect(found(JSON.stringify(items))).toEqual([]);
  });

  it('C2 logs no card number: nothing that looks like one and passes the Luhn check', () => {
    const digits = world.logs().flatMap(({ line }) => line.match(/(?<![\d.:-])\d{13,19}(?![\d.:-])/g) ?? []);
    expect(digits.filter(isLuhn)).toEqual([]);
  });

  it('P4 echoes no rejected value in a problem body', () => {
    expect(provoked.map(({ status }) => status)).toEqual([422, 400, 202, 202, 502]);
    const problems = steps
      .flatMap(({ exchanges }) => exchanges)
      .filter(({ status, url }) => status >= 400 && url.startsWith(world.apiUrl));
    expect(problems.length).toBeGreaterThan(0);
    expect(found(JSON.stringify([...problems, ...provoked].map(({ body }) => body)))).toEqual([]);
  });
});

function isLuhn(digits: string): boolean {
  const sum = [...digits].reverse().reduce((total, digit, i) => {
    const value = Number(digit) * (i % 2 === 0 ? 1 : 2);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

import { describe, expect, it } from '@jest/globals';
import { ada, at, individual, type Unit, unit } from './support.ts';

const KEY = 'NJZ3YTEYBNFOW57B4M6LHFHDHY';

const apply = (bank: Unit, attributes: object = {}) =>
  bank.call('POST', '/applications', { body: individual({ idempotencyKey: KEY, ...attributes }) });

describe('an idempotency key', () => {
  it('with the same body gives the first application, as it is now', async () => {
    const bank = unit();
    const first = await apply(bank, { ssn: '000000004' });
    bank.controls.decide('800001', 'approve');
    const second = await apply(bank, { ssn: '000000004' });
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(at(second.json, 'data', 'id')).toBe('800001');
    expect(at(second.json, 'data', 'attributes', 'status')).toBe('Approved');
    expect(bank.controls.applications()).toHaveLength(1);
  });

  it('with the same body gives an error with the ids, where the switch says so', async () => {
    const bank = unit();
    bank.controls.switches.idempotentRepeat = 'error';
    await apply(bank);
    const { status, json } = await apply(bank);
    expect([status, at(json, 'errors', 0, 'code'), at(json, 'errors', 0, 'meta', 'existingIds')]).toEqual([
      409,
      'already_exists',
      ['800001'],
    ]);
  });

  it('does not care for the order of the attributes', async () => {
    const bank = unit();
    await apply(bank);
    const turned = Object.fromEntries(Object.entries({ ...ada, idempotencyKey: KEY }).reverse());
    const { status, json } = await bank.call('POST', '/applications', {
      body: { data: { attributes: turned, type: 'individualApplication' } },
    });
    expect([status, at(json, 'data', 'id')]).toEqual([201, '800001']);
  });

  it('with another body is refused with 409', async () => {
    const bank = unit();
    await apply(bank);
    const { status, json } = await apply(bank, { ssn: '111111111' });
    expect([status, at(json, 'errors', 0, 'code')]).toEqual([409, 'already_exists']);
  });

  it('is not burnt by a refused try', async () => {
    const bank = unit();
    expect((await apply(bank, { ssn: 'x' })).status).toBe(400);
    expect((await apply(bank, { ssn: '111111111' })).status).toBe(201);
  });

  it('acts as new 48 hours after its first success, and not a moment earlier', async () => {
    const bank = unit();
    await apply(bank, { ssn: '000000001' });
    bank.clock.now += 48 * 3_600_000 - 1;
    expect(at((await apply(bank, { ssn: '000000001' })).json, 'data', 'id')).toBe('800001');
    bank.clock.now += 1;
    expect(at((await apply(bank, { ssn: '000000001' })).json, 'data', 'id')).toBe('800002');
  });

  it('can be aged by the controls', async () => {
    const bank = unit();
    await apply(bank, { ssn: '000000001' });
    bank.controls.ageKeys(48 * 3_600);
    expect(at((await apply(bank, { ssn: '000000001' })).json, 'data', 'id')).toBe('800002');
  });
});

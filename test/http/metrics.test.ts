import { describe, expect, it, jest } from '@jest/globals';
import { createMeter } from '../../functions/http/metrics.ts';
import { recording } from '../support/adapters-log.ts';

/** The lines that a meter writes. */
function linesOf(work: () => void): Record<string, unknown>[] {
  const written: string[] = [];
  const stdout = jest.spyOn(process.stdout, 'write').mockImplementation((line) => {
    written.push(String(line));
    return true;
  });
  work();
  stdout.mockRestore();
  return written.map((line) => ({ ...JSON.parse(line) }));
}

describe('the meter of a container', () => {
  it('S7 writes one line of embedded metrics for each invocation, in the namespace of the stage', () => {
    const { log, lines } = recording();
    const [first, second, ...more] = linesOf(() => {
      const meter = createMeter(log, () => 'dev');
      meter.log.record('vendor.called', { provider: 'unit', vendorStatus: 201, durationMs: 40 });
      meter.log.record('vendor.called', { provider: 'unit', vendorStatus: 201, durationMs: 60 });
      meter.log.record('request.completed', { route: 'GET /v1/me', status: 200, durationMs: 110 });
      meter.publish();
      meter.log.record('request.completed', { route: 'GET /v1/me', status: 200, durationMs: 10 });
      meter.publish();
      meter.publish();
    });
    expect(first).toMatchObject({
      ColdStarts: 1,
      UnitCalls: [1, 1],
      UnitMilliseconds: [40, 60],
      Requests: 1,
    });
    expect(JSON.stringify(first?.['_aws'])).toContain('"Namespace":"StytchUnitBridge/dev"');
    expect(second).toMatchObject({ Requests: 1 });
    expect(second).not.toHaveProperty('ColdStarts');
    expect(more).toEqual([]);
    expect(lines.map(({ code }) => code)).toEqual([
      'vendor.called',
      'vendor.called',
      'request.completed',
      'request.completed',
    ]);
  });

  it('INV5 holds numbers, and nothing of whom they were measured on', () => {
    const [line] = linesOf(() => {
      const meter = createMeter(recording().log, () => 'dev');
      meter.log.record('request.refused', {
        route: 'POST /v1/token',
        errorCode: 'no_customer',
        stytchUserId: 'user-test-1',
      });
      meter.publish();
    });
    expect(JSON.stringify(line)).not.toContain('user-test-1');
    expect(line).toMatchObject({ ExchangesRefused: 1 });
  });
});

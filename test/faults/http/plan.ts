// Small schedules for the runs over HTTP: rounds of requests, each with its faults and kills.
import * as fc from 'fast-check';

const fault = fc.oneof(
  fc.record({
    method: fc.constant('POST'),
    path: fc.constant('/applications'),
    times: fc.constant(1),
    fault: fc.oneof(
      fc.record({ kind: fc.constant('latency' as const), ms: fc.constantFrom(30, 80, 150) }),
      fc.constantFrom({ kind: 'cut' } as const, { kind: 'reset' } as const, { kind: 'malformed' } as const),
      fc.constantFrom({ kind: 'status', status: 503 } as const, { kind: 'status', status: 403 } as const),
    ),
  }),
  fc.record({
    method: fc.constant('GET'),
    path: fc.constantFrom('/customers/*', '/applications/*', '/applications'),
    times: fc.constantFrom(1, 3),
    fault: fc.record({ kind: fc.constant('latency' as const), ms: fc.constantFrom(30, 80) }),
  }),
);

const kill = fc.record({
  name: fc.constantFrom('application', 'application', 'application', 'unit-webhook', 'reconcile'),
  afterMs: fc.nat(130),
});

const round = fc.record({
  keys: fc.array(fc.constantFrom('A', 'B'), { minLength: 1, maxLength: 3 }),
  faults: fc.array(fault, { maxLength: 2 }),
  kills: fc.array(kill, { maxLength: 2 }),
  webhooks: fc.constantFrom('at once', 'late', 'lost'),
  isReconciling: fc.boolean(),
  decision: fc.constantFrom('approve', 'deny', null),
  thenSeconds: fc.constantFrom(0, 151, 3700),
});
export type Round = typeof round extends fc.Arbitrary<infer T> ? T : never;

export const anyPlan = fc.record({
  startsPending: fc.boolean(),
  rounds: fc.array(round, { minLength: 1, maxLength: 3 }),
});
export type Plan = typeof anyPlan extends fc.Arbitrary<infer T> ? T : never;

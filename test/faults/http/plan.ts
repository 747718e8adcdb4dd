// Small schedules for the runs over HTTP: rounds of requests, each with its faults and kills.
import * as fc from 'fast-check';

const fault = fc.oneof(
  fc.record({
    method: fc.constant('POST'),
    path: fc.constantFrom('/applications', '/application-forms', '/applications/*/cancel'),
    times: fc.constant(1),
    fault: fc.oneof(
      fc.record({ kind: fc.constant('latency' as const), ms: fc.constantFrom(30, 80, 150) }),
      fc.constantFrom({ kind: 'cut' } as const, { kind: 'reset' } as const, { kind: 'malformed' } as const),
      fc.constantFrom({ kind: 'status', status: 503 } as const, { kind: 'status', status: 403 } as const),
    ),
  }),
  fc.record({
    method: fc.constant('GET'),
    path: fc.constantFrom('/customers/*', '/applications/*', '/applications', '/application-forms/*'),
    times: fc.constantFrom(1, 3),
    fault: fc.record({ kind: fc.constant('latency' as const), ms: fc.constantFrom(30, 80) }),
  }),
);

const kill = fc.record({
  name: fc.constantFrom('application', 'application', 'application', 'unit-webhook', 'reconcile'),
  afterMs: fc.nat(130),
});

const round = fc.record({
  /** Of applications, and of forms; some of either. */
  keys: fc.array(fc.constantFrom('A', 'B'), { minLength: 1, maxLength: 2 }),
  forms: fc.array(fc.constantFrom('A', 'B'), { maxLength: 2 }),
  isCancelling: fc.boolean(),
  /** Who sends the newest form that is out, once the requests have been answered. */
  sender: fc.constantFrom('own', 'other', null),
  faults: fc.array(fault, { maxLength: 2 }),
  kills: fc.array(kill, { maxLength: 2 }),
  webhooks: fc.constantFrom('at once', 'late', 'lost'),
  isReconciling: fc.boolean(),
  decision: fc.constantFrom('approve', 'deny', null),
  thenSeconds: fc.constantFrom(0, 151, 3700, 87_400),
});
export type Round = typeof round extends fc.Arbitrary<infer T> ? T : never;

export const anyPlan = fc.record({
  startsPending: fc.boolean(),
  rounds: fc.array(round, { minLength: 1, maxLength: 3 }),
});
export type Plan = typeof anyPlan extends fc.Arbitrary<infer T> ? T : never;

const quiet: Round = {
  keys: [],
  forms: [],
  isCancelling: false,
  sender: null,
  faults: [],
  kills: [],
  webhooks: 'at once',
  isReconciling: false,
  decision: null,
  thenSeconds: 0,
};
const lostAnswer = { method: 'POST', path: '/applications', times: 1, fault: { kind: 'cut' } } as const;

/** Always played first, so that however few runs there are, each thing happens. */
export const firstPlans: readonly Plan[] = [
  {
    startsPending: true,
    rounds: [
      { ...quiet, keys: ['A'], forms: ['A', 'B'], sender: 'own' },
      { ...quiet, keys: ['B'], isCancelling: true },
    ],
  },
  { startsPending: false, rounds: [{ ...quiet, keys: ['A'], faults: [lostAnswer], kills: [] }] },
  {
    startsPending: false,
    rounds: [{ ...quiet, forms: ['A'], sender: 'other', webhooks: 'lost', thenSeconds: 3700 }],
  },
];

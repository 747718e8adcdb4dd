// Every limit on size and speed, in one place: `npm run budgets` fails over one, `npm run bench` shows them all.
import type { FunctionName } from '../functions/contract/routes.ts';

/** Bytes of a function's folder, every chunk that it may ever load included. Raise one only with a reason. */
export const functionBytes = {
  signup: 600_000,
  'step-up': 615_000,
  application: 445_000,
  token: 418_000,
  'unit-webhook': 421_000,
  reconcile: 430_000,
} as const satisfies Record<FunctionName, number>;

/** Bytes of the files that one exchange loads. */
export const exchangeBytes = 385_000;

/** The published client, minified: `createClient` and `ProblemError`, as bundlers leave them. */
export const clientBytes = 6144;

/** The same with everything that it exports. */
export const wholeClientBytes = 7400;

export interface RatioBudget {
  readonly limit: number;
  readonly aim: number;
}

/** CPU time to load every chunk of an exchange, over the floor's (a bare DynamoDB client, bundled alike). */
export const loadOverFloor: RatioBudget = { limit: 1.6, aim: 1.25 };

/** The same over the guide-written baseline's, on Node 24. */
export const loadOverBaseline: RatioBudget = { limit: 0.5, aim: 1 / 3 };

/** CPU time of a warm exchange over that of its outside calls alone, made by the DynamoDB client and by `fetch`. */
export const cpuOverBare: RatioBudget = { limit: 1.6, aim: 1.3 };

/** The most that `npm run budgets` lets pass of it over the same calls made by our own, cheaper, client. */
export const cpuOverOwnClient = 2.5;

/** Latency of a warm exchange at 40 / 5 / 80 ms over that of its outside calls alone; the quantile of both sides. */
export const latencyP75: RatioBudget = { limit: 1.1, aim: 1.05 };

/**
 * What such delays add to a warm exchange over what they add to its outside calls alone, at the lower quartile: one, for
 * calls that overlap as they may. So `npm run budgets` judges it, where a slow processor must not count.
 */
export const delaysP25 = 1.05;

/** The same, judged by `npm run bench` alone: they ask for a machine that does nothing else. */
export const latencyP50: RatioBudget = { limit: 1.05, aim: 1.02 };
export const latencyP99: RatioBudget = { limit: 1.15, aim: 1.15 };

/** Connections that 1,000 exchanges, one after another, may open. */
export const connectionsPerThousand = 10;

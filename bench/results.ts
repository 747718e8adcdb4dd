// The raw figures of one run, as bench/results keeps them and the report reads them.
import * as z from 'zod/mini';

const loadSeries = z.object({
  node: z.string(),
  subject: z.string(),
  cpuMs: z.array(z.number()),
  wallMs: z.array(z.number()),
});
export type LoadSeries = z.infer<typeof loadSeries>;

const span = z.object({ what: z.string(), host: z.string(), from: z.number(), to: z.number() });

/** Times in ms since the process began. */
export const first = z.object({
  loadFrom: z.number(),
  loadTo: z.number(),
  handleFrom: z.number(),
  handleTo: z.number(),
  cpuMs: z.number(),
  spans: z.array(span),
});
export type First = z.infer<typeof first>;

const firstSeries = z.object({
  node: z.string(),
  subject: z.string(),
  cpuMs: z.array(z.number()),
  /** From the start of the load to the answer: Node's own start is Lambda's. */
  wallMs: z.array(z.number()),
  /** The run of median length. */
  typical: first,
});
export type FirstSeries = z.infer<typeof firstSeries>;

/** CPU time of one exchange, a figure for each block. */
const warmSeries = z.object({ node: z.string(), subject: z.string(), cpuMs: z.array(z.number()) });
export type WarmSeries = z.infer<typeof warmSeries>;

const latencySeries = z.object({
  node: z.string(),
  subject: z.string(),
  delays: z.enum(['usual', 'none']),
  latencies: z.array(z.number()),
});
export type LatencySeries = z.infer<typeof latencySeries>;

export const results = z.object({
  machine: z.object({
    cpu: z.string(),
    cores: z.number(),
    memoryGb: z.number(),
    loadAverage: z.array(z.number()),
    nodes: z.array(z.string()),
    date: z.string(),
  }),
  sizes: z.object({
    functions: z.record(z.string(), z.number()),
    exchangeFiles: z.array(z.string()),
    client: z.number(),
    wholeClient: z.number(),
  }),
  load: z.array(loadSeries),
  first: z.array(firstSeries),
  cpu: z.array(warmSeries),
  latency: z.array(latencySeries),
  /** That 1,000 exchanges opened. */
  connections: z.number(),
});
export type Results = z.infer<typeof results>;

// `node --import tsx bench/plot.ts`: the tables and pictures of docs/performance.md again, from the figures that are kept.
import { readFile } from 'node:fs/promises';
import { report } from './report/report.ts';
import { results } from './results.ts';

await report(results.parse(JSON.parse(await readFile('bench/results/latest.json', 'utf8'))));

// Writes the figures of a run into docs/performance.md, between its marks, and the pictures beside it.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import type { Results } from '../results.ts';
import { latencyPlot, loadPlot, timelinePlot } from './plots.ts';
import { firstTable, loadTable, machineText, sizeTable, verdictTable, warmTable } from './tables.ts';

const DOCUMENT = 'docs/performance.md';

/** Replaces what stands between `<!-- figures: name -->` and `<!-- end -->`. */
export function between(document: string, name: string, text: string): string {
  const mark = `<!-- figures: ${name} -->`;
  const from = document.indexOf(mark);
  const to = document.indexOf('<!-- end -->', from);
  if (from < 0 || to < 0) throw new Error(`${DOCUMENT} has no marks for ${name}`);
  return `${document.slice(0, from + mark.length)}\n\n${text}\n\n${document.slice(to)}`;
}

export async function report(results: Results): Promise<void> {
  const texts = {
    machine: machineText(results),
    verdicts: verdictTable(results),
    load: loadTable(results),
    first: firstTable(results),
    warm: warmTable(results),
    sizes: sizeTable(results),
  };
  const document = await readFile(DOCUMENT, 'utf8');
  const changed = Object.entries(texts).reduce(
    (written, [name, text]) => between(written, name, text),
    document,
  );
  await writeFile(DOCUMENT, changed);
  await mkdir('docs/performance', { recursive: true });
  const newest = results.machine.nodes.at(-1);
  const typical = results.first.find(({ subject, node }) => subject === 'ours' && node === newest);
  await writeFile('docs/performance/load.svg', loadPlot(results.load));
  if (typical !== undefined) await writeFile('docs/performance/first-exchange.svg', timelinePlot(typical));
  const usual = results.latency.filter(({ delays }) => delays === 'usual');
  await writeFile('docs/performance/latency.svg', latencyPlot(usual));
  process.stdout.write(
    `\n${texts.verdicts}\n\n${texts.load}\n\n${texts.first}\n\n${texts.warm}\n\n${texts.sizes}\n`,
  );
}

// The first exchange of a container, from the start of its process to the customer token.
import type { Measured } from '../bundles.ts';
import { firstExchange, type NodeBinary } from '../processes.ts';
import type { First, FirstSeries } from '../results.ts';
import { rotated, type Turns, turns } from './turns.ts';

const round = (value: number): number => Math.round(value * 100) / 100;

export async function measureFirst(
  node: NodeBinary,
  subjects: readonly Measured[],
  eventFile: string,
  environment: Readonly<Record<string, string>>,
  rounds: Turns,
): Promise<readonly FirstSeries[]> {
  const series = subjects.map((subject) => ({ subject, runs: new Array<First>() }));
  for (const turn of turns(rounds)) {
    for (const { subject, runs } of rotated(series, turn)) {
      runs.push(await firstExchange(node, subject.entry, eventFile, environment));
    }
  }
  return series.flatMap(({ subject, runs }) => {
    const own = runs.toSorted((a, b) => lengthOf(a) - lengthOf(b));
    const typical = own[Math.floor(own.length / 2)];
    if (typical === undefined) return [];
    return [
      {
        node: node.version,
        subject: subject.name,
        cpuMs: own.map(({ cpuMs }) => round(cpuMs)),
        wallMs: own.map((one) => round(lengthOf(one))),
        typical,
      },
    ];
  });
}

const lengthOf = ({ loadFrom, handleTo }: First): number => handleTo - loadFrom;

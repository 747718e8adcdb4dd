// The first exchange of a container, from the start of its process to the customer token.

import type { Measured } from '../bundles.ts';
import { firstExchange, type NodeBinary } from '../processes.ts';
import type { First, FirstSeries } from '../results.ts';
import { type Turns, turns } from './turns.ts';

const round = (value: number): number => Math.round(value * 100) / 100;

export async function measureFirst(
  node: NodeBinary,
  subjects: readonly Measured[],
  eventFile: string,
  environment: Readonly<Record<string, string>>,
  rounds: Turns,
): Promise<readonly FirstSeries[]> {
  const runs = subjects.map(() => new Array<First>());
  for (const _turn of turns(rounds)) {
    for (const [index, { entry }] of subjects.entries()) {
      runs[index]?.push(await firstExchange(node, entry, eventFile, environment));
    }
  }
  return subjects.flatMap(({ name }, index) => {
    const own = (runs[index] ?? []).toSorted((a, b) => lengthOf(a) - lengthOf(b));
    const typical = own[Math.floor(own.length / 2)];
    if (typical === undefined) return [];
    return [
      {
        node: node.version,
        subject: name,
        cpuMs: own.map(({ cpuMs }) => round(cpuMs)),
        wallMs: own.map((one) => round(lengthOf(one))),
        typical,
      },
    ];
  });
}

const lengthOf = ({ loadFrom, handleTo }: First): number => handleTo - loadFrom;

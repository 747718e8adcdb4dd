// The pictures of docs/performance.md.
import type { FirstSeries, LatencySeries, LoadSeries } from '../results.ts';
import { quantile } from '../statistics.ts';
import { named } from './names.ts';
import { bar, colours, path as curve, label, line, marksUpTo, picture } from './svg.ts';

const WIDTH = 760;

const colourOf = (subject: string): string => (subject.startsWith('ours') ? colours.ours : colours.other);

/** Bars of medians with the middle 80 % as a line, a group for each Node. */
export function loadPlot(series: readonly LoadSeries[]): string {
  const left = 230;
  const most = Math.max(...series.map(({ cpuMs }) => quantile(cpuMs, 0.9)));
  const x = (ms: number): number => left + (ms / most) * (WIDTH - left - 60);
  const rows = series.map((one, index) => {
    const isFirst = series[index - 1]?.node !== one.node;
    const gaps = new Set(series.slice(0, index + 1).map(({ node }) => node)).size - 1;
    const y = 40 + index * 24 + gaps * 14;
    const middle = quantile(one.cpuMs, 0.5);
    return [
      label(left - 8, y + 12, named(one.subject), 'end'),
      ...(isFirst ? [label(8, y + 12, `Node ${one.node.split('.')[0]}`)] : []),
      bar(left, y, x(middle) - left, 16, colourOf(one.subject)),
      line(x(quantile(one.cpuMs, 0.1)), y + 8, x(quantile(one.cpuMs, 0.9)), y + 8, '#24292f'),
      label(x(quantile(one.cpuMs, 0.9)) + 6, y + 12, middle.toFixed(0)),
    ].join('\n');
  });
  const height = 40 + series.length * 24 + 14 + 24;
  return picture(WIDTH, height, 'CPU time until every chunk of an exchange is loaded', [
    label(left, 24, 'ms of CPU until every chunk is in: median, and the middle 80 %'),
    ...rows,
  ]);
}

/** What the first exchange of a container does when. */
export function timelinePlot({ node, typical }: FirstSeries): string {
  const left = 250;
  const { loadFrom, loadTo, handleFrom, handleTo } = typical;
  const most = handleTo - loadFrom;
  const x = (ms: number): number => left + ((ms - loadFrom) / most) * (WIDTH - left - 30);
  const own = [
    { text: 'bundle loads', from: loadFrom, to: loadTo, fill: colours.ours },
    { text: 'handler runs', from: handleFrom, to: handleTo, fill: colours.ours },
  ];
  const outside = typical.spans
    .filter(({ from, to }) => to > from)
    .toSorted((a, b) => a.from - b.from)
    .map(({ what, host, from, to }) => ({
      text: what === 'connect' ? `connect ${host.split('.')[0]}.${host.split('.').at(-2)}` : shortened(what),
      from,
      to,
      fill: what === 'connect' ? colours.connect : colours.network,
    }));
  const rows = [...own, ...outside];
  const height = 56 + rows.length * 19;
  return picture(WIDTH, height, 'The first exchange of a container', [
    label(left, 18, `ms since the bundle began to load, Node ${node.split('.')[0]}`),
    ...marksUpTo(most).flatMap((ms) => [
      line(x(ms + loadFrom), 38, x(ms + loadFrom), height - 8, '#d0d7de'),
      label(x(ms + loadFrom), 34, String(ms), 'middle'),
    ]),
    ...rows.flatMap(({ text, from, to, fill }, index) => [
      label(left - 8, 56 + index * 19, text, 'end'),
      bar(x(from), 46 + index * 19, x(to) - x(from), 13, fill),
    ]),
  ]);
}

const shortened = (what: string): string =>
  what
    .replace(/^(GET|POST) .*\/jwks\/.*$/, '$1 jwks')
    .replace(/^POST \/v1\/sessions\/authenticate$/, 'Stytch sessions/authenticate')
    .replace(/^POST \/customers\/\d+\/token$/, 'Unit customers/:id/token');

/** The share of exchanges that were done within a time. */
export function latencyPlot(series: readonly LatencySeries[]): string {
  const [left, top, bottom] = [50, 40, 250];
  const least = Math.min(...series.flatMap(({ latencies }) => latencies));
  const most = Math.max(...series.map(({ latencies }) => quantile(latencies, 0.995)));
  const x = (ms: number): number => left + ((ms - least) / (most - least)) * (WIDTH - left - 40);
  const y = (share: number): number => bottom - share * (bottom - top);
  return picture(WIDTH, 300, 'Latency of a warm exchange at 40 / 5 / 80 ms', [
    label(left, 20, 'share of exchanges done within so many ms; Stytch 40, DynamoDB 5, Unit 80 ms'),
    ...[0, 0.5, 0.9, 0.99].flatMap((share) => [
      line(left, y(share), WIDTH - 40, y(share), '#d0d7de'),
      label(left - 6, y(share) + 4, `${share * 100} %`, 'end'),
    ]),
    ...marksUpTo(most)
      .filter((ms) => ms >= least)
      .map((ms) => label(x(ms), bottom + 16, String(ms), 'middle')),
    ...series.flatMap(({ subject, latencies }, index) => {
      const sorted = latencies.toSorted((a, b) => a - b).filter((ms) => ms <= most);
      const points = sorted.map((ms, place) => [x(ms), y(place / (latencies.length - 1))] as const);
      return [
        curve(points, colourOf(subject)),
        bar(left + index * 180, 280, 12, 3, colourOf(subject)),
        label(left + 18 + index * 180, 286, named(subject)),
      ];
    }),
  ]);
}

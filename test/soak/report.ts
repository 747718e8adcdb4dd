// The figures of a soak in words.
import { type ExchangesReport, megabytes } from './exchanges.ts';
import type { Tally } from './load.ts';
import type { MappingReport } from './mapping.ts';
import type { MixedReport, OverloadReport } from './mixed.ts';

const whole = (value: number): string => Math.round(value).toLocaleString('en-US');

const heldText = (name: string, { first, last }: ExchangesReport['handles']): string =>
  `  ${name}: ${first} after warming up, ${last} in the end`;

export const exchangesText = (report: ExchangesReport): string =>
  [
    `${whole(report.exchanges)} exchanges of ${whole(report.users)} users in one process, ${whole(report.seconds)} s:`,
    `  failures: ${report.failures.length}`,
    `  latency: median ${report.medianMs.toFixed(1)} ms, p99 ${report.p99Ms.toFixed(1)} ms; CPU ${report.cpuMsPerExchange.toFixed(2)} ms each`,
    `  memory: ${report.bytesPerExchange.toFixed(2)} bytes an exchange (${megabytes(report.growthBytes)} MB in all), ${megabytes(report.endBytes)} MB in the end; resident ${megabytes(report.rssEndBytes)} MB`,
    heldText('handles', report.handles),
    heldText('timers', report.timers),
    heldText('open files and sockets', report.descriptors),
  ].join('\n');

export const mappingText = ({
  few,
  many,
  fewMedianMs,
  manyMedianMs,
  ratio,
  cpuRatio,
}: MappingReport): string =>
  `An exchange with ${few} users: ${fewMedianMs.toFixed(1)} ms; with ${whole(many)}: ${manyMedianMs.toFixed(1)} ms; ratio ${ratio.toFixed(2)}, of the function's CPU time ${cpuRatio.toFixed(2)}`;

const tallyText = ({ seconds, answers, counts, medianMs, p99Ms }: Tally): string =>
  [
    `  ${whole(answers)} answers in ${whole(seconds)} s, median ${medianMs} ms, p99 ${p99Ms} ms`,
    ...Object.entries(counts).map(([what, times]) => `  ${whole(times).padStart(9)}  ${what}`),
  ].join('\n');

export const mixedText = ({ capacity, perSecond, tally }: MixedReport): string =>
  [
    `Mixed load: ${perSecond.toFixed(1)} actions a second, half of ${capacity.toFixed(1)}; ${tally.failures.length} failures:`,
    tallyText(tally),
  ].join('\n');

export const overloadText = (report: OverloadReport): string =>
  [
    `Overload: ${report.perSecond.toFixed(1)} actions a second, where the stage lets ${report.throttle} requests through:`,
    tallyText(report.overload),
    `  good again ${report.recoverySeconds.toFixed(1)} s after it ended`,
  ].join('\n');

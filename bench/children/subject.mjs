// @ts-check
// A fresh process that loads one bundle as Lambda does and runs its handler: `node --import network.mjs subject.mjs
// <bundle> <event file>` does one exchange and ends; without an event it waits for blocks of exchanges over IPC.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { loadAsLambda } from './as-lambda.mjs';

const [bundle = '', eventFile] = process.argv.slice(2);
const context = { getRemainingTimeInMillis: () => 10_000 };
const loadFrom = performance.now();
const { handler } = await loadAsLambda(path.resolve(bundle));
const loadTo = performance.now();

/** @param {unknown} event */
async function exchange(event) {
  const from = performance.now();
  const { statusCode, body } = await handler(event, context);
  if (statusCode !== 201) throw new Error(`the exchange answered ${statusCode}: ${body}`);
  return performance.now() - from;
}

const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** @param {{ event: unknown, count: number }} block */
async function run({ event, count }) {
  const cpu = cpuMs();
  const latencies = [];
  for (let i = 0; i < count; i += 1) latencies.push(await exchange(event));
  return { cpuMs: cpuMs() - cpu, latencies };
}

if (eventFile === undefined) {
  process.on('disconnect', () => process.exit(0));
  process.on('message', (/** @type {{ event: unknown, count: number }} */ block) => {
    run(block).then(
      (result) => process.send?.(result),
      (error) => process.send?.({ error: String(error) }),
    );
  });
  process.send?.({ ready: true });
} else {
  const handleFrom = performance.now();
  await exchange(JSON.parse(readFileSync(eventFile, 'utf8')));
  const handleTo = performance.now();
  const spans = Object.getOwnPropertyDescriptor(globalThis, 'benchSpans')?.value;
  const marks = { loadFrom, loadTo, handleFrom, handleTo, cpuMs: cpuMs(), spans };
  process.stderr.write(`${JSON.stringify(marks)}\n`);
  process.exit(0);
}

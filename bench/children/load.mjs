// @ts-check
// A fresh process that loads one bundle and says what that took: `node load.mjs <entry> [<chunk loaded later>...]`.
import path from 'node:path';
import { loadAsLambda } from './as-lambda.mjs';

const files = process.argv.slice(2).map((file) => path.resolve(file));
const cpu = process.cpuUsage();
const startedAt = performance.now();
for (const file of files) await loadAsLambda(file);
const wallMs = performance.now() - startedAt;
const { user, system } = process.cpuUsage(cpu);
process.stdout.write(`${JSON.stringify({ wallMs, cpuMs: (user + system) / 1000 })}\n`);
process.exit(0);

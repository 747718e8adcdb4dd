// @ts-check
// A fresh process that loads one bundle and says what that took: `node load.mjs <entry> [<chunk loaded later>...]`.
import { pathToFileURL } from 'node:url';

const files = process.argv.slice(2).map((file) => pathToFileURL(file).href);
const cpu = process.cpuUsage();
const startedAt = performance.now();
for (const file of files) await import(file);
const wallMs = performance.now() - startedAt;
const { user, system } = process.cpuUsage(cpu);
process.stdout.write(`${JSON.stringify({ wallMs, cpuMs: (user + system) / 1000 })}\n`);
process.exit(0);

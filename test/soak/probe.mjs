// @ts-check
// Loaded into a function's process before its bundle: on SIGUSR2 it collects garbage and prints what is left.
import { readdirSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
// Code that is compiled and dropped again moves the heap by more than a small leak.
setFlagsFromString('--no-flush-bytecode');
/** @type {() => void} */
const collect = runInNewContext('gc');

/** Open files and sockets, where the system tells. */
function descriptors() {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return 0;
  }
}

process.on('SIGUSR2', () => {
  // Before the collection, which is none of the function's work.
  const { user, system } = process.cpuUsage();
  collect();
  collect();
  const { heapUsed, rss, external } = process.memoryUsage();
  const resources = process.getActiveResourcesInfo();
  const told = {
    // Buffers lie outside of the heap.
    memory: heapUsed + external,
    rss,
    // A timer is there or not by the moment; the rest are sockets, pipes and requests under way.
    timers: resources.filter((name) => name === 'Timeout').length,
    handles: resources.filter((name) => name !== 'Timeout' && name !== 'Immediate').length,
    descriptors: descriptors(),
    cpuMs: (user + system) / 1000,
  };
  process.stdout.write(`soak-probe ${JSON.stringify(told)}\n`);
});

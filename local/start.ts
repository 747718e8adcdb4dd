// `npm start`: the whole bridge on this machine, with simulated vendors and AWS, until Ctrl-C.
import { existsSync } from 'node:fs';
import { misused, readOptions } from '../scripts/options.ts';
import type { FaultRequest } from './demo/contract.ts';
import type { Demo } from './demo/start-demo.ts';

const usage = `Usage: npm start -- [options]

Starts the whole bridge on this machine, with simulated vendors and AWS, until Ctrl-C.

  --port <n>                         the API's port; the ports after it are the simulators' (default 4400)
  --logs                             print what the functions log
  --quiet                            print the API's URL alone
  --fault <vendor>=<kind>[:<times>]  break a vendor from the start, until healed or for so many calls; may be repeated:
                                     --fault unit=timeout --fault stytch=503:3
  --no-build                         run the bundles that are there
  --help                             this`;

const leastNode = [20, 19] as const;

const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** Ends the process with a sentence instead of a stack. */
function fail(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

function requireNode(): void {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > leastNode[0] || (major === leastNode[0] && minor >= leastNode[1])) return;
  fail(`Node ${leastNode.join('.')} or newer is needed; this is Node ${process.versions.node}.`);
}

interface Options {
  readonly port: number;
  readonly isBuilding: boolean;
  readonly output: 'table' | 'logs' | 'quiet';
  readonly faults: readonly FaultRequest[];
}

function optionsOf(
  defaultPort: number,
  parseFaults: (texts: readonly string[]) => readonly FaultRequest[],
): Options {
  const { values } = readOptions(usage, {
    options: {
      port: { type: 'string', default: String(defaultPort) },
      logs: { type: 'boolean', default: false },
      quiet: { type: 'boolean', default: false },
      fault: { type: 'string', multiple: true, default: [] },
      'no-build': { type: 'boolean', default: false },
    },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 1 || port > 65_000) misused('--port must be 1 to 65000');
  const isBuilding = !values['no-build'];
  const output = values.logs ? 'logs' : values.quiet ? 'quiet' : 'table';
  try {
    return { port, isBuilding, output, faults: parseFaults(values.fault) };
  } catch (error) {
    return misused(error instanceof Error ? error.message : String(error));
  }
}

/** Stops everything within a second; a second signal does not wait. */
function stopOnSignal(demo: () => Demo | undefined): void {
  let isStopping = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      // Function processes end by themselves once this one is gone.
      if (isStopping || demo() === undefined) process.exit(1);
      isStopping = true;
      setTimeout(() => process.exit(1), 900);
      void demo()
        ?.close()
        .then(() => process.exit(0));
    });
}

function table({ world, pageUrl, faults }: Demo, seconds: string): string {
  const armed = faults.menu().armed.map(({ vendor, kind }) => `${vendor}=${kind}`);
  const rows = [
    ['Demo page', pageUrl],
    ['Reference', `${pageUrl}/docs`],
    ['API', world.apiUrl],
    ['Stytch simulator', world.stytch.url],
    ['  inbox, state and faults', world.stytch.controlUrl],
    ['Unit simulator', world.unit.url],
    ['  state, decisions and faults', world.unit.controlUrl],
    ['DynamoDB table', `${world.tableUrl} (${world.tableName})`],
    ["operators' commands", `. ${operatorFile}; npm run doctor -- --stage dev`],
  ];
  if (armed.length > 0) rows.push(['broken on purpose', armed.join(', ')]);
  const lines = rows.map(([name = '', url = '']) => `  ${name.padEnd(32)}${url}`);
  return ['', ...lines, '', `Up in ${seconds} s. Ctrl-C stops it.`, ''].join('\n');
}

requireNode();
const [
  { startDemo },
  { parseFaults },
  { defaultApiPort, onPort, PortError, portsFrom },
  { operatorFile, writeOperatorEnvironment },
  { startDeployedStage },
] = await Promise.all([
  import('./demo/start-demo.ts'),
  import('./demo/parse-faults.ts'),
  import('./ports.ts'),
  import('./operator-environment.ts'),
  import('./deployed-stage.ts'),
]);
const { port, isBuilding, output, faults } = optionsOf(defaultApiPort, parseFaults);
if (!isBuilding && !existsSync('dist/functions'))
  fail('There are no bundles in dist/functions. Start once without --no-build.');
let running: Demo | undefined;
stopOnSignal(() => running);
try {
  const ports = portsFrom(port);
  running = await startDemo({
    isBuilding,
    isScheduled: true,
    ports,
    ...(output === 'logs' && { onLine: ({ function: name, line }) => print(`${name.padEnd(13)} ${line}`) }),
  });
  const { world } = running;
  for (const fault of faults) await running.faults.arm(fault);
  const stage = await onPort(ports, 'account', (free) => startDeployedStage(world, free));
  await writeOperatorEnvironment(world, stage);
  print(output === 'quiet' ? world.apiUrl : table(running, (performance.now() / 1000).toFixed(1)));
} catch (error) {
  await running?.close();
  if (error instanceof PortError)
    fail(
      `${error.message} Free it, or start on other ports: ` +
        `npm start -- --port ${Math.max(defaultApiPort, port + 100)}`,
    );
  throw error;
}

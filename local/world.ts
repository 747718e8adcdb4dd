// Everything that one deployment is, on loopback: the simulated vendors and AWS around the built functions.
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { functionNames, routes } from '../functions/contract/routes.ts';
import { type Stage, stages } from '../lib/stages.ts';
import { gatewayError } from '../simulators/aws/function-answer.ts';
import type { Invocation } from '../simulators/aws/function-container.ts';
import { createGateway, type Gateway } from '../simulators/aws/gateway.ts';
import { listenGateway } from '../simulators/aws/gateway-server.ts';
import type { AwsCall } from '../simulators/aws/permissions.ts';
import { createScheduler, type Scheduler } from '../simulators/aws/scheduler.ts';
import { readTemplate } from '../simulators/aws/template.ts';
import type { Faults } from '../simulators/faults.ts';
import type { Handle } from '../simulators/server.ts';
import { type FunctionState, type LogLine, startFunctions } from './functions.ts';
import { lambdaEnvironment } from './lambda-environment.ts';
import { freePorts, onPort, type Ports } from './ports.ts';
import { randomSecretValues, type WorldSecrets } from './secret-values.ts';
import { startStores } from './stores.ts';
import { loadCdk, stackName, synthesize } from './synthesize.ts';
import { type Backend, type Tap, traceOf } from './tap.ts';
import { registerWebhook, startVendors, type Vendors } from './vendors.ts';

export interface WorldOptions {
  /** A template object to run instead of a fresh one; a test may have taken a piece out of it. */
  readonly template?: unknown;
  /** A folder with one folder per function. @default dist/functions */
  readonly bundles?: string;
  /** Builds the functions first. @default false */
  readonly isBuilding?: boolean;
  /** @default free ones */
  readonly ports?: Ports;
  /** Whether the scheduler runs by itself from the start. @default false */
  readonly isScheduled?: boolean;
  /** Containers per function at most. @default 4 */
  readonly concurrency?: number;
  /** Whether containers stand still between calls, as Lambda's do. @default false */
  readonly isFrozenWhenIdle?: boolean;
  /** Whether the stage's throttle holds. @default false */
  readonly isThrottled?: boolean;
  readonly onLine?: (line: LogLine) => void;
  /** What the stack is made of, once the API's port is known. @default - stage `dev` */
  readonly stageOn?: (port: number) => Stage;
  /** Looks at what passes. @default - nobody does */
  readonly tap?: Tap;
  /** Pages beside the API, on its port: the handle of a path, or undefined for the gateway's own. @default - none */
  readonly pages?: (path: string) => Handle | undefined;
}

export interface World extends Vendors {
  readonly apiUrl: string;
  readonly gateway: Gateway;
  readonly secrets: WorldSecrets;
  readonly secretsUrl: string;
  readonly tableUrl: string;
  readonly tableName: string;
  /** What breaks in AWS: the table's by action (`/PutItem`), Secrets Manager's by its one path `/`. */
  readonly faults: { readonly table: Faults; readonly secrets: Faults };
  /** While true, connections to it are refused. */
  refuse(backend: Backend, isRefusing: boolean): Promise<void>;
  /** Every item of the table. */
  scanTable(): Promise<Record<string, unknown>[]>;
  /** Each different call that a function made to the table or to Secrets Manager, once. */
  awsCalls(): readonly AwsCall[];
  /** What the functions have printed so far, in order. */
  logs(): readonly LogLine[];
  readonly scheduler: Scheduler;
  /** One run of the reconcile, now. */
  runReconcile(): Promise<Invocation>;
  invoke(functionName: string, event: unknown): Promise<Invocation>;
  functions(): readonly FunctionState[];
  restartFunction(name: string): Promise<void>;
  killFunction(name: string): Promise<void>;
  close(): Promise<void>;
}

/** @throws PortError, or TemplateError that names the missing piece; nothing is left running then */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const closers: (() => unknown)[] = [];
  // Last started, first stopped: the functions go before what they call. One that fails does not spare the others.
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).toReversed()) await Promise.allSettled([(async () => closer())()]);
  };
  try {
    return await start(options, (closer) => closers.push(closer), close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(
  options: WorldOptions,
  keep: (close: () => unknown) => void,
  close: () => Promise<void>,
): Promise<World> {
  const ports = options.ports ?? freePorts;
  const built = path.resolve(options.bundles ?? 'dist/functions');
  // The API's port first: the one that people look for, and that others may hold.
  let gateway: Gateway | undefined;
  const starting = async () => gatewayError(503, 'Service Unavailable');
  const { tap, pages } = options;
  const answer: Gateway['answer'] = (request) => gateway?.answer(request) ?? starting();
  const front = await onPort(ports, 'api', (port) =>
    listenGateway({ answer: tap?.aroundGateway(answer) ?? answer }, port, pages),
  );
  keep(() => front.close());
  const stage = options.stageOn?.(front.port) ?? stages.dev;
  const seeded = randomSecretValues();
  const vendors = await startVendors(ports, seeded, keep, { stage, tap });
  const template = options.template ?? (await templateOf(built, stage, options.isBuilding ?? false));
  const pieces = readTemplate(template, { stackName, functionNames, apiUrl: front.url });
  const { table, secrets, secretsUrl, refuseSecrets, awsCalls } = await startStores(
    pieces,
    ports,
    seeded,
    keep,
    tap,
  );
  const bundles = await deploy(built, keep);
  const backends = new Map<string, Backend>([
    [vendors.stytch.url, 'stytch'],
    [vendors.unit.url, 'unit'],
    [table.url, 'dynamodb'],
    [secretsUrl, 'secrets_manager'],
  ]);
  const functions = startFunctions(pieces, {
    bundles,
    concurrency: options.concurrency,
    isFrozenWhenIdle: options.isFrozenWhenIdle,
    onLine: options.onLine,
    traceOf: tap && traceOf(tap, backends),
    environmentOf: (piece) =>
      lambdaEnvironment(piece, {
        stytchUrl: vendors.stytch.url,
        unitUrl: vendors.unit.url,
        tableUrl: table.url,
        secretsUrl,
      }),
  });
  keep(() => functions.close());
  const { invoke } = functions;
  gateway = createGateway(pieces.api, invoke, { isThrottled: options.isThrottled ?? false });
  const scheduler = createScheduler(pieces.schedules, invoke);
  keep(() => scheduler.close());
  await functions.warm();
  await registerWebhook(vendors.unit, `${front.url}${routes.unitWebhook.path}`, seeded.unitWebhook);
  const refusers = {
    stytch: vendors.stytch.refuse,
    unit: vendors.unit.refuse,
    dynamodb: table.refuse,
    secrets_manager: refuseSecrets,
  };
  if (options.isScheduled === true) scheduler.resume();
  return {
    ...vendors,
    apiUrl: front.url,
    gateway,
    secrets,
    secretsUrl,
    tableUrl: table.url,
    tableName: table.tableName,
    faults: { table: table.faults, secrets: secrets.faults },
    refuse: (backend, isRefusing) => refusers[backend](isRefusing),
    awsCalls,
    scanTable: () => table.scan(),
    scheduler,
    runReconcile: async () => {
      const [outcome] = await scheduler.runNow();
      if (outcome === undefined) throw new Error('the template has no schedule');
      return outcome;
    },
    invoke,
    logs: functions.logs,
    functions: functions.states,
    restartFunction: functions.restart,
    killFunction: functions.kill,
    close,
  };
}

/** Building and loading the CDK take about as long as each other, so they go side by side. */
async function templateOf(bundles: string, stage: Stage, isBuilding: boolean): Promise<unknown> {
  if (isBuilding) await Promise.all([import('../scripts/build.ts').then(({ build }) => build()), loadCdk()]);
  return synthesize(bundles, stage);
}

/**
 * Copies the bundles to a folder of their own, as an upload does: a later build does not change what runs, and a module
 * that a bundle lacks is not found in this repository.
 */
async function deploy(built: string, keep: (close: () => unknown) => void): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'bridge-functions-'));
  keep(() => rm(folder, { recursive: true, force: true }));
  await cp(built, folder, { recursive: true });
  return folder;
}

// `npm run test:deploy`: `cdk deploy` to an emulator of AWS, the journey there, an update and its rollback.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { problemBody } from '../functions/contract/problems.ts';
import { routes } from '../functions/contract/routes.ts';
import { stages } from '../lib/stages.ts';
import { call } from '../local/journey-client.ts';
import { freePorts } from '../local/ports.ts';
import { randomSecretValues } from '../local/secret-values.ts';
import { startVendors } from '../local/vendors.ts';
import { type JourneyPlace, walkJourneyAt } from '../local/walk-journey.ts';
import { build } from './build.ts';
import { createCdk, type Source } from './deploy/cdk.ts';
import { comeBack } from './deploy/come-back.ts';
import { createDeployed, type StackItem } from './deploy/deployed.ts';
import { installEmulator, startEmulator } from './deploy/emulator.ts';
import { createOperator, startFacade } from './deploy/operator.ts';
import { createProgress, say } from './deploy/progress.ts';
import { fillSecrets, mendWebhook } from './deploy/set-up.ts';
import { refusalTitle, smoke, titleToday } from './deploy/smoke.ts';
import { readOptions } from './options.ts';
import { ProgramMissing } from './python.ts';

const WITHIN_SECONDS = 350;

const progress = createProgress();
const { step, check } = progress;

/** The next version of the product: the same, but for one line that callers can see. */
const nextTitle = 'The signature of the webhook is missing or wrong.';
const nextVersion = {
  file: 'functions/contract/problems.ts',
  find: `'${titleToday}'`,
  replace: `'${nextTitle}'`,
} as const;

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

async function testDeploy(folder: string, stop: AbortSignal, keep: (close: () => unknown) => void) {
  const program = await step('install the emulator', () =>
    installEmulator(folder, { env: process.env, signal: stop }),
  );
  const emulator = await step('start the emulator', () => startEmulator(program, folder));
  keep(() => emulator.stop());
  const values = randomSecretValues();
  const vendors = await startVendors(freePorts, values, keep);
  const cdk = createCdk(emulator.url, folder, stop);
  const deployed = createDeployed(emulator.url);
  keep(() => deployed.close());
  const point = () =>
    deployed.override({ STYTCH_BASE_URL: vendors.stytch.url, UNIT_BASE_URL: vendors.unit.url });

  await step('cdk bootstrap', () => cdk.bootstrap());
  const first = path.join(folder, 'first');
  const outputs = await step('cdk deploy', () => cdk.deploy({}, first));
  const { ApiUrl = '', IdMappingTableName: table = '' } = outputs;
  // The same API by a path: the host name that the emulator gives it is known to few resolvers.
  const apiUrl = `${emulator.url}/_aws/execute-api/${new URL(ApiUrl).hostname.split('.')[0]}/$default`;
  const webhookUrl = `${apiUrl}${routes.unitWebhook.path}`;
  await step('point the functions at the simulated vendors', point);
  // Without a signature no secret is looked at.
  const deliver = () =>
    call('POST', webhookUrl, {
      body: {},
      headers: { 'x-unit-signature': Buffer.alloc(20).toString('base64') },
    });
  const empty = await deliver();
  check('before its secrets are filled it answers 503', empty.status === 503, empty.body);

  const facade = await startFacade(
    emulator.url,
    new Map([
      [stages.dev.stytchBaseUrl, vendors.stytch.url],
      [stages.dev.unitBaseUrl, vendors.unit.url],
      [ApiUrl, apiUrl],
    ]),
  );
  keep(() => facade.close());
  const operator = createOperator(emulator.url, facade, folder, stop);
  await step('npm run secrets', () => fillSecrets(operator, values, progress));
  await step('npm run doctor', () => mendWebhook(operator, vendors, progress));
  await step('npm run smoke', () => smoke(operator, vendors, folder, progress));

  const place: JourneyPlace = {
    ...vendors,
    apiUrl,
    isSettled: async (applicationId) =>
      (await deployed.items(table)).some(
        (item) => item['sk'] === `APPLICATION#${applicationId}` && item['status'] === 'Approved',
      ),
  };
  const customer = await step('walk the journey', () =>
    walkJourneyAt(place, ({ title }) => check(`journey: ${title}`, true)),
  );
  const deliveries = vendors.unit.controls.webhookLog().filter(({ outcome }) => outcome === 'delivered');
  check('Unit has delivered its webhook to the deployed API', deliveries.length > 0);
  const reconciled = await step('invoke the reconcile', () => deployed.invoke('Reconcile'));
  check('the reconcile ends well', reconciled.isGood, reconciled.answer);

  const code = await deployed.codeOf();
  const stateful = await deployed.statefulResources();
  check('the stack has its table, seven secrets and API', stateful.length === 9, stateful);

  /** Deploys another version around the data that is there. */
  const replace = async (version: string, title: string, source: Source): Promise<void> => {
    const before = lasting(await deployed.items(table));
    await step(title, () => cdk.deploy(source, path.join(folder, version)));
    check(
      `${version}: table, secrets and API are the same ones`,
      same(await deployed.statefulResources(), stateful),
    );
    const after = lasting(await deployed.items(table));
    check(`${version}: every one of ${before.length} items is unchanged`, same(after, before));
    await point();
  };
  const next = path.join(folder, 'next');
  await step('build the next version', () => build({ into: next, edits: [nextVersion] }));
  await replace('update', 'cdk deploy of the next version', { bundles: path.join(next, 'functions') });
  check('update: new code answers', (await refusalTitle(apiUrl)) === nextTitle);
  check('update: the same customer gets a token', (await comeBack(place, customer)) === customer.customerId);

  await replace('rollback', 'cdk deploy of the first version again', { assembly: first });
  check('rollback: the code is the first one again', same([...(await deployed.codeOf())], [...code]));
  check('rollback: old code answers', (await refusalTitle(apiUrl)) === titleToday);
  check(
    'rollback: the same customer gets a token',
    (await comeBack(place, customer)) === customer.customerId,
  );

  // Last, as it breaks the function: that the roles have allowed all of the above means something.
  await deployed.override({ UNIT_WEBHOOK_SECRET_ARN: outputs['StytchSecretArn'] ?? '' }, 'UnitWebhook');
  const forbidden = await deliver();
  const problem = problemBody.safeParse(forbidden.body);
  // An empty secret answers 503, too, by another code: that one would show nothing of roles.
  const isDenied = forbidden.status === 503 && problem.data?.code === 'temporarily_unavailable';
  check("IAM keeps the webhook's function from another secret", isDenied, forbidden.body);
}

/** Without the reconcile's own notes, which the schedule changes every minute. */
const lasting = (items: readonly StackItem[]): readonly StackItem[] =>
  items.filter(({ pk }) => pk !== 'RECONCILE');

const usage = `Usage: npm run test:deploy

Deploys stage dev to an emulator of AWS on this machine, walks the journey there, updates the stack and rolls it back.
Needs Python; installs the emulator into a folder that goes afterwards.

  --help  this`;

async function main(): Promise<number> {
  readOptions(usage, {});
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  const startedAt = Date.now();
  const folder = await mkdtemp(path.join(tmpdir(), 'bridge-deploy-'));
  const stop = new AbortController();
  const closers: (() => unknown)[] = [];
  const interrupted = new Promise<never>((_, reject) => {
    const end = (why: string) => () => reject(new Error(why));
    setTimeout(end(`not done within ${WITHIN_SECONDS} s`), WITHIN_SECONDS * 1000).unref();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end(`stopped by ${signal}`));
  });
  try {
    await Promise.race([testDeploy(folder, stop.signal, (closer) => closers.push(closer)), interrupted]);
    const seconds = Math.round((Date.now() - startedAt) / 1000);
    say(`test:deploy: ${progress.passed()} checks passed in ${seconds} s`);
    return 0;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    if (error instanceof ProgramMissing) {
      say(`skipped: test:deploy (${why})`);
      return 0;
    }
    say(`test:deploy: FAILED after ${progress.passed()} checks: ${why}`);
    return 1;
  } finally {
    stop.abort();
    for (const closer of closers.toReversed()) await Promise.allSettled([(async () => closer())()]);
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

// A request that nobody waits for any more must not keep the process alive.
process.exit(await main());

// The operators' commands as a user runs them, but bundled: child processes against a world, by its environment.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { expect } from '@jest/globals';
import type { Exchange } from '../../local/journey-client.ts';
import { operatorEnvironment } from '../../local/operator-environment.ts';
import type { World } from '../../local/world.ts';
import { business } from '../simulators/unit/support.ts';
import { api } from '../support/security.ts';
import { emailFactor, individual, person, type SignedInUser } from '../support/world.ts';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export type CommandName =
  | 'link'
  | 'export-user'
  | 'delete-user'
  | 'reset-factors'
  | 'secrets'
  | 'doctor'
  | 'smoke';

export interface RunOptions {
  /** Beside the world's own; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Texts for the file descriptors from 3 on. */
  readonly descriptors?: readonly string[];
}

/** Everything that any command has printed, for the search for secrets. */
export const printed: string[] = [];

/** Starts a command and leaves it running. */
export function start(
  world: World | null,
  name: CommandName,
  args: readonly string[],
  options: RunOptions = {},
) {
  const { env = {}, descriptors = [] } = options;
  const child: ChildProcess = spawn(process.execPath, [`dist/test/ops/${name}.mjs`, ...args], {
    stdio: ['ignore', 'pipe', 'pipe', ...descriptors.map(() => 'pipe' as const)],
    env: {
      PATH: process.env['PATH'],
      HOME: '/nonexistent',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      ...(world === null ? {} : operatorEnvironment(world)),
      ...env,
    },
  });
  const output = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  for (const [i, text] of descriptors.entries()) {
    const stream = child.stdio[i + 3];
    if (stream != null && 'end' in stream) stream.end(text);
  }
  const ended = once(child, 'close').then(([code]): Ran => {
    printed.push(output.stdout, output.stderr);
    return { code: typeof code === 'number' ? code : -1, ...output };
  });
  return { child, ended, output };
}

/** Runs a command to its end. */
export const run = (
  world: World | null,
  name: CommandName,
  args: readonly string[],
  options?: RunOptions,
): Promise<Ran> => start(world, name, args, options).ended;

/** Runs a command with --json: its exit code and its document. */
export async function runJson(
  world: World | null,
  name: CommandName,
  args: readonly string[],
  options?: RunOptions,
): Promise<{ readonly code: number; readonly document: Record<string, unknown> }> {
  const { code, stdout } = await run(world, name, [...args, '--json'], options);
  return { code, document: JSON.parse(stdout) as Record<string, unknown> };
}

export const apply = ['--apply', '--yes'] as const;

/** An item as text, whatever the order of its attributes. */
export const stable = (item: object): string =>
  JSON.stringify(Object.entries(item).toSorted(([a], [b]) => a.localeCompare(b)));

/** Every item, in one order: equal before and after means that nothing was written. */
export const snapshot = async (world: World): Promise<string> =>
  (await world.scanTable())
    .filter(({ pk }) => !/^(RECONCILE|RATE#|EVENT#)/.test(String(pk)))
    .map(stable)
    .toSorted()
    .join('\n');

/** One item, or undefined. */
export const itemOf = async (
  world: World,
  pk: string,
  sk: string,
): Promise<Record<string, unknown> | undefined> =>
  (await world.scanTable()).find((item) => item['pk'] === pk && item['sk'] === sk);

const hex = (): string => randomUUID().slice(0, 8);
export const newEmail = (): string => `link.${hex()}@example.com`;

let numbers = 5_550_100;
/** As Stytch and as Unit write it. */
export const newPhone = () => {
  numbers += 1;
  return { e164: `+1415${numbers}`, atUnit: { countryCode: '1', number: `415${numbers}` } };
};

/** A customer whom Unit has approved behind our back, and who is nobody's yet. */
export function seedCustomer(world: World, attributes: object = {}): string {
  const { type: _, ...applicant } = { ...individual(newEmail()), ...attributes };
  const { id } = world.unit.controls.seedApplication({
    data: { type: 'individualApplication', attributes: { ...person, ...applicant } },
  });
  return customerOf(world, id);
}

export function seedBusiness(world: World, contact: object): string {
  const fullName = { first: 'Ada', last: 'Okafor' };
  const body = business({ contact: { fullName, ...contact } });
  return customerOf(world, world.unit.controls.seedApplication(body).id);
}

function customerOf(world: World, applicationId: string): string {
  const customer = world.unit.controls.customers().find((one) => one.applicationId === applicationId);
  if (customer === undefined) throw new Error('Unit has not approved the application');
  return customer.id;
}

/** A person whose email and phone Stytch and Unit agree on. */
export async function seedMatch(
  world: World,
): Promise<{ userId: string; customerId: string; phone: string }> {
  const email = newEmail();
  const { e164, atUnit } = newPhone();
  const { userId } = await world.stytch.controls.seedUser({ email, phoneNumber: e164 });
  return { userId, customerId: seedCustomer(world, { email, phone: atUnit }), phone: e164 };
}

export const signIn = (world: World, userId: string) =>
  world.stytch.controls.startSession({ userId, factors: [emailFactor] });

export const exchange = (world: World, sessionJwt: string): Promise<Exchange> =>
  api(world, 'POST', '/v1/token', sessionJwt, { scopes: ['accounts'] });

export const subjectOf = (world: World, customerId: string): unknown => {
  const attributes = world.unit.controls.customers().find(({ id }) => id === customerId)?.person.attributes;
  return attributes !== undefined && 'jwtSubject' in attributes ? attributes.jwtSubject : undefined;
};

/** Sensitive values that a command must never print: secrets, sessions, SSNs, and whole addresses but in an export. */
export function secretsOf(world: World): readonly string[] {
  const unit = world.unit.controls.received();
  return [
    ...Object.values(world.secrets.seeded),
    world.unit.operatorToken,
    ...unit.ssns,
    ...unit.birthDates,
    ...unit.orgTokens,
    ...unit.jwtTokens,
    ...unit.customerTokens,
  ];
}

/** Nothing of the kind stands in what was printed so far; `more` are addresses of the test's people. */
export function expectNoSecrets(world: World, more: readonly string[] = []): void {
  const text = printed.join('\n');
  const secrets = [...secretsOf(world), ...more];
  expect(secrets.length).toBeGreaterThan(8);
  expect(secrets.filter((secret) => secret.length > 5 && text.includes(secret))).toEqual([]);
}

/** Waits for what happens in this process, looking often: a command is caught between two of its steps. */
export async function until(isThere: () => boolean): Promise<void> {
  const end = Date.now() + 15_000;
  while (!isThere()) {
    if (Date.now() > end) throw new Error('it did not happen in time');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

export type { SignedInUser };

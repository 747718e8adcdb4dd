// The secrets of a world: random per run, found in the template by the settings that point to them.
import { randomBytes } from 'node:crypto';
import * as z from 'zod/mini';
import { functionNames } from '../functions/contract/routes.ts';
import { functionSettings, type UnitOrgTokenJob } from '../functions/contract/settings.ts';
import type { SecretsManager } from '../simulators/aws/secrets-manager.ts';
import type { FunctionPiece, Pieces, SecretPiece } from '../simulators/aws/template.ts';

export const secretNames = [
  'stytch',
  'unitExchange',
  'unitOnboarding',
  'unitEvents',
  'unitContact',
  'unitWebhook',
  'hashKey',
] as const;
export type SecretName = (typeof secretNames)[number];

/** What each job's org token may do, as the docs tell operators to make it. */
export const unitScopes = {
  exchange: ['customer-token-write'],
  onboarding: ['applications', 'applications-write', 'customers'],
  events: ['applications', 'customers', 'events', 'webhooks'],
  contact: ['customers'],
} as const satisfies Record<UnitOrgTokenJob, readonly string[]>;

/** The operators' own token: never in Secrets Manager. */
export const operatorScopes = [
  'applications',
  'customers',
  'customers-write',
  'events',
  'webhooks',
  'webhooks-write',
] as const;

export const randomUnitToken = (): string => `v2.public.${randomBytes(48).toString('base64url')}`;

export const randomSecretValues = (): Record<SecretName, string> => ({
  stytch: `secret-test-${randomBytes(24).toString('base64url')}=`,
  unitExchange: randomUnitToken(),
  unitOnboarding: randomUnitToken(),
  unitEvents: randomUnitToken(),
  unitContact: randomUnitToken(),
  unitWebhook: randomBytes(32).toString('base64url'),
  hashKey: randomBytes(32).toString('hex'),
});

const jobSecrets = {
  exchange: 'unitExchange',
  onboarding: 'unitOnboarding',
  events: 'unitEvents',
  contact: 'unitContact',
} as const satisfies Record<UnitOrgTokenJob, SecretName>;

/** Which ARN is which secret. A secret that no function's setting points to is not in it. */
export function secretArns(functions: readonly FunctionPiece[]): Partial<Record<SecretName, string>> {
  const arns: Partial<Record<SecretName, string>> = {};
  for (const { name, environment } of functions) {
    const found = {
      stytch: environment['STYTCH_SECRET_ARN'],
      unitWebhook: environment['UNIT_WEBHOOK_SECRET_ARN'],
      hashKey: environment['HASH_KEY_SECRET_ARN'],
    };
    Object.assign(arns, defined(found));
    const job = jobOf(name);
    if (job !== undefined)
      Object.assign(arns, defined({ [jobSecrets[job]]: environment['UNIT_ORG_TOKEN_SECRET_ARN'] }));
  }
  return arns;
}

function jobOf(name: string): UnitOrgTokenJob | undefined {
  const known = functionNames.find((it) => it === name);
  if (known === undefined) return undefined;
  const settings = functionSettings[known];
  return 'unitOrgToken' in settings ? settings.unitOrgToken : undefined;
}

const defined = (record: Record<string, string | undefined>) =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));

/** Secrets Manager by the names of this product. */
export interface WorldSecrets {
  /** The values that the world began with. */
  readonly seeded: Readonly<Record<SecretName, string>>;
  /** A new value, as an operator puts it; `previous` is accepted beside it during a rotation. */
  put(name: SecretName, value: string, previous?: string): void;
  /** Any text at all. */
  putText(name: SecretName, text: string): void;
  /** As the stack leaves a secret that nobody has filled. */
  empty(name: SecretName): void;
  arn(name: SecretName): string;
  readonly requests: SecretsManager['requests'];
  readonly faults: SecretsManager['faults'];
}

export function worldSecrets(
  manager: SecretsManager,
  { functions, secrets }: Pick<Pieces, 'functions' | 'secrets'>,
  seeded: Readonly<Record<SecretName, string>>,
): WorldSecrets {
  const arns = secretArns(functions);
  const arn = (name: SecretName): string => {
    const found = arns[name];
    if (found === undefined) throw new Error(`no function of the template reads the secret ${name}`);
    return found;
  };
  const put = (name: SecretName, value: string, previous?: string): void =>
    manager.put(arn(name), JSON.stringify({ value, ...(previous === undefined ? {} : { previous }) }));
  for (const name of secretNames) {
    const piece = secrets.find((it) => it.arn === arns[name]);
    if (piece !== undefined) manager.put(piece.arn, firstText(piece, seeded[name]));
  }
  return {
    seeded,
    put,
    putText: (name, text) => manager.put(arn(name), text),
    empty: (name) => manager.empty(arn(name)),
    arn,
    requests: manager.requests,
    faults: manager.faults,
  };
}

const jsonObject = z.record(z.string(), z.unknown());

/** As AWS generates it where the template says so; else as an operator puts it. */
function firstText({ generated }: SecretPiece, value: string): string {
  if (generated === undefined) return JSON.stringify({ value });
  if (generated.key === undefined) return value;
  return JSON.stringify({ ...jsonObject.parse(JSON.parse(generated.template)), [generated.key]: value });
}

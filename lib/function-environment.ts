// The environment of a function: exactly the settings that it reads, and the secrets that they point to.
import type { FunctionName } from '../functions/contract/routes.ts';
import { functionSettings, type SettingName, type UnitOrgTokenJob } from '../functions/contract/settings.ts';
import type { IdMappingTable } from './id-mapping-table.ts';
import { publicNameOf, type Stage } from './stages.ts';
import type { VendorSecrets } from './vendor-secrets.ts';

export interface FunctionEnvironmentProps {
  readonly stage: Stage;
  readonly table: IdMappingTable;
  readonly secrets: VendorSecrets;
}

export interface FunctionEnvironment {
  readonly variables: Readonly<Record<string, string>>;
  /** The secrets among the variables: what the function may read, and nothing else. */
  readonly secretArns: readonly string[];
}

/** Who may have issued a session JWT: Stytch under the project's id, which has no scheme, and its custom domain. */
const issuersOf = ({ stytchProjectId, stytchCustomDomain }: Stage): readonly string[] => [
  `stytch.com/${stytchProjectId}`,
  ...(stytchCustomDomain === undefined ? [] : [`https://${stytchCustomDomain}`]),
];

/** While AWS's own address is open, Unit may still call that. */
const webhookHostOf = (stage: Stage): string =>
  stage.closeAwsEndpoint === true ? (publicNameOf(stage) ?? 'any') : 'any';

interface Settings {
  readonly settings: readonly SettingName[];
  readonly unitOrgToken?: UnitOrgTokenJob;
}

/** Gives each setting its value in this stage. */
export function functionEnvironment(
  name: FunctionName,
  { stage, table, secrets }: FunctionEnvironmentProps,
): FunctionEnvironment {
  const { settings, unitOrgToken }: Settings = functionSettings[name];
  const values: Readonly<Record<SettingName, string | undefined>> = {
    STAGE: stage.name,
    VENDOR_ENVIRONMENT: stage.vendorEnvironment,
    STYTCH_PROJECT_ID: stage.stytchProjectId,
    STYTCH_BASE_URL: stage.stytchBaseUrl,
    STYTCH_ISSUERS: JSON.stringify(issuersOf(stage)),
    UNIT_BASE_URL: stage.unitBaseUrl,
    PROBLEM_TYPE_BASE_URL: stage.problemTypeBaseUrl,
    ID_MAPPING_TABLE_NAME: table.name,
    HASH_KEY_SECRET_ARN: secrets.hashKeyArn,
    STYTCH_SECRET_ARN: secrets.stytchSecretArn,
    UNIT_ORG_TOKEN_SECRET_ARN: unitOrgToken && secrets.unitOrgTokenArns[unitOrgToken],
    UNIT_WEBHOOK_SECRET_ARN: secrets.unitWebhookTokenArn,
    SESSION_TRANSPORT: stage.sessionTransport,
    ALLOWED_ORIGINS: JSON.stringify(stage.allowedOrigins),
    UNIT_WEBHOOK_HOST: webhookHostOf(stage),
    REDIRECT_URLS: JSON.stringify(stage.redirectUrls),
    PASSKEY_DOMAIN: stage.passkeyDomain,
    SESSION_IDLE_SECONDS: String(stage.session.idleSeconds),
    SESSION_MAX_SECONDS: String(stage.session.maxSeconds),
    TRUSTED_PROXY: stage.trustedProxy,
    ORIGIN_SECRET_ARN: stage.trustedProxy === 'none' ? 'none' : secrets.originSecretArn,
    TOKEN_POLICY: stage.tokenPolicy,
    LIMITS: JSON.stringify(stage.limits),
  };
  const entries = settings.map((setting): [SettingName, string] => {
    const value = values[setting];
    if (value === undefined) throw new Error(`${name} reads ${setting}, but has no unitOrgToken job`);
    return [setting, value];
  });
  return {
    variables: Object.fromEntries(entries),
    secretArns: entries
      .filter(([setting, value]) => setting.endsWith('_SECRET_ARN') && value !== 'none')
      .map(([, arn]) => arn),
  };
}

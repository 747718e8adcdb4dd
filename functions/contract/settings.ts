// Which setting of the environment each function reads: the stack sets exactly these, and grants what they point to.
import type { FunctionName } from './routes.ts';

export const settingNames = [
  'STAGE',
  'VENDOR_ENVIRONMENT',
  'STYTCH_PROJECT_ID',
  'STYTCH_BASE_URL',
  'STYTCH_ISSUERS',
  'UNIT_BASE_URL',
  'PROBLEM_TYPE_BASE_URL',
  'ID_MAPPING_TABLE_NAME',
  'HASH_KEY_SECRET_ARN',
  'STYTCH_SECRET_ARN',
  'UNIT_ORG_TOKEN_SECRET_ARN',
  'UNIT_WEBHOOK_SECRET_ARN',
  'SESSION_TRANSPORT',
  'ALLOWED_ORIGINS',
  'UNIT_WEBHOOK_HOST',
  'REDIRECT_URLS',
  'PASSKEY_DOMAIN',
  'SESSION_IDLE_SECONDS',
  'SESSION_MAX_SECONDS',
  'TRUSTED_PROXY',
  'ORIGIN_SECRET_ARN',
  'TOKEN_POLICY',
  'LIMITS',
] as const;
export type SettingName = (typeof settingNames)[number];

/** The Unit org tokens by job: one secret each, read only by the functions that do that job. */
export type UnitOrgTokenJob = 'exchange' | 'onboarding' | 'events' | 'contact';

interface FunctionSettings {
  readonly settings: readonly SettingName[];
  readonly unitOrgToken?: UnitOrgTokenJob;
}

const everyFunction = [
  'STAGE',
  'VENDOR_ENVIRONMENT',
  'PROBLEM_TYPE_BASE_URL',
  'ID_MAPPING_TABLE_NAME',
] as const;
/** Of every function behind the gateway. */
const frontDoor = ['TRUSTED_PROXY', 'ORIGIN_SECRET_ARN'] as const;
const stytch = [
  'STYTCH_PROJECT_ID',
  'STYTCH_BASE_URL',
  'STYTCH_ISSUERS',
  'STYTCH_SECRET_ARN',
  'HASH_KEY_SECRET_ARN',
  ...frontDoor,
  'LIMITS',
  'SESSION_TRANSPORT',
  'ALLOWED_ORIGINS',
] as const;
const unit = ['UNIT_BASE_URL', 'UNIT_ORG_TOKEN_SECRET_ARN'] as const;

export const functionSettings = {
  signup: {
    settings: [...everyFunction, ...stytch, 'REDIRECT_URLS', 'SESSION_IDLE_SECONDS', 'SESSION_MAX_SECONDS'],
  },
  'step-up': {
    settings: [...everyFunction, ...stytch, ...unit, 'TOKEN_POLICY', 'PASSKEY_DOMAIN'],
    unitOrgToken: 'contact',
  },
  application: {
    settings: [...everyFunction, ...stytch, ...unit, 'TOKEN_POLICY', 'REDIRECT_URLS'],
    unitOrgToken: 'onboarding',
  },
  token: { settings: [...everyFunction, ...stytch, ...unit, 'TOKEN_POLICY'], unitOrgToken: 'exchange' },
  'unit-webhook': {
    settings: [...everyFunction, ...frontDoor, ...unit, 'HASH_KEY_SECRET_ARN', 'UNIT_WEBHOOK_SECRET_ARN'],
    unitOrgToken: 'events',
  },
  reconcile: {
    settings: [...everyFunction, ...unit, 'HASH_KEY_SECRET_ARN', 'UNIT_WEBHOOK_HOST'],
    unitOrgToken: 'events',
  },
} as const satisfies Record<FunctionName, FunctionSettings>;

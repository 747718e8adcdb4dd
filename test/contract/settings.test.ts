import { describe, expect, it } from '@jest/globals';
import { functionNames } from '../../functions/contract/routes.ts';
import { functionSettings, settingNames } from '../../functions/contract/settings.ts';

const readBy = (setting: string): readonly string[] =>
  functionNames.filter((name) => functionSettings[name].settings.some((one) => one === setting));

describe('S6, A13.3.2 A function reads the settings that it needs and no others', () => {
  it.each(functionNames)('%s names each of its settings once, and only known ones', (name) => {
    const settings: readonly string[] = functionSettings[name].settings;
    expect(new Set(settings).size).toBe(settings.length);
    expect(settings.filter((one) => !settingNames.some((known) => known === one))).toEqual([]);
  });

  it('every setting is read by somebody', () => {
    expect(settingNames.filter((name) => readBy(name).length === 0)).toEqual([]);
  });

  it.each([
    ['STYTCH_SECRET_ARN', ['signup', 'step-up', 'application', 'token']],
    ['UNIT_WEBHOOK_SECRET_ARN', ['unit-webhook']],
    ['UNIT_ORG_TOKEN_SECRET_ARN', ['step-up', 'application', 'token', 'unit-webhook', 'reconcile']],
    ['ORIGIN_SECRET_ARN', ['signup', 'step-up', 'application', 'token', 'unit-webhook']],
    ['HASH_KEY_SECRET_ARN', ['signup', 'step-up', 'application', 'token', 'unit-webhook', 'reconcile']],
  ])('E5 the secret behind %s is read by %j alone', (setting, names) => {
    expect(readBy(setting)).toEqual(names);
  });

  it.each([
    ['signup', undefined],
    ['step-up', 'contact'],
    ['application', 'onboarding'],
    ['token', 'exchange'],
    ['unit-webhook', 'events'],
    ['reconcile', 'events'],
  ] as const)('E5 %s holds the Unit org token of its own job: %s', (name, job) => {
    expect(Reflect.get(functionSettings[name], 'unitOrgToken')).toBe(job);
  });
});

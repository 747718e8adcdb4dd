import { describe, expect, it } from '@jest/globals';
import { readConfig } from '../../functions/config.ts';
import { functionNames } from '../../functions/contract/routes.ts';
import { functionSettings } from '../../functions/contract/settings.ts';
import { ServiceError } from '../../functions/core/errors.ts';
import { defaultLimits } from '../../functions/core/limits.ts';

const arn = (name: string): string => `arn:aws:secretsmanager:us-east-1:000000000000:secret:${name}-AbCdEf`;

const good: Readonly<Record<string, string>> = {
  STAGE: 'prod',
  VENDOR_ENVIRONMENT: 'test',
  STYTCH_PROJECT_ID: 'project-test-6f2c1d4e',
  STYTCH_BASE_URL: 'https://test.stytch.com',
  STYTCH_ISSUERS: '["stytch.com/project-test-6f2c1d4e","https://login.bank.example"]',
  UNIT_BASE_URL: 'https://api.s.unit.sh',
  PROBLEM_TYPE_BASE_URL: 'https://docs.bank.example/problems/',
  ID_MAPPING_TABLE_NAME: 'IdMapping',
  HASH_KEY_SECRET_ARN: arn('HashKey'),
  STYTCH_SECRET_ARN: arn('Stytch'),
  UNIT_ORG_TOKEN_SECRET_ARN: arn('UnitOrgToken'),
  UNIT_WEBHOOK_SECRET_ARN: arn('UnitWebhook'),
  SESSION_TRANSPORT: 'cookie',
  ALLOWED_ORIGINS: '["https://app.bank.example"]',
  UNIT_WEBHOOK_HOST: 'api.bank.example',
  REDIRECT_URLS: '["https://app.bank.example/callback"]',
  PASSKEY_DOMAIN: 'bank.example',
  SESSION_IDLE_SECONDS: '3600',
  SESSION_MAX_SECONDS: '43200',
  TRUSTED_PROXY: 'none',
  ORIGIN_SECRET_ARN: 'none',
  TOKEN_POLICY: 'default',
  LIMITS: JSON.stringify(defaultLimits),
};

const live = {
  VENDOR_ENVIRONMENT: 'live',
  STYTCH_PROJECT_ID: 'project-live-6f2c1d4e',
  STYTCH_BASE_URL: 'https://api.stytch.com',
  UNIT_BASE_URL: 'https://api.unit.co',
};
const simulated = { STYTCH_BASE_URL: 'http://127.0.0.1:4401', UNIT_BASE_URL: 'http://localhost:4402' };

/** Why an environment is refused; empty when it is taken. */
function faults(changes: Readonly<Record<string, string | undefined>> = {}, name = 'application'): string {
  const wanted = functionNames.find((one) => one === name) ?? 'application';
  try {
    readConfig(wanted, { ...good, ...changes });
    return '';
  } catch (error) {
    if (error instanceof ServiceError) return `${error.code} ${error.details.reason}`;
    throw error;
  }
}

describe('the settings of a function', () => {
  it.each(functionNames)('are taken when they are all there, and no others are needed: %s', (name) => {
    const needed = functionSettings[name].settings.map((one) => [one, good[one]]);
    expect(() => readConfig(name, Object.fromEntries(needed))).not.toThrow();
  });

  it.each(functionNames)('are all named in one error when they are missing: %s', (name) => {
    const told = (() => {
      try {
        readConfig(name, {});
        return '';
      } catch (error) {
        return error instanceof ServiceError ? `${error.code} ${error.details.reason}` : '';
      }
    })();
    expect(told).toMatch(/^server_error settings: /);
    for (const setting of functionSettings[name].settings) expect(told).toContain(setting);
  });

  it('are named together whether missing or bad, and the good ones are not', () => {
    const told = faults({ STAGE: '', TOKEN_POLICY: undefined, LIMITS: '{"sendsPerAddress":5}' });
    expect(told).toBe('server_error settings: STAGE, LIMITS, TOKEN_POLICY');
  });

  it.each<[string, string]>([
    ['STYTCH_PROJECT_ID', 'secret-test-in-the-wrong-place'],
    ['STYTCH_SECRET_ARN', 'secret-test-in-the-wrong-place'],
    ['UNIT_ORG_TOKEN_SECRET_ARN', 'v2.public.an-org-token'],
    ['PROBLEM_TYPE_BASE_URL', 'not a URL'],
    ['TRUSTED_PROXY', 'x-forwarded-for'],
    ['ORIGIN_SECRET_ARN', 'the-origin-secret-itself'],
    ['LIMITS', 'no JSON'],
    ['LIMITS', '{}'],
    ['LIMITS', JSON.stringify({ ...defaultLimits, sendsPerAddress: { max: -1, windowSeconds: 60 } })],
    ['LIMITS', JSON.stringify({ ...defaultLimits, sendsPerAddress: { max: 1, windowSeconds: 0 } })],
  ])('INV5 are refused by name and never by value: %s', (name, value) => {
    const told = faults({ [name]: value });
    expect(told).toContain(name);
    expect(told).not.toContain(value);
  });

  it.each<[string, string]>([
    ['SESSION_TRANSPORT', 'header'],
    ['SESSION_TRANSPORT', ''],
    ['ALLOWED_ORIGINS', '["*"]'],
    ['ALLOWED_ORIGINS', 'https://app.bank.example'],
    ['REDIRECT_URLS', '[]'],
    ['REDIRECT_URLS', '"https://app.bank.example"'],
    ['REDIRECT_URLS', '["/callback"]'],
    ['REDIRECT_URLS', 'https://app.bank.example'],
    ['SESSION_IDLE_SECONDS', '0'],
    ['SESSION_IDLE_SECONDS', '1e3'],
    ['SESSION_IDLE_SECONDS', '-60'],
    ['SESSION_MAX_SECONDS', 'NaN'],
    ['SESSION_MAX_SECONDS', '60 '],
  ])('are refused when they make no sense: %s = %s', (name, value) => {
    expect(faults({ [name]: value }, 'signup')).toBe(`server_error settings: ${name}`);
  });

  it.each([
    ['cloudfront', 'none', 'server_error settings: TRUSTED_PROXY (and its secret)'],
    ['none', arn('Origin'), 'server_error settings: TRUSTED_PROXY (and its secret)'],
    ['cloudfront', arn('Origin'), ''],
    ['none', 'none', ''],
  ])('A4.1.3 trust a proxy by its secret alone: %s, %s', (proxy, secret, told) => {
    for (const name of ['signup', 'token', 'unit-webhook'])
      expect(faults({ TRUSTED_PROXY: proxy, ORIGIN_SECRET_ARN: secret }, name)).toBe(told);
  });

  it.each(['', 'https://api.bank.example', 'api.bank.example/webhooks', 'bank', 'api.bank.example:443'])(
    'name the host of the webhook, and nothing else: "%s"',
    (host) => {
      expect(faults({ UNIT_WEBHOOK_HOST: host }, 'reconcile')).toBe(
        'server_error settings: UNIT_WEBHOOK_HOST',
      );
    },
  );

  it.each([
    ['any', null],
    ['api.bank.example', 'api.bank.example'],
  ])('know the host of the webhook, or that any will do: %s', (value, host) => {
    expect(readConfig('reconcile', { ...good, UNIT_WEBHOOK_HOST: value }).get('UNIT_WEBHOOK_HOST')).toBe(
      host,
    );
  });

  it.each(['', 'https://bank.example', 'bank.example/path', 'Bank.example', 'bank..example', '.example'])(
    'name the domain of passkeys, and nothing else: "%s"',
    (domain) => {
      expect(faults({ PASSKEY_DOMAIN: domain }, 'step-up')).toBe('server_error settings: PASSKEY_DOMAIN');
    },
  );

  it('are read as what they mean', () => {
    const config = readConfig('signup', good);
    expect(config.get('REDIRECT_URLS')).toEqual(['https://app.bank.example/callback']);
    expect(config.get('SESSION_IDLE_SECONDS')).toBe(3600);
    expect(config.get('SESSION_TRANSPORT')).toBe('cookie');
    expect(config.get('ALLOWED_ORIGINS')).toEqual(['https://app.bank.example']);
    expect(config.get('LIMITS')).toEqual(defaultLimits);
  });

  it('are refused also when a function asks for one that it does not have', () => {
    const { UNIT_BASE_URL: _, ...rest } = good;
    const config = readConfig('signup', rest);
    expect(() => config.get('UNIT_BASE_URL')).toThrow('settings: UNIT_BASE_URL');
  });
});

describe('the vendors of a deployment', () => {
  it.each([
    ['the test environments of both', {}],
    ['the live environments of both', live],
    ['the simulators of both', simulated],
  ])('may be %s', (_, changes) => {
    expect(faults(changes)).toBe('');
  });

  it.each<[string, Record<string, string>]>([
    ['Stytch live and Unit test', { STYTCH_BASE_URL: live.STYTCH_BASE_URL }],
    ['Stytch test and Unit live', { UNIT_BASE_URL: live.UNIT_BASE_URL }],
    ['a live project at the test hosts', { STYTCH_PROJECT_ID: live.STYTCH_PROJECT_ID }],
    ['a test project at the live hosts', { ...live, STYTCH_PROJECT_ID: 'project-test-6f2c1d4e' }],
    ['live hosts in a test deployment', { ...live, VENDOR_ENVIRONMENT: 'test' }],
    ['test hosts in a live deployment', { VENDOR_ENVIRONMENT: 'live' }],
    ['Stytch simulated and Unit real', { STYTCH_BASE_URL: simulated.STYTCH_BASE_URL }],
    ['Stytch real and Unit simulated', { UNIT_BASE_URL: simulated.UNIT_BASE_URL }],
    ['simulators in a live deployment', { ...live, ...simulated }],
  ])('are never mixed: %s', (_, changes) => {
    expect(faults(changes)).toMatch(/^server_error settings: .*vendors are mixed/);
  });

  it.each([
    'https://api.stytch.com.attacker.example',
    'https://attacker.example',
    'http://test.stytch.com',
    'https://test.stytch.com/',
    'https://test.stytch.com@attacker.example',
    'http://127.0.0.1.attacker.example:80',
    'http://localhost:80@attacker.example',
    'http://127.0.0.1',
    'http://0.0.0.0:80',
    'https://127.0.0.1:443',
    '',
  ])('O7 get our secrets nowhere but at their own hosts: "%s"', (url) => {
    expect(faults({ STYTCH_BASE_URL: url })).toContain('STYTCH_BASE_URL');
    expect(faults({ UNIT_BASE_URL: url })).toContain('UNIT_BASE_URL');
  });

  it.each([
    '[]',
    '"stytch.com/project-test-6f2c1d4e"',
    '["http://login.bank.example"]',
    '["stytch.com/project-test-6f2c1d4e/"]',
    '["stytch.com/"]',
    '[""]',
  ])('J1 name at least one issuer, each in a form that Stytch uses: %s', (issuers) => {
    expect(faults({ STYTCH_ISSUERS: issuers })).toContain('STYTCH_ISSUERS');
  });

  it('O7 do not swap places', () => {
    expect(faults({ STYTCH_BASE_URL: good['UNIT_BASE_URL'] })).toContain('STYTCH_BASE_URL');
    expect(faults({ UNIT_BASE_URL: good['STYTCH_BASE_URL'] })).toContain('UNIT_BASE_URL');
  });
});

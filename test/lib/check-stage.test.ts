import { describe, expect, it } from '@jest/globals';
import { defaultLimits } from '../../functions/core/limits.ts';
import { MOST_UNIT_CALLS } from '../../functions/core/reconcile/budget.ts';
import { checkStage } from '../../lib/check-stage.ts';
import { type Stage, stages } from '../../lib/stages.ts';

const oversized = { ...defaultLimits, failuresInARow: { max: 10, windowSeconds: 60 } };
const windowless = { ...defaultLimits, sendsPerSource: { max: 1, windowSeconds: 0 } };

const strange = { ...defaultLimits, sendsPerPlanet: { max: 1, windowSeconds: 60 } };
const limited = (name: keyof typeof defaultLimits, max: number, windowSeconds = 86_400) => ({
  limits: { ...defaultLimits, [name]: { max, windowSeconds } },
});

const ownDomain = {
  name: 'api.bank.example',
  certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/6f2c1d4e-9b7a-4c55-8f3e-1a2b3c4d5e6f',
};

const proxied: Partial<Stage> = {
  trustedProxy: 'cloudfront',
  cloudFrontDomain: 'front.bank.example',
  customDomain: ownDomain,
  closeAwsEndpoint: true,
};

const throttled = (routes: object): Stage['throttles'] => ({ rate: 10, burst: 50, routes });

const faultyStages: readonly [field: string, base: Stage, change: Partial<Stage>][] = [
  ['name', stages.dev, { name: 'Dev 1' }],
  ['stytchProjectId', stages.dev, { stytchProjectId: stages.prod.stytchProjectId }],
  ['stytchProjectId', stages.prod, { stytchProjectId: stages.dev.stytchProjectId }],
  ['stytchProjectId', stages.dev, { stytchProjectId: 'project-test-1' }],
  ['stytchBaseUrl', stages.dev, { stytchBaseUrl: stages.prod.stytchBaseUrl }],
  ['stytchBaseUrl', stages.prod, { stytchBaseUrl: stages.dev.stytchBaseUrl }],
  ['stytchBaseUrl', stages.prod, { stytchBaseUrl: 'https://api.stytch.com.evil.example' }],
  ['unitBaseUrl', stages.dev, { unitBaseUrl: stages.prod.unitBaseUrl }],
  ['unitBaseUrl', stages.prod, { unitBaseUrl: stages.dev.unitBaseUrl }],
  ['unitBaseUrl', stages.dev, { unitBaseUrl: 'http://localhost:4402' }],
  ['allowedOrigins[0]', stages.prod, { allowedOrigins: ['*'] }],
  ['allowedOrigins[0]', stages.prod, { allowedOrigins: ['https://*.bank.example'] }],
  ['allowedOrigins[0]', stages.prod, { allowedOrigins: ['https://app.bank.example/'] }],
  ['allowedOrigins[0]', stages.prod, { allowedOrigins: ['http://app.bank.example'] }],
  ['allowedOrigins[0]', stages.prod, { allowedOrigins: ['https://user:word@app.bank.example'] }],
  ['allowedOrigins[1]', stages.prod, { allowedOrigins: ['https://app.bank.example', 'http://localhost'] }],
  ['allowedOrigins[0]', stages.dev, { allowedOrigins: ['http://app.bank.example'] }],
  ['redirectUrls', stages.prod, { redirectUrls: [] }],
  ['redirectUrls[0]', stages.prod, { redirectUrls: ['https://app.bank.example'] }],
  ['redirectUrls[0]', stages.prod, { redirectUrls: ['https://app.bank.example/*'] }],
  ['redirectUrls[0]', stages.prod, { redirectUrls: ['https://app.bank.example/callback#part'] }],
  ['redirectUrls[0]', stages.prod, { redirectUrls: ['javascript:alert(1)'] }],
  ['customDomain.name', stages.prod, { customDomain: { ...ownDomain, name: 'https://api.bank.example' } }],
  ['customDomain.name', stages.prod, { customDomain: { ...ownDomain, name: 'api' } }],
  ['customDomain.certificateArn', stages.prod, { customDomain: { ...ownDomain, certificateArn: 'arn' } }],
  ['trustedProxy', stages.prod, { trustedProxy: 'cloudfront' }],
  ['customDomain', stages.prod, { sessionTransport: 'cookie' }],
  [
    'allowedOrigins',
    stages.prod,
    { sessionTransport: 'cookie', customDomain: ownDomain, allowedOrigins: [] },
  ],
  ...[
    'https://app.other.example',
    'https://bank.example.evil.test',
    'https://app-bank.example',
    'https://example',
    'http://127.0.0.1:4400',
    'http://[::1]:4400',
  ].map((origin): (typeof faultyStages)[number] => [
    'allowedOrigins[0]',
    stages.dev,
    {
      sessionTransport: 'cookie',
      customDomain: ownDomain,
      allowedOrigins: [origin, 'http://localhost:4400'],
    },
  ]),
  [
    'allowedOrigins[0]',
    stages.prod,
    { sessionTransport: 'cookie', customDomain: ownDomain, allowedOrigins: ['http://localhost:4400'] },
  ],
  ['closeAwsEndpoint', stages.prod, { closeAwsEndpoint: true }],
  ['closeAwsEndpoint', stages.prod, { trustedProxy: 'cloudfront', customDomain: ownDomain }],
  ['closeAwsEndpoint', stages.prod, { ...proxied, closeAwsEndpoint: false }],
  ['cloudFrontDomain', stages.prod, { trustedProxy: 'cloudfront' }],
  ['cloudFrontDomain', stages.prod, { cloudFrontDomain: 'front' }],
  ['cloudFrontDomain', stages.prod, { ...proxied, cloudFrontDomain: 'https://api.bank.example' }],
  ['cloudFrontDomain', stages.prod, { ...proxied, cloudFrontDomain: ownDomain.name }],
  ['account', stages.prod, { account: '12345', region: 'us-east-1' }],
  ['region', stages.prod, { account: '111122223333', region: 'Virginia' }],
  ['region', stages.prod, { account: '111122223333' }],
  ['region', stages.prod, { region: 'us-east-1' }],
  [
    'customDomain.certificateArn',
    stages.prod,
    { account: '111122223333', region: 'eu-west-1', customDomain: ownDomain },
  ],
  [
    'customDomain.certificateArn',
    stages.prod,
    { account: '111122224444', region: 'us-east-1', customDomain: ownDomain },
  ],
  ['stytchCustomDomain', stages.prod, { stytchCustomDomain: 'https://login.bank.example' }],
  ['stytchCustomDomain', stages.prod, { stytchCustomDomain: 'login.bank.example/' }],
  ['passkeyDomain', stages.prod, { passkeyDomain: 'https://app.bank.example' }],
  ['passkeyDomain', stages.prod, { passkeyDomain: 'other.example' }],
  ['passkeyDomain', stages.prod, { passkeyDomain: 'localhost', allowedOrigins: [] }],
  ['problemTypeBaseUrl', stages.prod, { problemTypeBaseUrl: 'https://app.bank.example/problems' }],
  ['problemTypeBaseUrl', stages.prod, { problemTypeBaseUrl: 'problems/' }],
  ['session.idleSeconds', stages.prod, { session: { idleSeconds: 299, maxSeconds: 43_200 } }],
  ['session.idleSeconds', stages.prod, { session: { idleSeconds: 3601, maxSeconds: 43_200 } }],
  ['session.maxSeconds', stages.prod, { session: { idleSeconds: 3600, maxSeconds: 1800 } }],
  ['session.maxSeconds', stages.prod, { session: { idleSeconds: 3600, maxSeconds: 90_000 } }],
  ['tokenPolicy', stages.prod, { tokenPolicy: 'lenient' }],
  ['tokenPolicy', stages.prod, { tokenPolicy: '$schema' }],
  ['limits.failuresInARow.max', stages.prod, { limits: oversized }],
  ['limits.sendsPerSource.windowSeconds', stages.prod, { limits: windowless }],
  ['throttles.rate', stages.prod, { throttles: { rate: 0, burst: 1 } }],
  ['throttles.burst', stages.prod, { throttles: { rate: 10, burst: 5 } }],
  [
    'throttles.routes.signUp.rate',
    stages.prod,
    { throttles: throttled({ signUp: { rate: 0.5, burst: 9 } }) },
  ],
  ['throttles.routes.me.burst', stages.prod, { throttles: throttled({ me: { rate: 10, burst: 9 } }) }],
  ['throttles.routes.me.burst', stages.prod, { throttles: throttled({ me: { rate: 1, burst: 0 } }) }],
  ['throttles.routes.sign_up', stages.prod, { throttles: throttled({ sign_up: { rate: 1, burst: 1 } }) }],
  ['throttles.routes.toString', stages.prod, { throttles: throttled({ toString: { rate: 1, burst: 1 } }) }],
  ['logRetentionDays', stages.prod, { logRetentionDays: 100 }],
  ['alarmEmail', stages.prod, { alarmEmail: 'on-call' }],
  ['deletionProtection', stages.prod, { deletionProtection: false }],
  ['logRetentionDays', stages.prod, { logRetentionDays: 1 }],
  ['logRetentionDays', stages.prod, { logRetentionDays: 180 }],
  ['throttles.rate', stages.prod, { throttles: { rate: 10_000, burst: 10_000 } }],
  ['throttles.rate', stages.prod, { throttles: { rate: 15, burst: 50 } }],
  ['throttles.rate', stages.prod, { throttles: throttled({ me: { rate: 5, burst: 7 } }) }],
  ['throttles.rate', stages.prod, { unitCallsPerMinute: 989 }],
  ['throttles.burst', stages.prod, { throttles: { rate: 10, burst: 1001 } }],
  ['unitCallsPerMinute', stages.prod, { unitCallsPerMinute: 0 }],
  ['unitCallsPerMinute', stages.prod, { unitCallsPerMinute: Number.NaN }],
  ['limits.sendsPerPlanet', stages.prod, { limits: strange }],
  ['limits.sendsPerPlanet', stages.dev, { limits: strange }],
  ['limits.triesPerChallenge', stages.prod, limited('triesPerChallenge', 1_000_000)],
  ['limits.triesPerChallenge', stages.prod, limited('triesPerChallenge', 5, 1)],
  ['limits.failuresPerDay', stages.prod, limited('failuresPerDay', 101)],
  ['limits.sendsPerNumber', stages.prod, limited('sendsPerNumber', 1e9)],
  ['passkeyDomain', stages.prod, { passkeyDomain: 'io', allowedOrigins: ['https://app.bank.io'] }],
  ['passkeyDomain', stages.prod, { passkeyDomain: 'co.uk', allowedOrigins: ['https://bank.co.uk'] }],
  ['passkeyDomain', stages.prod, { passkeyDomain: 'com.au', allowedOrigins: [] }],
  ['redirectUrls[0]', stages.prod, { passkeyDomain: 'other.bank', allowedOrigins: [] }],
  ['redirectUrls[0]', stages.prod, { redirectUrls: ['https://app.bank.example.evil.example/callback'] }],
  ['redirectUrls[1]', stages.prod, { redirectUrls: [...stages.prod.redirectUrls, 'https://evil.example/'] }],
  ['allowedOrigins[0]', stages.dev, { allowedOrigins: ['http://127.evil.example'] }],
  ['redirectUrls[0]', stages.dev, { redirectUrls: ['http://127.evil.example/callback'] }],
  ['reservedConcurrency.token', stages.prod, { reservedConcurrency: { token: 0 } }],
];

/** As a file that the compiler never saw may have it. */
const without = (...fields: readonly (keyof Stage)[]): Partial<Stage> =>
  Object.fromEntries(Object.entries(stages.dev).filter(([field]) => !fields.some((it) => it === field)));
const { failuresPerDay: _, ...fewerLimits } = defaultLimits;

const misshapen: readonly [line: string, stage: object][] = [
  ['sessionTransport must be one of body, cookie', { ...stages.dev, sessionTransport: 'cookies' }],
  ['tracing must be one of sampled, off', { ...stages.dev, tracing: 'on' }],
  ['vendorEnvironment must be one of test, live', { ...stages.dev, vendorEnvironment: 'sandbox' }],
  ['vendorEnvironment must be set, to one of test, live', without('vendorEnvironment')],
  ...(
    [
      'session',
      'throttles',
      'allowedOrigins',
      'redirectUrls',
      'limits',
      'deletionProtection',
      'name',
    ] as const
  ).map((field): (typeof misshapen)[number] => [`${field} must be set`, without(field)]),
  ['limits.failuresPerDay must be set', { ...stages.dev, limits: fewerLimits }],
  [
    'limits.failuresPerDay.max must be a number',
    { ...stages.dev, limits: { ...defaultLimits, failuresPerDay: { max: '20', windowSeconds: 60 } } },
  ],
  [
    'limits.failuresPerDay.windowSeconds must be set',
    { ...stages.dev, limits: { ...defaultLimits, failuresPerDay: { max: 20 } } },
  ],
  ['session.maxSeconds must be set', { ...stages.dev, session: { idleSeconds: 3600 } }],
  ['throttles.burst must be set', { ...stages.dev, throttles: { rate: 1 } }],
  ['throttles must be a group of settings in braces', { ...stages.dev, throttles: 9 }],
  ['allowedOrigins must be a list', { ...stages.dev, allowedOrigins: 'http://localhost:4400' }],
  ['allowedOrigins[1] must be text in quotes', { ...stages.dev, allowedOrigins: ['http://localhost', 1] }],
  ['deletionProtection must be true or false', { ...stages.dev, deletionProtection: 'false' }],
  ['closeAwsEndpoint must be true or false', { ...stages.dev, closeAwsEndpoint: 'yes' }],
  ['customDomain.certificateArn must be set', { ...stages.dev, customDomain: { name: 'api.bank.example' } }],
  [
    'alarmEmial must be alarmEmail, or go: there is no setting alarmEmial',
    { ...stages.dev, alarmEmial: 'on-call@bank.example' },
  ],
  [
    'reservedConcurrency.webhook must be unit-webhook, or go: there is no setting webhook',
    { ...stages.dev, reservedConcurrency: { webhook: 5 } },
  ],
  [
    'throttles.routes.sign_up must be signUp, or go: there is no setting sign_up',
    { ...stages.dev, throttles: throttled({ sign_up: { rate: 1, burst: 1 } }) },
  ],
  [
    'session.colour must go: there is no such setting here, only idleSeconds, maxSeconds',
    { ...stages.dev, session: { ...stages.dev.session, colour: 'red' } },
  ],
];

function faultOf(stage: Partial<Stage>): string {
  try {
    checkStage(stage);
  } catch (error) {
    return String(error);
  }
  return 'no fault';
}

describe('the check of a stage', () => {
  it.each(Object.values(stages))('passes the stage $name as it stands', (stage) => {
    expect(faultOf(stage)).toBe('no fault');
  });

  it.each(faultyStages)('names %s when it is at fault (%#)', (field, base, change) => {
    expect(faultOf({ ...base, ...change })).toContain(`\n- ${field} must`);
  });

  it.each(misshapen)('says %s, and nothing else', (line, stage) => {
    expect(faultOf(stage)).toMatch(/^Refusal: Stage /);
    expect(faultOf(stage).split('\n').slice(1)).toEqual([`- ${line}`]);
  });

  it('names every setting of the wrong form at once, before it looks at any value', () => {
    const stage = { ...stages.dev, tracing: 'on', limits: fewerLimits, alarmEmial: '', passkeyDomain: 'io' };
    const fault = faultOf(Object.fromEntries(Object.entries(stage).filter(([field]) => field !== 'session')));
    expect(fault.match(/^- \S+/gm)).toEqual([
      '- session',
      '- limits.failuresPerDay',
      '- tracing',
      '- alarmEmial',
    ]);
  });

  it('names the stage and every field at fault at once', () => {
    const fault = faultOf({ ...stages.prod, vendorEnvironment: 'test', logRetentionDays: 2 });
    expect(fault.match(/^- \S+/gm)).toEqual([
      '- stytchProjectId',
      '- stytchBaseUrl',
      '- unitBaseUrl',
      '- logRetentionDays',
    ]);
    expect(fault).toContain('Stage prod:');
  });

  it('lets a stage throttle all routes together', () => {
    expect(faultOf({ ...stages.prod, throttles: { rate: 1, burst: 1 } })).toBe('no fault');
  });

  it.each([
    [['https://app.bank.example'], 'api.bank.example'],
    [['https://bank.example', 'https://www.bank.example:8443'], 'api.bank.example'],
    [['https://app.bank.example'], 'bank.example'],
    [['https://app.eu.bank.example'], 'api.us.bank.example'],
    [['https://app.bank.example', 'http://localhost:4400'], 'api.bank.example'],
  ])('lets pages of %j have a cookie of %s', (allowedOrigins, name) => {
    const passkeyDomain = 'bank.example';
    const customDomain = { ...ownDomain, name };
    const stage = {
      ...stages.dev,
      sessionTransport: 'cookie',
      allowedOrigins,
      redirectUrls: ['https://bank.example/callback'],
      passkeyDomain,
      customDomain,
    } as const;
    expect(faultOf(stage)).toBe('no fault');
  });

  it('lets a stage for native apps alone have no origin', () => {
    expect(faultOf({ ...stages.prod, allowedOrigins: [] })).toBe('no fault');
  });

  it('lets a stage throttle at what Unit has agreed to, and not for sign-up, which never asks Unit', () => {
    const throttles = { rate: 100, burst: 200, routes: { unitWebhook: { rate: 20, burst: 40 } } };
    const most = 7200 + MOST_UNIT_CALLS;
    expect(faultOf({ ...stages.prod, throttles, unitCallsPerMinute: most })).toBe('no fault');
    expect(faultOf({ ...stages.prod, throttles, unitCallsPerMinute: most - 1 })).toContain('120 a second');
    const signUps = throttled({ signUp: { rate: 400, burst: 800 } });
    expect(faultOf({ ...stages.prod, throttles: signUps })).toBe('no fault');
  });

  it('lets limits be stricter, or looser while they still limit; a test stage may be open', () => {
    for (const [max, windowSeconds] of [
      [1, 86_400],
      [40, 86_400],
      [3, 8640],
    ] as const)
      expect(faultOf({ ...stages.prod, ...limited('failuresPerDay', max, windowSeconds) })).toBe('no fault');
    expect(faultOf({ ...stages.staging, ...limited('failuresPerDay', 1e6) })).toBe('no fault');
  });

  it.each(['https://app.bank.example/other', 'https://links.app.bank.example/'])(
    'lets a redirect stay with the own hosts: %s',
    (url) => expect(faultOf({ ...stages.prod, redirectUrls: [url] })).toBe('no fault'),
  );

  it.each(['http://127.0.0.1:4400', 'http://[::1]:4400'])('takes %s for this machine', (origin) => {
    const loopback = {
      allowedOrigins: ['http://localhost:4400', origin],
      redirectUrls: [`${origin}/callback`],
    };
    expect(faultOf({ ...stages.dev, ...loopback })).toBe('no fault');
  });

  it('lets a stage name its place, and its own domain beside the address that AWS gives', () => {
    const place = { account: '111122223333', region: 'us-east-1' };
    expect(faultOf({ ...stages.prod, ...place, customDomain: ownDomain })).toBe('no fault');
    expect(faultOf({ ...stages.prod, region: 'us-gov-west-1', account: '111122223333' })).toBe('no fault');
  });

  it('lets CloudFront stand in front of a domain that it alone calls', () => {
    expect(faultOf({ ...stages.prod, ...proxied })).toBe('no fault');
    expect(faultOf({ ...stages.prod, ...proxied, trustedProxy: 'none' })).toBe('no fault');
  });

  it('lets logs be kept for as long as CloudWatch can', () => {
    expect(faultOf({ ...stages.prod, logRetentionDays: 3653 })).toBe('no fault');
  });

  it('lets a passkey domain be the parent of an origin', () => {
    expect(faultOf({ ...stages.prod, passkeyDomain: 'bank.example' })).toBe('no fault');
  });
});

// The app itself, as the CDK's command line runs it: what may be looked at, and what may be deployed.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { functionNames } from '../../functions/contract/routes.ts';
import { exampleFaults } from '../../lib/example-values.ts';
import { type Stage, stages } from '../../lib/stages.ts';

const own: Stage = {
  ...stages.prod,
  stytchProjectId: 'project-live-6f2c1d4e-9b7a-4c55-8f3e-1a2b3c4d5e6f',
  allowedOrigins: ['https://app.harbour.test'],
  redirectUrls: ['https://app.harbour.test/callback'],
  passkeyDomain: 'app.harbour.test',
  problemTypeBaseUrl: 'https://app.harbour.test/problems/',
  alarmEmail: 'on-call@harbour.test',
};
const certificateArn = 'arn:aws:acm:us-east-1:111122223333:certificate/6f2c1d4e';

const examples: readonly [field: string, change: Partial<Stage>][] = [
  ['stytchProjectId', { stytchProjectId: stages.prod.stytchProjectId }],
  ['stytchCustomDomain', { stytchCustomDomain: 'login.bank.example' }],
  ['allowedOrigins[0]', { allowedOrigins: stages.prod.allowedOrigins }],
  ['redirectUrls[1]', { redirectUrls: [...own.redirectUrls, ...stages.prod.redirectUrls] }],
  ['passkeyDomain', { passkeyDomain: 'bank.example' }],
  ['problemTypeBaseUrl', { problemTypeBaseUrl: stages.prod.problemTypeBaseUrl }],
  ['customDomain.name', { customDomain: { name: 'api.bank.example', certificateArn } }],
  ['alarmEmail', { alarmEmail: 'on-call@bank.example' }],
];

describe('the example values of a live stage', () => {
  it('are none where the stage is of the team', () => {
    expect(exampleFaults(own)).toEqual([]);
    expect(exampleFaults({ ...own, passkeyDomain: 'bank.example.com' })).toEqual([]);
  });

  it.each(examples)('are found in %s', (field, change) => {
    expect(exampleFaults({ ...own, ...change })).toEqual([
      expect.stringMatching(new RegExp(`^${field.replace(/[[\].]/g, '\\$&')} must be your own`)),
    ]);
  });

  it('are joined by an address of alarms that is missing', () => {
    const { alarmEmail, ...silent } = own;
    expect(alarmEmail).toBeDefined();
    expect(exampleFaults(silent)).toEqual([expect.stringMatching(/^alarmEmail must be/)]);
  });

  it('are nobody’s trouble in a test stage', () => {
    expect(exampleFaults(stages.staging)).toEqual([]);
  });
});

describe('the app', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'app-'));
  const bundles = path.join(folder, 'bundles');
  const parsed: { readonly context: object } = JSON.parse(readFileSync('cdk.json', 'utf8'));

  beforeAll(() => {
    for (const name of functionNames) {
      mkdirSync(path.join(bundles, name), { recursive: true });
      writeFileSync(path.join(bundles, name, 'index.mjs'), 'export const handler = () => null;\n');
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const run = (stage?: string) => {
    const outdir = path.join(folder, stage ?? 'all');
    const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'bin/app.ts'], {
      encoding: 'utf8',
      env: {
        PATH: process.env['PATH'],
        CDK_OUTDIR: outdir,
        CDK_CONTEXT_JSON: JSON.stringify({ ...parsed.context, bundles, ...(stage && { stage }) }),
      },
    });
    return { status, stderr, outdir };
  };
  const placesOf = (outdir: string): Record<string, string> => {
    const manifest: { artifacts: Record<string, { type: string; environment?: string }> } = JSON.parse(
      readFileSync(path.join(outdir, 'manifest.json'), 'utf8'),
    );
    return Object.fromEntries(
      Object.entries(manifest.artifacts)
        .filter(([, { type }]) => type === 'aws:cloudformation:stack')
        .map(([id, { environment = '' }]) => [id, environment]),
    );
  };

  it('refuses to make the example of a live stage by its name, before there is anything to deploy', () => {
    const { status, stderr } = run('prod');
    expect(status).not.toBe(0);
    for (const field of ['stytchProjectId', 'allowedOrigins[0]', 'passkeyDomain', 'alarmEmail'])
      expect(stderr).toContain(`\n- ${field} must`);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('shows all stages together, where the example of a live one is bound to an account of nobody', () => {
    const { status, stderr, outdir } = run();
    expect([status, stderr]).toEqual([0, expect.anything()]);
    expect(placesOf(outdir)).toEqual({
      'StytchUnitBridge-dev': 'aws://unknown-account/unknown-region',
      'StytchUnitBridge-staging': 'aws://unknown-account/unknown-region',
      'StytchUnitBridge-prod': 'aws://000000000000/unknown-region',
    });
  });

  it('makes a test stage by its name, examples and all', () => {
    const { status, outdir } = run('dev');
    expect(status).toBe(0);
    expect(Object.keys(placesOf(outdir))).toEqual(['StytchUnitBridge-dev']);
  });
});

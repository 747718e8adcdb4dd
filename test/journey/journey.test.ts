// The journey over HTTP, through the built bundles, and what of the template it stands on.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeStep } from '../../local/describe-step.ts';
import { call, JourneyFailed } from '../../local/journey-client.ts';
import { type JourneyStep, walkJourney } from '../../local/walk-journey.ts';
import type { World } from '../../local/world.ts';
import {
  apply,
  individual,
  makeChecksDue,
  readDevTemplate,
  signedInUser,
  startTestWorld,
  type Template,
} from '../support/world.ts';

describe('the whole journey, through the bundles that deploy', () => {
  let world: World;
  const steps: JourneyStep[] = [];
  let walked: Awaited<ReturnType<typeof walkJourney>>;
  beforeAll(async () => {
    world = await startTestWorld();
    walked = await walkJourney(world, (step) => steps.push(step));
  });
  afterAll(() => world.close());

  it('INV8 goes from an unknown address to exactly the own card', async () => {
    expect(steps).toHaveLength(8);
    const claims = (await world.scanTable()).filter((item) => item['pk'] === `CUSTOMER#${walked.customerId}`);
    expect(claims).toEqual([expect.objectContaining({ stytchUserId: walked.userId })]);
    expect(world.unit.controls.jwksFetches()).toBeGreaterThan(0);
  });

  it('INV5 is told on the terminal without what opens something, or belongs to its owner alone', async () => {
    const text = steps.flatMap((step, i) => describeStep(i + 1, step)).join('\n');
    const { pans, cvv2s, customerTokens, ssns, birthDates } = world.unit.controls.received();
    const secrets = [walked.totpSecret, ...pans, ...customerTokens, ...ssns, ...birthDates];
    expect(Math.min(pans.length, cvv2s.length, customerTokens.length)).toBeGreaterThan(0);
    expect(secrets.map((secret) => secret.slice(0, 12)).filter((part) => text.includes(part))).toEqual([]);
    expect(cvv2s.filter((cvv2) => text.includes(`"${cvv2}"`))).toEqual([]);
    expect(text).not.toMatch(/"[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4}"/);
    expect(text).toContain('POST /v1/token  ->  201');
  });

  it('welcomes a session that the app made with Stytch itself', async () => {
    const user = await signedInUser(world);
    const submitted = await apply(world, user, individual(user.email));
    expect(submitted).toMatchObject({ status: 201, body: { status: 'Approved' } });
    const token = await call('POST', `${world.apiUrl}/v1/token`, {
      bearer: user.sessionJwt,
      body: { scopes: ['accounts'] },
    });
    expect(token).toMatchObject({ status: 201, body: { tokenType: 'Bearer', scopes: ['accounts'] } });
  });

  it('INV4 reaches the same end by the reconcile when every webhook is lost', async () => {
    const user = await signedInUser(world);
    world.unit.controls.dropNextWebhooks(50);
    world.unit.controls.switches.startPending = true;
    const submitted = await apply(world, user, individual(user.email));
    world.unit.controls.switches.startPending = false;
    expect(submitted).toMatchObject({ status: 201, body: { status: 'Pending' } });
    const pending = world.unit.controls
      .applications()
      .find(({ applicant }) => 'email' in applicant.attributes && applicant.attributes.email === user.email);
    world.unit.controls.decide(pending?.id ?? '', 'approve');
    const owned = async () =>
      (await world.scanTable()).filter(
        (item) => String(item['pk']).startsWith('CUSTOMER#') && item['stytchUserId'] === user.userId,
      );
    expect(await owned()).toEqual([]);
    expect(await makeChecksDue(world)).toBe(1);
    const run = await world.runReconcile();
    expect(run.kind === 'ok' && JSON.parse(run.payload)).toMatchObject({ checked: 1, settled: 1, failed: 0 });
    expect(await owned()).toHaveLength(1);
    expect(await makeChecksDue(world)).toBe(0);
  });
});

/** Runs the journey on a template with something missing, and tells how it failed. */
async function failureOf(change: (template: Template) => void): Promise<unknown> {
  const template = readDevTemplate();
  change(template);
  const [started] = await Promise.allSettled([startTestWorld({ template })]);
  if (started.status === 'rejected') return started.reason;
  const [walked] = await Promise.allSettled([walkJourney(started.value)]);
  await started.value.close();
  return walked.status === 'rejected' ? walked.reason : undefined;
}

const functionNamed = (template: Template, start: string) => {
  const found = Object.entries(template.Resources).find(
    ([id, { Type }]) => Type === 'AWS::Lambda::Function' && id.startsWith(start),
  );
  if (found === undefined) throw new Error(`no function ${start}`);
  return found[1];
};

describe('what is not in the template is not there', () => {
  it('INV8 the journey fails when one variable is missing from one function', async () => {
    const failure = await failureOf((template) => {
      delete functionNamed(template, 'Token').Properties?.['Environment'].Variables.UNIT_BASE_URL;
    });
    expect(failure).toBeInstanceOf(JourneyFailed);
    expect(String(failure)).toContain('/v1/token answered 500');
  });

  it('INV8 the journey fails when one route is missing', async () => {
    const failure = await failureOf((template) => {
      const routes = Object.entries(template.Resources).filter(
        ([, { Type, Properties }]) =>
          Type === 'AWS::ApiGatewayV2::Route' && Properties?.['RouteKey'] === 'POST /v1/step-up',
      );
      expect(routes).toHaveLength(1);
      for (const [id] of routes) delete template.Resources[id];
    });
    expect(failure).toBeInstanceOf(JourneyFailed);
    expect(String(failure)).toContain('/v1/step-up answered 404');
  });

  it('INV8 the journey fails when a function may no longer write to the table', async () => {
    const failure = await failureOf((template) => {
      for (const { Type, Properties } of Object.values(template.Resources)) {
        if (Type !== 'AWS::IAM::Role') continue;
        for (const policy of Properties?.['Policies'] ?? []) {
          for (const statement of policy.PolicyDocument.Statement) {
            const actions = [statement.Action].flat();
            statement.Action = actions.map((action: string) =>
              action === 'dynamodb:UpdateItem' ? 'dynamodb:DescribeTable' : action,
            );
          }
        }
      }
    });
    expect(failure).toBeInstanceOf(JourneyFailed);
    expect(String(failure)).toContain('/v1/signup answered 503');
  });
});

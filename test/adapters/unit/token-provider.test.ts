import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { CustomerTokenRequest } from '../../../functions/core/ports.ts';
import { codeOf, endingOnce, everythingIn, refusalOf, timed } from '../../support/adapters-errors.ts';
import {
  answering,
  type Behaviour,
  hang,
  inTurn,
  type RawServer,
  startRawServer,
} from '../../support/adapters-servers.ts';
import { type StytchBench, startStytch } from '../../support/adapters-stytch.ts';
import {
  adaptersFor,
  ORG_TOKEN,
  startUnit,
  submission,
  type UnitBench,
} from '../../support/adapters-unit.ts';

const JWT = 'eyJhbGciOi.the-JWT-of-the-user.c2lnbmF0dXJl';
const signal = AbortSignal.timeout(60_000);

const asked = (changes: Partial<CustomerTokenRequest> = {}): CustomerTokenRequest => ({
  unitCustomerId: '700001',
  scopes: ['customers', 'cards'],
  sessionJwt: JWT,
  expiresInSeconds: 300,
  resources: [],
  ...changes,
});

const token = (attributes: object = {}) => ({
  data: { type: 'customerBearerToken', attributes: { token: 'v2.public.x', expiresIn: 300, ...attributes } },
});

describe('asking Unit for a customer token', () => {
  const servers: RawServer[] = [];
  afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

  async function unitThat(...behaviours: readonly Behaviour[]) {
    const server = await startRawServer(inTurn(...behaviours));
    servers.push(server);
    const create = (changes?: Partial<CustomerTokenRequest>, within = signal) =>
      adaptersFor(server.url).tokens.createCustomerToken(asked(changes), within);
    return { server, create };
  }

  it('sends the scopes, the verified JWT and always how long, and nothing else', async () => {
    const { server, create } = await unitThat(answering(201, token()));
    expect(await create()).toEqual({ customerToken: 'v2.public.x', expiresInSeconds: 300 });
    const [request] = server.requests;
    expect(request).toMatchObject({
      method: 'POST',
      path: '/customers/700001/token',
      headers: { authorization: `Bearer ${ORG_TOKEN}`, 'content-type': 'application/vnd.api+json' },
    });
    expect(JSON.parse(request?.body ?? '')).toEqual({
      data: {
        type: 'customerToken',
        attributes: { scope: 'customers cards', jwtToken: JWT, expiresIn: 300 },
      },
    });
  });

  it('narrows the token to the cards and accounts that were asked for', async () => {
    const { server, create } = await unitThat(answering(201, token()));
    await create({ scopes: ['cards-sensitive'], resources: [{ type: 'card', ids: ['410022', '410023'] }] });
    expect(JSON.parse(server.requests[0]?.body ?? '').data.attributes).toEqual({
      scope: 'cards-sensitive',
      jwtToken: JWT,
      expiresIn: 300,
      resources: [{ type: 'card', ids: ['410022', '410023'] }],
    });
  });

  it('O1 answers not_found when Unit refuses a card or an account as not the customer’s own', async () => {
    const errors = [
      { status: '400', code: 'invalid_value', source: { pointer: '/data/attributes/resources/0/ids/0' } },
    ];
    const { create } = await unitThat(answering(400, { errors }));
    const refusal = await refusalOf(create({ resources: [{ type: 'card', ids: ['1'] }] }));
    expect([refusal.code, refusal.details.upstream?.status]).toEqual(['not_found', 400]);
  });

  it('says the life that Unit gave, and never a longer one than was asked for', async () => {
    const shorter = await unitThat(answering(201, token({ expiresIn: 60 })));
    const longer = await unitThat(answering(201, token({ expiresIn: 86_400 })));
    expect((await shorter.create()).expiresInSeconds).toBe(60);
    expect((await longer.create()).expiresInSeconds).toBe(300);
  });

  it('O1 keeps an id that is no id from becoming another path', async () => {
    const { server, create } = await unitThat(answering(400));
    await codeOf(create({ unitCustomerId: '1/../2' }));
    expect(server.requests[0]?.path).toBe('/customers/1%2F..%2F2/token');
  });

  it.each([400, 401, 403, 404])(
    'D7 tells nothing of the reason when Unit refuses the JWT or us (%i), but leaves it for the log',
    async (status) => {
      const errors = [
        {
          status: String(status),
          code: 'invalid_value',
          details: `the JWT ${JWT} has expired`,
          source: { pointer: '/data/attributes/jwtToken' },
          meta: { supportId: 'support-1' },
        },
      ];
      const { server, create } = await unitThat(answering(status, { errors }));
      const refusal = await refusalOf(create());
      expect(refusal.code).toBe('upstream_unavailable');
      expect(refusal.details.upstream).toEqual({
        provider: 'unit',
        operation: 'create_customer_token',
        status,
        vendorCode: 'invalid_value',
        vendorRequestId: 'support-1',
      });
      expect(everythingIn(refusal)).not.toMatch(/the-JWT-of-the-user|org-token|has expired/);
      expect(server.requests).toHaveLength(1);
    },
  );

  it('D4 is repeated once after a failure that passes: a second token does no harm', async () => {
    const { server, create } = await unitThat(answering(503), answering(201, token()));
    expect(await create()).toMatchObject({ customerToken: 'v2.public.x' });
    const failing = await unitThat(answering(503));
    expect(await codeOf(failing.create())).toBe('upstream_unavailable');
    expect([server.requests.length, failing.server.requests.length]).toEqual([2, 2]);
  });

  it("D3 passes Unit's Retry-After on", async () => {
    const { create } = await unitThat(answering(429, {}, { 'retry-after': '9' }));
    expect((await refusalOf(create())).details.retryAfterSeconds).toBe(9);
  });

  it('D1 ends on the deadline of the exchange', async () => {
    const { server, create } = await unitThat(hang);
    const { ms, outcome } = await timed(
      create(
        {},
        endingOnce(() => server.requests.length > 0),
      ),
    );
    expect(outcome).toMatchObject({ reason: { code: 'upstream_timeout' } });
    expect(ms).toBeLessThan(4000);
    expect(server.requests).toHaveLength(1);
  });

  it.each([
    ['no JSON', 'v2.public.x'],
    ['no token', token({ token: undefined })],
    ['an empty token', token({ token: '' })],
    ['a token that is no text', token({ token: 5 })],
    ['no life', token({ expiresIn: undefined })],
    ['a life of nothing', token({ expiresIn: 0 })],
    ['the document of something else', { data: { type: 'customerToken', attributes: {} } }],
  ])('O10 is a fault of the vendor when the answer holds %s', async (_, body) => {
    const { create } = await unitThat(answering(201, body));
    const refusal = await refusalOf(create());
    expect(refusal.code).toBe('upstream_unavailable');
    expect(everythingIn(refusal)).not.toContain('v2.public');
  });
});

describe('a customer token of the Unit simulator, for a session of the Stytch simulator', () => {
  let stytch: StytchBench;
  let unit: UnitBench;
  let user: { userId: string; sessionJwt: string };
  let customerId: string;

  beforeAll(async () => {
    stytch = await startStytch();
    unit = await startUnit(() => stytch.jwksUrl);
  });
  afterAll(() => Promise.all([stytch.close(), unit.close()]));
  beforeEach(async () => {
    unit.controls.reset();
    stytch.controls.reset();
    const { userId } = await stytch.controls.seedUser({ email: 'ada@customer.example', totp: true });
    user = { userId, ...(await stytch.controls.startSession({ userId })) };
    const sent = { ...submission(), stytchUserId: userId };
    const outcome = await unit.onboarding.submitApplication(sent, signal);
    customerId = outcome.outcome === 'created' ? (outcome.application.unitCustomerId ?? '') : '';
  });

  const create = (changes: Partial<CustomerTokenRequest> = {}) =>
    unit.tokens.createCustomerToken(
      asked({ unitCustomerId: customerId, sessionJwt: user.sessionJwt, ...changes }),
      signal,
    );

  it('is given for scopes that need two factors, by the JWT alone', async () => {
    const card = unit.controls.createCard(customerId);
    expect(
      await create({ scopes: ['cards-sensitive'], resources: [{ type: 'card', ids: [card.id] }] }),
    ).toEqual({ customerToken: expect.stringMatching(/^v2\.public\./), expiresInSeconds: 300 });
    const sent = JSON.stringify(unit.controls.requests());
    expect(sent).not.toMatch(/upgradableScope|verificationCode|verificationToken/);
  });

  it('INV2 is refused for the customer of somebody else', async () => {
    const { userId } = await stytch.controls.seedUser({ email: 'eve@customer.example' });
    const { sessionJwt } = await stytch.controls.startSession({ userId });
    expect(await codeOf(create({ scopes: ['cards-write'], sessionJwt }))).toBe('upstream_unavailable');
  });

  it('INV2 is refused for a customer that does not exist, or is archived', async () => {
    expect(await codeOf(create({ unitCustomerId: '999999' }))).toBe('upstream_unavailable');
    unit.controls.archiveCustomer(customerId);
    expect(await codeOf(create())).toBe('upstream_unavailable');
  });

  it('INV5 the JWT is in no error', async () => {
    const refusal = await refusalOf(create({ unitCustomerId: '999999' }));
    expect(everythingIn(refusal)).not.toContain(user.sessionJwt);
  });
});

// D1, D2, D3, D5: how long each call to Stytch and Unit may take, and how often it is sent. One table of what is decided.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createKeySet } from '../../functions/adapters/jwks.ts';
import { createSessionKeeper } from '../../functions/adapters/stytch/session-keeper.ts';
import { createSessionReader } from '../../functions/adapters/stytch/session-reader.ts';
import { createContactProvider } from '../../functions/adapters/unit/contact-provider.ts';
import { createFormProvider } from '../../functions/adapters/unit/form-provider.ts';
import { createUnitLists } from '../../functions/adapters/unit/lists.ts';
import { createOnboardingProvider } from '../../functions/adapters/unit/onboarding-provider.ts';
import { createOpenApplications } from '../../functions/adapters/unit/open-applications.ts';
import { createTokenProvider } from '../../functions/adapters/unit/token-provider.ts';
import { createUnitTransport } from '../../functions/adapters/unit/transport.ts';
import type {
  AuthenticationProvider,
  ContactProvider,
  FormProvider,
  OnboardingProvider,
  OpenApplicationProvider,
  SessionKeeper,
  SessionReader,
  TokenProvider,
  UnitLists,
} from '../../functions/core/ports.ts';
import { type Recorded, recording } from '../support/adapters-log.ts';
import { fixedSecret } from '../support/adapters-secrets.ts';
import { answering, type RawServer, startRawServer } from '../support/adapters-servers.ts';
import {
  CODE_CHALLENGE,
  CODE_VERIFIER,
  EMAIL,
  NUMBER,
  PROJECT_ID,
  SECRET,
  sdkAdapter,
} from '../support/adapters-stytch.ts';
import { submission } from '../support/adapters-unit.ts';
import { adapterOperations } from '../support/operations.ts';

const signal = AbortSignal.timeout(120_000);

/** Fails in a way that passes, so that whatever may be sent again is sent again. */
let server: RawServer;
let recorded: Recorded;
beforeAll(async () => {
  server = await startRawServer(answering(503));
});
afterAll(() => server.close());
beforeEach(() => {
  recorded = recording();
});
afterEach(() => {
  jest.restoreAllMocks();
});

const stytch = () => ({
  baseUrl: server.url,
  projectId: PROJECT_ID,
  secret: fixedSecret(SECRET),
  log: recorded.log,
});
const unit = () => createUnitTransport(server.url, fixedSecret('org-token'), recorded.log);

/** The operation, the milliseconds that one try may take, and how often it is sent in all. */
type Row = readonly [operation: string, timeoutMs: number, tries: number, call: () => Promise<unknown>];
/** A row for each method of a port: a new one must be given its own. */
type Rows<Port> = Readonly<Record<keyof Port, Row>>;

const provider = () => sdkAdapter(stytch()).provider;
const keeper = () => createSessionKeeper(stytch());
const user = 'user-test-1';
const sessionJwt = 'a.b.c';
const credential = { id: 'x' };
const totp = { kind: 'totp', factorId: 'totp-test-1', isVerified: true } as const;
const link = { email: EMAIL, redirectUrl: 'https://app.bank.example', codeChallenge: CODE_CHALLENGE };
const opened = { token: 'x', codeVerifier: CODE_VERIFIER, durationMinutes: 60 };

const signingIn: Rows<AuthenticationProvider> = {
  sendMagicLink: ['magic_links.email.login_or_create', 5000, 1, () => provider().sendMagicLink(link, signal)],
  sendEmailOtp: ['otps.email.login_or_create', 5000, 1, () => provider().sendEmailOtp(EMAIL, signal)],
  authenticateMagicLink: [
    'magic_links.authenticate',
    2500,
    1,
    () => provider().authenticateMagicLink(opened, signal),
  ],
  authenticateOtp: [
    'otps.authenticate',
    2500,
    1,
    () => provider().authenticateOtp({ methodId: 'm', code: '000000', sessionJwt }, signal),
  ],
  sendSms: [
    'otps.sms.send',
    5000,
    1,
    () => provider().sendSms({ stytchUserId: user, phoneNumber: NUMBER }, signal),
  ],
  createTotp: ['totps.create', 2500, 1, () => provider().createTotp(user, 30, signal)],
  authenticateTotp: [
    'totps.authenticate',
    2500,
    1,
    () => provider().authenticateTotp({ stytchUserId: user, code: '000000', sessionJwt }, signal),
  ],
  recoverTotp: [
    'totps.recover',
    2500,
    1,
    () => provider().recoverTotp({ stytchUserId: user, recoveryCode: 'x', sessionJwt }, signal),
  ],
  startPasskeyEnrolment: [
    'webauthn.register_start',
    2500,
    1,
    () => provider().startPasskeyEnrolment(user, signal),
  ],
  registerPasskey: [
    'webauthn.register',
    2500,
    1,
    () => provider().registerPasskey({ stytchUserId: user, credential, sessionJwt }, signal),
  ],
  startPasskeyProof: [
    'webauthn.authenticate_start',
    2500,
    1,
    () => provider().startPasskeyProof(user, signal),
  ],
  authenticatePasskey: [
    'webauthn.authenticate',
    2500,
    1,
    () => provider().authenticatePasskey({ credential, sessionJwt }, signal),
  ],
  deleteFactor: ['users.delete_factor', 2500, 1, () => provider().deleteFactor(totp, signal)],
};

const sessions: Rows<SessionKeeper> & Rows<SessionReader> = {
  readSession: [
    'sessions.authenticate',
    2500,
    2,
    () => createSessionReader(stytch()).readSession(sessionJwt, signal),
  ],
  readByToken: ['sessions.authenticate', 2500, 2, () => keeper().readByToken('token', 60, signal)],
  revoke: ['sessions.revoke', 2500, 2, () => keeper().revoke({ sessionId: 'session-test-1' }, signal)],
  listSessions: ['sessions.get', 2500, 2, () => keeper().listSessions(user, signal)],
};

const keys: Readonly<Record<'warm', Row>> = {
  warm: ['jwks', 2000, 1, () => createKeySet(`${server.url}/jwks`, () => 1, recorded.log).warm()],
};

const opening = { applicationId: 'A', stytchUserId: user, request: { type: 'individual' } } as const;
const file = { mediaType: 'image/png', bytes: new Uint8Array([1]) } as const;
const document = { unitApplicationId: '1', documentId: '2', side: 'front', file } as const;
const wanted = {
  unitCustomerId: '1',
  scopes: ['accounts'],
  sessionJwt,
  expiresInSeconds: 600,
  resources: [],
} as const;

const banking: Rows<
  OnboardingProvider & FormProvider & OpenApplicationProvider & TokenProvider & UnitLists & ContactProvider
> = {
  submitApplication: [
    'create_application',
    20_000,
    1,
    () => createOnboardingProvider(unit()).submitApplication(submission(), signal),
  ],
  findApplication: [
    'find_application',
    5000,
    3,
    () => createOnboardingProvider(unit()).findApplication('A', signal),
  ],
  readApplication: [
    'read_application',
    5000,
    3,
    () => createOnboardingProvider(unit()).readApplication('1', signal),
  ],
  readCustomer: ['read_customer', 5000, 3, () => createOnboardingProvider(unit()).readCustomer('1', signal)],
  openForm: [
    'create_application_form',
    20_000,
    1,
    () => createFormProvider(unit()).openForm(opening, signal),
  ],
  readForm: ['read_application_form', 5000, 3, () => createFormProvider(unit()).readForm('1', 'A', signal)],
  uploadDocument: [
    'upload_document',
    25_000,
    1,
    () => createOpenApplications(unit()).uploadDocument(document, signal),
  ],
  cancelApplication: [
    'cancel_application',
    10_000,
    1,
    () => createOpenApplications(unit()).cancelApplication('1', signal),
  ],
  createCustomerToken: [
    'create_customer_token',
    5000,
    2,
    () => createTokenProvider(unit()).createCustomerToken(wanted, signal),
  ],
  listEvents: [
    'list_events',
    5000,
    3,
    () => createUnitLists(unit()).listEvents({ since: 1, until: 2 }, 0, signal),
  ],
  listArchivedCustomers: [
    'list_customers',
    5000,
    3,
    () => createUnitLists(unit()).listArchivedCustomers(0, signal),
  ],
  listWebhooks: ['list_webhooks', 5000, 3, () => createUnitLists(unit()).listWebhooks(0, signal)],
  readPhoneNumber: [
    'read_contact',
    5000,
    2,
    () => createContactProvider(unit()).readPhoneNumber('1', signal),
  ],
};

/** Waits between tries are shorter, deadlines longer. */
const SHORTEST_DEADLINE_MS = 1500;

/** What a call that fails was under: the deadline of each try that was sent. */
async function triesOf(call: () => Promise<unknown>) {
  const before = server.requests.length;
  const timers = jest.spyOn(globalThis, 'setTimeout');
  await Promise.allSettled([call()]);
  return {
    sent: server.requests.length - before,
    operations: recorded.lines
      .filter(({ code }) => code === 'vendor.called')
      .map(({ fields }) => fields['operation']),
    deadlines: timers.mock.calls.map(([, ms]) => ms ?? 0).filter((ms) => ms >= SHORTEST_DEADLINE_MS),
  };
}

const rows = [signingIn, sessions, keys, banking].flatMap((port) => Object.entries<Row>(port));

describe('D1, D2, D3, D5 a call to a vendor has its deadline, and is sent as often as is decided', () => {
  it.each(
    rows.map(([method, [operation, timeoutMs, tries, call]]) => ({
      method,
      operation,
      timeoutMs,
      tries,
      call,
    })),
  )('$method: $operation, $timeoutMs ms, $tries in all', async ({ operation, timeoutMs, tries, call }) => {
    expect(await triesOf(call)).toEqual({
      sent: tries,
      operations: Array(tries).fill(operation),
      deadlines: Array(tries).fill(timeoutMs),
    });
  });

  it('leaves out none that the adapters name', () => {
    const named = rows.map(([, [operation]]) => operation.replace(/^list_\w+$/, 'list_${name}'));
    const theirs = [...new Set([...adapterOperations('stytch'), ...adapterOperations('unit'), 'jwks'])];
    expect([...new Set(named)].toSorted()).toEqual(theirs.toSorted());
  });
});

// One good example of every request and answer of the contract.

import type { RouteName } from '../../functions/contract/routes.ts';
import type { ErrorCode } from '../../functions/core/errors.ts';

const factors = [{ kind: 'totp', lastAuthenticatedAt: '2027-01-15T08:00:00.000Z' }];
const stepped = { sessionJwt: 'a.b.c', sessionExpiresAt: '2027-01-15T09:00:00.000Z', factors };
const application = {
  applicationId: 'NJZ3YTEYBNFOW57B4M6LHFHDHY',
  type: 'individual',
  status: 'Approved',
  customerId: '700001',
  documents: [
    { documentId: '1', documentType: 'IdDocument', status: 'Required', missing: ['front', 'back'] },
  ],
};

export const individual = {
  type: 'individual',
  fullName: { first: 'Ada', last: 'Okafor' },
  email: 'ada.okafor@example.com',
  phone: { countryCode: '1', number: '5555550142' },
  address: {
    street: '12 Juniper Way',
    street2: 'Unit 4',
    city: 'Boise',
    state: 'ID',
    postalCode: '83702',
    country: 'US',
  },
  dateOfBirth: '1991-04-23',
  ssn: '078051120',
  occupation: 'ScientistOrTechnologist',
  annualIncome: 'Between50kAnd100k',
  sourceOfIncome: 'EmploymentOrPayrollIncome',
};

export const soleProprietor = {
  ...individual,
  type: 'sole_proprietor',
  dba: 'Okafor Woodworks',
  ein: '123456789',
  website: 'https://okafor.example.com',
};

export interface Example {
  readonly requests: readonly object[];
  /** By status; a list where an answer has several forms. */
  readonly answers: Readonly<Record<number, object | readonly object[]>>;
}

const credential = {
  id: 'cGFzc2tleS0x',
  rawId: 'cGFzc2tleS0x',
  type: 'public-key',
  response: { clientDataJSON: 'e30', attestationObject: 'o2M' },
  authenticatorAttachment: 'platform',
};
const sent = { challengeId: 'sealed', retryAfterSeconds: 30 };
const passkeyOptions = { options: { challenge: 'Y2hhbGxlbmdl', timeout: 60_000 } };

export const examples: Readonly<Record<RouteName, Example>> = {
  signUp: {
    requests: [
      {
        method: 'email_magic_link',
        email: 'ada.okafor@example.com',
        redirectUrl: 'https://app.example.com/callback',
        codeChallenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      },
      { method: 'email_otp', email: 'ada.okafor@example.com' },
    ],
    answers: { 202: { challengeId: 'sealed', retryAfterSeconds: 30 } },
  },
  authenticate: {
    requests: [
      {
        method: 'email_magic_link',
        token: 'DOYoip3rvIMMW5lgItikFK-Ak1CfMsgjuiCyI7uuU94=',
        codeVerifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
      },
      { method: 'email_otp', challengeId: 'sealed', code: '123456' },
    ],
    answers: { 200: { ...stepped, userId: 'user-test-ada', sessionToken: 'token' } },
  },
  refresh: { requests: [{ sessionToken: 'token' }], answers: { 200: stepped } },
  revoke: { requests: [{ sessionToken: 'token' }, { all: true }], answers: {} },
  listFactors: {
    requests: [],
    answers: {
      200: {
        factors: [
          {
            factorId: 'phone-1',
            kind: 'sms',
            label: '***42',
            isVerified: true,
            counts: false,
            countsFrom: '2027-01-16T08:00:00.000Z',
          },
          { factorId: 'e', kind: 'email', label: null, isVerified: true, counts: true, countsFrom: null },
        ],
        requirements: [{ for: 'apply', preset: 'stytch-mfa', maxFactorAgeSeconds: 3600 }],
      },
    },
  },
  removeFactor: { requests: [], answers: {} },
  enrolTotp: {
    requests: [],
    answers: {
      200: { factorId: 'totp-1', secret: 'S', qrCode: 'data:image/png;base64,AA==', recoveryCodes: ['r'] },
    },
  },
  confirmTotp: { requests: [{ code: '123456' }], answers: { 200: stepped } },
  enrolSms: { requests: [{ phoneNumber: '+15555550142' }], answers: { 202: sent } },
  confirmSms: { requests: [{ challengeId: 'sealed', code: '123456' }], answers: { 200: stepped } },
  enrolPasskey: { requests: [], answers: { 200: passkeyOptions } },
  confirmPasskey: { requests: [{ credential }], answers: { 200: stepped } },
  challenge: {
    requests: [{ factor: 'sms', factorId: 'phone-1' }, { factor: 'passkey' }],
    answers: { 200: [sent, passkeyOptions] },
  },
  stepUp: {
    requests: [
      { factor: 'totp', code: '123456' },
      { factor: 'sms', challengeId: 'sealed', code: '123456' },
      { factor: 'passkey', credential },
      { factor: 'recovery_code', recoveryCode: 'ckss-2skx-ebow' },
    ],
    answers: { 200: stepped },
  },
  me: {
    requests: [],
    answers: {
      200: {
        userId: 'user-test-ada',
        factors,
        applications: [{ applicationId: 'A', type: 'individual', status: 'Approved' }],
        customers: [{ customerId: '700001', type: 'individual', status: 'Active' }],
        next: 'exchange_token',
      },
    },
  },
  apply: { requests: [individual, soleProprietor], answers: { 201: application, 202: application } },
  openForm: {
    requests: [
      { type: 'individual' },
      {
        type: 'sole_proprietor',
        redirectUrl: 'https://app.example.com/callback',
        prefill: {
          fullName: individual.fullName,
          email: individual.email,
          phone: individual.phone,
          address: individual.address,
        },
      },
      {
        type: 'business',
        prefill: {
          name: 'Okafor Woodworks',
          phone: individual.phone,
          address: individual.address,
          website: 'https://okafor.example.com',
          contact: { fullName: individual.fullName, email: individual.email },
        },
      },
    ],
    answers: {
      201: [
        {
          applicationId: 'A',
          type: 'business',
          status: 'Submitting',
          url: 'https://forms.unit.example/x',
          token: 'form-token',
          expiresAt: '2027-01-16T08:00:00.000Z',
        },
        { applicationId: 'A', type: 'business', status: 'Approved' },
      ],
      202: { applicationId: 'A', type: 'business', status: 'Submitting' },
    },
  },
  readApplication: {
    requests: [],
    answers: {
      200: [
        application,
        {
          applicationId: 'A',
          type: 'business',
          status: 'Submitting',
          formExpiresAt: '2027-01-16T08:00:00.000Z',
          documents: [],
        },
      ],
    },
  },
  uploadDocument: { requests: [], answers: { 200: application } },
  uploadDocumentBack: { requests: [], answers: { 200: application } },
  cancelApplication: { requests: [], answers: { 200: application } },
  exchangeToken: {
    requests: [
      {
        scopes: ['cards-sensitive'],
        customerId: '700001',
        resources: [{ type: 'card', ids: ['1'] }],
        expiresIn: 300,
      },
    ],
    answers: {
      201: {
        customerToken: 'token',
        tokenType: 'Bearer',
        expiresIn: 300,
        scopes: ['cards-sensitive'],
        customerId: '700001',
      },
    },
  },
  unitWebhook: { requests: [], answers: {} },
};

/** The status of every code, as the API promises it. */
export const statusOf: Readonly<Record<ErrorCode, number>> = {
  invalid_request: 400,
  invalid_scope: 400,
  invalid_grant: 400,
  customer_ambiguous: 400,
  invalid_token: 401,
  insufficient_user_authentication: 401,
  invalid_signature: 401,
  enrollment_required: 403,
  factor_not_allowed: 403,
  user_locked: 403,
  application_denied: 403,
  customer_archived: 403,
  origin_not_allowed: 403,
  not_found: 404,
  method_not_allowed: 405,
  no_customer: 409,
  application_pending: 409,
  customer_in_review: 409,
  application_exists: 409,
  conflict: 409,
  payload_too_large: 413,
  unsupported_media_type: 415,
  idempotency_key_reused: 422,
  application_refused: 422,
  email_not_verified: 422,
  rate_limited: 429,
  server_error: 500,
  upstream_unavailable: 502,
  not_configured: 503,
  temporarily_unavailable: 503,
  upstream_timeout: 504,
};

/** Copies of a value, each with an undeclared key added to one of its objects, with the place. */
export function withUnknownKeys(value: unknown, place = ''): readonly { place: string; value: unknown }[] {
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown, i) =>
      withUnknownKeys(item, `${place}/${i}`).map((one) => ({ ...one, value: value.with(i, one.value) })),
    );
  }
  if (typeof value !== 'object' || value === null) return [];
  const here = { place: place === '' ? '/' : place, value: { ...value, undeclared: 'x' } };
  const inside = Object.entries(value).flatMap(([key, member]) =>
    withUnknownKeys(member, `${place}/${key}`).map((one) => ({
      ...one,
      value: { ...value, [key]: one.value },
    })),
  );
  return [here, ...inside];
}

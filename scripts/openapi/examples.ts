// A named example of every request and answer, in the API document and checked against its schemas.
import type { AnswerStatus, RouteName } from '../../functions/contract/routes.ts';

type Named = Readonly<Record<string, object>>;

export interface RouteExamples {
  /** Missing where the route takes no body. */
  readonly request?: Named;
  /** Missing where the status has no body. */
  readonly answers?: Readonly<Partial<Record<AnswerStatus, Named>>>;
}

const email = { kind: 'email', lastAuthenticatedAt: '2027-01-15T08:00:00Z' };
const totp = { kind: 'totp', lastAuthenticatedAt: '2027-01-15T08:01:30Z' };
const sessionJwt = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1c2VyLXRlc3QtYWRhIn0.c2lnbmF0dXJl';
const sessionToken = 'mZAYn5aLEqKUlZ_Ad9U_fWr38GaAQ1oFAhT8ds245v7Q';
const session = { sessionJwt, sessionExpiresAt: '2027-01-15T09:00:00Z', factors: [email] };
const stepped = { 200: { steppedUp: { ...session, factors: [email, totp] } } };
const challengeId = 'v1_9sZkQ0c1nq2m4hUu0yYt';
const sent = { challengeId, retryAfterSeconds: 30 };
const creation = { options: { rp: { id: 'app.example.com', name: 'Example' }, challenge: 'Y2hhbGxlbmdl' } };
const request = { options: { rpId: 'app.example.com', challenge: 'Y2hhbGxlbmdl' } };

const credentialOf = (response: object) => ({
  credential: { id: 'cGFzc2tleS0x', rawId: 'cGFzc2tleS0x', type: 'public-key', response },
});
const registered = credentialOf({ clientDataJSON: 'e30', attestationObject: 'o2M' });
const asserted = credentialOf({ clientDataJSON: 'e30', authenticatorData: 'SZY', signature: 'MEU' });

const person = {
  fullName: { first: 'Ada', last: 'Okafor' },
  email: 'ada.okafor@example.com',
  phone: { countryCode: '1', number: '5555550142' },
  address: { street: '12 Juniper Way', city: 'Boise', state: 'ID', postalCode: '83702', country: 'US' },
  dateOfBirth: '1991-04-23',
};

const applicationId = 'NJZ3YTEYBNFOW57B4M6LHFHDHY';
const application = { applicationId, type: 'individual', status: 'Pending', documents: [] };
const approved = { ...application, status: 'Approved', customerId: '700001' };
const awaiting = {
  ...application,
  status: 'AwaitingDocuments',
  documents: [
    { documentId: '1', documentType: 'IdDocument', status: 'Required', missing: ['front', 'back'] },
  ],
};
const received = {
  ...awaiting,
  documents: [{ documentId: '1', documentType: 'IdDocument', status: 'ReceivedFront', missing: ['back'] }],
};
const inReview = {
  ...application,
  status: 'PendingReview',
  documents: [{ documentId: '1', documentType: 'IdDocument', status: 'PendingReview', missing: [] }],
};
const expiresAt = '2027-01-15T09:01:30Z';
const submitting = { ...application, status: 'Submitting' };
const form = { applicationId, type: 'individual', status: 'Submitting' };
const { fullName, email: address, phone } = person;

export const routeExamples = {
  signUp: {
    request: {
      link: {
        method: 'email_magic_link',
        email: 'ada.okafor@example.com',
        redirectUrl: 'https://app.example.com/callback',
        codeChallenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      },
      passcode: { method: 'email_otp', email: 'ada.okafor@example.com' },
    },
    answers: { 202: { sent } },
  },
  authenticate: {
    request: {
      link: {
        method: 'email_magic_link',
        token: 'DOYoip3rvIMMW5lgItikFK-Ak1CfMsgjuiCyI7uuU94=',
        codeVerifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
      },
      passcode: { method: 'email_otp', challengeId, code: '123456' },
    },
    answers: {
      200: {
        signedIn: { ...session, userId: 'user-test-ada', sessionToken },
        cookie: { ...session, userId: 'user-test-ada' },
      },
    },
  },
  refresh: { request: { token: { sessionToken }, cookie: {} }, answers: { 200: { refreshed: session } } },
  revoke: { request: { one: { sessionToken }, cookie: {}, all: { all: true } } },
  listFactors: {
    answers: {
      200: {
        factors: {
          factors: [
            {
              factorId: 'phone-number-test-1',
              kind: 'sms',
              label: '***42',
              isVerified: true,
              counts: false,
              countsFrom: '2027-01-16T08:00:00Z',
            },
          ],
          requirements: [{ for: 'apply', preset: 'stytch-mfa', maxFactorAgeSeconds: 3600 }],
        },
      },
    },
  },
  removeFactor: {},
  enrolTotp: {
    answers: {
      200: {
        begun: {
          factorId: 'totp-test-1',
          secret: 'JBSWY3DPEHPK3PXP',
          qrCode: 'data:image/png;base64,iVBORw0KGgo=',
          recoveryCodes: ['ckss-2skx-ebow', '6h9a-0pfs-mm2c'],
        },
      },
    },
  },
  confirmTotp: { request: { code: { code: '123456' } }, answers: stepped },
  enrolSms: { request: { number: { phoneNumber: '+15555550142' } }, answers: { 202: { sent } } },
  confirmSms: { request: { code: { challengeId, code: '123456' } }, answers: stepped },
  enrolPasskey: { answers: { 200: { options: creation } } },
  confirmPasskey: { request: { credential: registered }, answers: stepped },
  challenge: {
    request: { sms: { factor: 'sms', factorId: 'phone-number-test-1' }, passkey: { factor: 'passkey' } },
    answers: { 200: { sms: sent, passkey: request } },
  },
  stepUp: {
    request: {
      totp: { factor: 'totp', code: '123456' },
      sms: { factor: 'sms', challengeId, code: '123456' },
      passkey: { factor: 'passkey', ...asserted },
      recoveryCode: { factor: 'recovery_code', recoveryCode: 'ckss-2skx-ebow' },
    },
    answers: stepped,
  },
  me: {
    answers: {
      200: {
        customer: {
          userId: 'user-test-ada',
          factors: [email, totp],
          applications: [{ applicationId, type: 'individual', status: 'Approved' }],
          customers: [{ customerId: '700001', type: 'individual', status: 'Active' }],
          next: 'exchange_token',
        },
      },
    },
  },
  apply: {
    request: {
      individual: { type: 'individual', ...person, ssn: '000000002', occupation: 'ScientistOrTechnologist' },
      passport: { type: 'individual', ...person, passport: 'X1234567', nationality: 'FR' },
      soleProprietor: {
        type: 'sole_proprietor',
        ...person,
        ssn: '000000002',
        dba: 'Okafor Woodworks',
        website: 'https://okafor.example.com',
      },
    },
    answers: {
      201: { approved, awaitingDocuments: awaiting },
      202: { submitting },
    },
  },
  openForm: {
    request: {
      individual: {
        type: 'individual',
        redirectUrl: 'https://app.example.com/callback',
        prefill: { fullName, email: address, phone },
      },
      business: {
        type: 'business',
        prefill: {
          name: 'Okafor Woodworks',
          website: 'https://okafor.example.com',
          contact: { fullName, email: address },
        },
      },
    },
    answers: {
      201: {
        open: {
          ...form,
          url: 'https://application-form.s.unit.sh/hosted-forms/v2.public.eyJmb3JtIjoiMSJ9',
          token: 'v2.public.eyJmb3JtIjoiMSJ9',
          expiresAt,
        },
        sent: { ...form, status: 'PendingReview' },
      },
      202: { submitting: form },
    },
  },
  readApplication: {
    answers: {
      200: { approved, awaitingDocuments: awaiting, formOpen: { ...submitting, formExpiresAt: expiresAt } },
    },
  },
  uploadDocument: { answers: { 200: { backMissing: received, complete: inReview } } },
  uploadDocumentBack: { answers: { 200: { complete: inReview } } },
  cancelApplication: { answers: { 200: { canceled: { ...application, status: 'Canceled' } } } },
  exchangeToken: {
    request: {
      read: { scopes: ['accounts', 'transactions'] },
      card: { scopes: ['cards-sensitive'], resources: [{ type: 'card', ids: ['4711'] }], expiresIn: 300 },
    },
    answers: {
      201: {
        token: {
          customerToken: 'v2.public.eyJzdWIiOiI3MDAwMDEifQ',
          tokenType: 'Bearer',
          expiresIn: 300,
          scopes: ['cards-sensitive'],
          customerId: '700001',
        },
      },
    },
  },
  unitWebhook: {
    request: {
      batch: {
        data: [
          {
            id: '4711',
            type: 'customer.created',
            attributes: { createdAt: '2027-01-15T08:02:00Z', tags: {} },
            relationships: {
              application: { data: { id: '8100', type: 'individualApplication' } },
              customer: { data: { id: '700001', type: 'individualCustomer' } },
            },
          },
        ],
      },
    },
  },
} as const satisfies Record<RouteName, RouteExamples>;

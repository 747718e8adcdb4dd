// Unit in memory, as far as the core's ports reach: applications, customers and tokens.
import type {
  ContactProvider,
  CustomerTokenRequest,
  OnboardingProvider,
  Submission,
  SubmissionOutcome,
  TokenProvider,
  UnitApplication,
  UnitCustomer,
} from '../../functions/core/ports.ts';
import { USER, unitApplication } from './core-values.ts';

/** How Unit takes the next application; `lost`: created, but the answer never came. */
export type Reception = 'created' | 'lost' | 'unreached' | Extract<SubmissionOutcome, { outcome: 'refused' }>;

/** Unit's own state, and how it answers next. */
export interface FakeUnit {
  readonly applications: Map<string, UnitApplication>;
  readonly customers: Map<string, UnitCustomer>;
  /** Phone numbers by customer. */
  readonly phones: Map<string, string>;
  reception: Reception;
  /** The status that a new application gets. */
  firstStatus: UnitApplication['status'];
  /** The documents that a new application asks for. */
  documents: UnitApplication['documents'];
  readonly submissions: Submission[];
  readonly tokenRequests: CustomerTokenRequest[];
  /** The life of the next token, when Unit gives less than was asked for. */
  grantedSeconds: number | null;
}

export interface UnitFakes {
  readonly state: FakeUnit;
  readonly onboarding: OnboardingProvider;
  readonly tokens: TokenProvider;
  readonly contacts: ContactProvider;
}

export function createFakeUnit(): UnitFakes {
  const state: FakeUnit = {
    applications: new Map(),
    customers: new Map(),
    phones: new Map(),
    reception: 'created',
    firstStatus: 'Pending',
    documents: [],
    submissions: [],
    tokenRequests: [],
    grantedSeconds: null,
  };
  const byTag = (applicationId: string): UnitApplication | null =>
    [...state.applications.values()].find((one) => one.applicationId === applicationId) ?? null;
  return {
    state,
    contacts: { readPhoneNumber: async (unitCustomerId) => state.phones.get(unitCustomerId) ?? null },
    onboarding: {
      async submitApplication(submission) {
        state.submissions.push(submission);
        if (typeof state.reception === 'object') return state.reception;
        if (state.reception === 'unreached') return { outcome: 'unknown', reason: 'upstream_timeout' };
        const application = byTag(submission.applicationId) ?? create(state, submission);
        return state.reception === 'lost'
          ? { outcome: 'unknown', reason: 'upstream_timeout' }
          : { outcome: 'created', application };
      },
      findApplication: async (applicationId) => byTag(applicationId),
      readApplication: async (unitApplicationId) => state.applications.get(unitApplicationId) ?? null,
      readCustomer: async (unitCustomerId) => state.customers.get(unitCustomerId) ?? null,
    },
    tokens: {
      async createCustomerToken(request) {
        state.tokenRequests.push(request);
        return {
          customerToken: `customer-token-${state.tokenRequests.length}`,
          expiresInSeconds: state.grantedSeconds ?? request.expiresInSeconds,
        };
      },
    },
  };
}

function create(state: FakeUnit, { applicationId, stytchUserId }: Submission): UnitApplication {
  const unitApplicationId = String(800_001 + state.applications.size);
  state.applications.set(
    unitApplicationId,
    unitApplication({
      unitApplicationId,
      applicationId,
      jwtSubject: stytchUserId,
      documents: state.documents,
    }),
  );
  return decide(state, unitApplicationId, state.firstStatus);
}

/** Unit decides, a second later than whatever it said before; an approval makes the customer. */
export function decide(
  { applications, customers }: FakeUnit,
  unitApplicationId: string,
  status: UnitApplication['status'],
): UnitApplication {
  const before = applications.get(unitApplicationId) ?? unitApplication({ unitApplicationId });
  const isApproved = status === 'Approved';
  const unitCustomerId = isApproved ? String(Number(unitApplicationId) - 100_000) : null;
  const updatedAt = new Date(Date.parse(before.updatedAt) + 1000).toISOString();
  const next = { ...before, status, updatedAt, unitCustomerId };
  applications.set(unitApplicationId, next);
  if (unitCustomerId !== null) {
    customers.set(unitCustomerId, {
      unitCustomerId,
      type: 'individual',
      status: 'Active',
      jwtSubjects: [before.jwtSubject ?? USER],
      unitApplicationId,
    });
  }
  return next;
}

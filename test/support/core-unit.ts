// Unit in memory, as far as the core's ports reach: applications, customers and tokens.
import type {
  ContactProvider,
  CustomerTokenRequest,
  DocumentUpload,
  FormOpening,
  FormProvider,
  OnboardingProvider,
  OpenApplicationProvider,
  Submission,
  SubmissionOutcome,
  TokenProvider,
  UnitApplication,
  UnitCustomer,
  UnitForm,
  UploadOutcome,
} from '../../functions/core/ports.ts';
import { DAY, EMAIL, USER, unitApplication } from './core-values.ts';

/** How Unit takes the next application; `lost`: created, but the answer never came. */
export type Reception = 'created' | 'lost' | 'unreached' | Extract<SubmissionOutcome, { outcome: 'refused' }>;

/** Unit's own state, and how it answers next. */
export interface FakeUnit {
  readonly applications: Map<string, UnitApplication>;
  readonly customers: Map<string, UnitCustomer>;
  /** Phone numbers by customer. */
  readonly phones: Map<string, string>;
  reception: Reception;
  /** By Unit's id, each with what it was opened for. */
  readonly forms: Map<string, FakeForm>;
  readonly openings: FormOpening[];
  /** The status that a new application gets. */
  firstStatus: UnitApplication['status'];
  /** The documents that a new application asks for. */
  documents: UnitApplication['documents'];
  /** How Unit takes the next file. */
  uploadOutcome: UploadOutcome;
  readonly uploads: DocumentUpload[];
  readonly submissions: Submission[];
  readonly tokenRequests: CustomerTokenRequest[];
  /** The life of the next token, when Unit gives less than was asked for. */
  grantedSeconds: number | null;
}

/** A form, and what it was opened for. */
export interface FakeForm {
  readonly form: UnitForm;
  readonly opening: FormOpening;
}

export interface UnitFakes {
  readonly state: FakeUnit;
  readonly onboarding: OnboardingProvider;
  readonly forms: FormProvider;
  readonly openApplications: OpenApplicationProvider;
  readonly tokens: TokenProvider;
  readonly contacts: ContactProvider;
}

export function createFakeUnit(clock: () => number): UnitFakes {
  const state: FakeUnit = {
    applications: new Map(),
    customers: new Map(),
    phones: new Map(),
    reception: 'created',
    firstStatus: 'Pending',
    documents: [],
    forms: new Map(),
    openings: [],
    uploadOutcome: { outcome: 'received', documentStatus: 'PendingReview' },
    uploads: [],
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
      // A list comes without documents.
      async findApplication(applicationId) {
        const found = byTag(applicationId);
        return found === null ? null : { ...found, documents: [] };
      },
      readApplication: async (unitApplicationId) => state.applications.get(unitApplicationId) ?? null,
      readCustomer: async (unitCustomerId) => state.customers.get(unitCustomerId) ?? null,
    },
    forms: {
      async openForm(opening) {
        state.openings.push(opening);
        if (typeof state.reception === 'object') return state.reception;
        if (state.reception === 'unreached') return { outcome: 'unknown', reason: 'upstream_timeout' };
        const form = formOf(state, opening) ?? open(state, opening, clock());
        return state.reception === 'lost'
          ? { outcome: 'unknown', reason: 'upstream_timeout' }
          : { outcome: 'opened', form };
      },
      readForm: async (unitFormId) => state.forms.get(unitFormId)?.form ?? null,
    },
    openApplications: {
      async uploadDocument(upload) {
        state.uploads.push(upload);
        return state.uploadOutcome;
      },
      cancelApplication: async (unitApplicationId) => decide(state, unitApplicationId, 'Canceled'),
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

const formOf = ({ forms }: FakeUnit, { applicationId }: FormOpening): UnitForm | undefined =>
  [...forms.values()].find(({ opening }) => opening.applicationId === applicationId)?.form;

function open({ forms }: FakeUnit, opening: FormOpening, now: number): UnitForm {
  const unitFormId = String(600_001 + forms.size);
  const form: UnitForm = {
    unitFormId,
    url: `https://forms.unit.example/${unitFormId}`,
    token: `form-token-${unitFormId}`,
    expiresAt: now + DAY,
    unitApplicationId: null,
  };
  forms.set(unitFormId, { form, opening });
  return form;
}

/** Somebody fills in the form and sends it: the user themselves, unless told otherwise. */
export function sendForm(
  state: FakeUnit,
  unitFormId: string,
  changes: Partial<UnitApplication> = {},
): UnitApplication {
  const held = state.forms.get(unitFormId);
  if (held === undefined) throw new Error(`no form ${unitFormId}`);
  const { applicationId, stytchUserId, request } = held.opening;
  const unitApplicationId = String(800_001 + state.applications.size);
  const sent = unitApplication({
    unitApplicationId,
    type: request.type,
    applicationId,
    jwtSubject: stytchUserId,
    applicantEmail: EMAIL,
    ...changes,
  });
  state.applications.set(unitApplicationId, sent);
  state.forms.set(unitFormId, { ...held, form: { ...held.form, unitApplicationId } });
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
      type: before.type === 'business' ? 'business' : 'individual',
      status: 'Active',
      jwtSubjects: [before.jwtSubject ?? USER],
      unitApplicationId,
    });
  }
  return next;
}

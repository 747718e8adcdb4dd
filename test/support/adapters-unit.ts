// The Unit simulator over HTTP, the adapters on it, and an applicant.

import { createFormProvider } from '../../functions/adapters/unit/form-provider.ts';
import { createUnitLists } from '../../functions/adapters/unit/lists.ts';
import { createOnboardingProvider } from '../../functions/adapters/unit/onboarding-provider.ts';
import { createOpenApplications } from '../../functions/adapters/unit/open-applications.ts';
import { createTokenProvider } from '../../functions/adapters/unit/token-provider.ts';
import { createUnitTransport } from '../../functions/adapters/unit/transport.ts';
import type { ApplicationRequest } from '../../functions/contract/application.ts';
import type {
  FormProvider,
  OnboardingProvider,
  OpenApplicationProvider,
  Submission,
  TokenProvider,
  UnitLists,
} from '../../functions/core/ports.ts';
import type { FaultKind } from '../../simulators/faults.ts';
import { type Listening, listen } from '../../simulators/server.ts';
import { createUnitSimulator, type UnitSimulator } from '../../simulators/unit/simulator.ts';
import { endingOnce } from './adapters-errors.ts';
import { silent } from './adapters-log.ts';
import { fixedSecret } from './adapters-secrets.ts';

export const ORG_TOKEN = 'org-token-of-the-tests';

export interface UnitBench {
  readonly simulator: UnitSimulator;
  readonly controls: UnitSimulator['controls'];
  readonly server: Listening;
  readonly onboarding: OnboardingProvider;
  readonly forms: FormProvider;
  readonly openApplications: OpenApplicationProvider;
  readonly tokens: TokenProvider;
  readonly lists: UnitLists;
  /** What was called, answered or not: `POST /applications`. */
  calls(): readonly string[];
  forgetCalls(): void;
  close(): Promise<void>;
}

export async function startUnit(jwksUrl?: () => string): Promise<UnitBench> {
  const scopes =
    'applications applications-write customers customer-token-write events webhooks webhooks-write'.split(
      ' ',
    );
  const simulator = createUnitSimulator({
    orgTokens: [{ token: ORG_TOKEN, scopes }],
    now: () => Date.now(),
    publicUrl: () => url,
    ...(jwksUrl === undefined ? {} : { jwksUrl }),
  });
  const seen: string[] = [];
  let url = '';
  const server = await listen((request) => {
    seen.push(`${request.method} ${new URL(request.url).pathname}`);
    return simulator.handle(request);
  }, 0);
  url = server.url;
  return {
    simulator,
    controls: simulator.controls,
    server,
    ...adaptersFor(server.url),
    calls: () => [...seen],
    forgetCalls: () => {
      seen.length = 0;
    },
    async close() {
      simulator.close();
      await server.close();
    },
  };
}

/** A deadline for one call under a fault: one that hangs is ended once Unit has seen it, every other has all the time. */
export const deadlineUnder = ({ kind }: FaultKind, unit: UnitBench): AbortSignal =>
  kind === 'hang' || kind === 'hang_after'
    ? endingOnce(() => unit.calls().length > 0)
    : AbortSignal.timeout(60_000);

/** The adapters on any host that speaks like Unit. */
export function adaptersFor(
  url: string,
  orgToken = ORG_TOKEN,
): Pick<UnitBench, 'onboarding' | 'forms' | 'openApplications' | 'tokens' | 'lists'> {
  const transport = createUnitTransport(url, fixedSecret(orgToken), silent);
  return {
    onboarding: createOnboardingProvider(transport),
    forms: createFormProvider(transport),
    openApplications: createOpenApplications(transport),
    tokens: createTokenProvider(transport),
    lists: createUnitLists(transport),
  };
}

export const ada = {
  type: 'individual',
  fullName: { first: 'Ada', last: 'Okafor' },
  dateOfBirth: '1991-04-23',
  ssn: '078051120',
  email: 'ada.okafor@example.com',
  phone: { countryCode: '1', number: '5555550142' },
  address: { street: '12 Juniper Way', city: 'Boise', state: 'ID', postalCode: '83702', country: 'US' },
  occupation: 'ScientistOrTechnologist',
  annualIncome: 'Between50kAnd100k',
  sourceOfIncome: 'EmploymentOrPayrollIncome',
} as const satisfies ApplicationRequest;

let count = 0;

/** A submission of an applicant, under a key of its own. */
export const submission = (changes: object = {}): Submission => {
  count += 1;
  return {
    applicationId: `KEY${String(count).padStart(23, 'A')}`,
    stytchUserId: 'user-test-0f2c',
    sourceIp: '203.0.113.7',
    request: { ...ada, ...changes },
  };
};

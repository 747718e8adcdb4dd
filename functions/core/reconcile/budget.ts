// What a run may spend: calls to Unit, of which each step leaves some to those after it, and time under a lease.
import { type DecidingReason, hasReason, ServiceError } from '../errors.ts';
import type { FormProvider, OnboardingProvider, UnitLists } from '../ports.ts';

/** Far below the 1,000 a minute that Unit grants an address, which all functions may share. */
export const MOST_UNIT_CALLS = 150;

/** Longer than any step may take, and over before the next run: one that dies holds up nobody. */
export const LEASE_SECONDS = 40;

/** A read that fails has been sent so often (standards D3). */
const TRIES = 3;

const OUT_OF_CALLS = 'call_budget' satisfies DecidingReason;

export const isOutOfCalls = (error: unknown): boolean => hasReason(error, OUT_OF_CALLS);

export interface CallBudget {
  left: number;
}

/** What a step may still spend. */
export interface Calls {
  isSpent(): boolean;
}

interface UnitPorts {
  readonly onboarding: OnboardingProvider;
  readonly forms: FormProvider;
  readonly lists: UnitLists;
}

/** The same ports, but a call that could leave fewer than `leaving` to later steps throws `temporarily_unavailable`. */
export function limitCalls<Ports extends UnitPorts>(
  ports: Ports,
  budget: CallBudget,
  leaving: number,
): Ports & { readonly calls: Calls } {
  let wasRefused = false;
  const isOut = (): boolean => budget.left - TRIES < leaving;
  const counted = async <Answer>(call: () => Promise<Answer>): Promise<Answer> => {
    wasRefused ||= isOut();
    if (wasRefused) throw new ServiceError('temporarily_unavailable', { reason: OUT_OF_CALLS });
    budget.left -= TRIES;
    const answer = await call();
    budget.left += TRIES - 1;
    return answer;
  };
  const { onboarding, forms, lists } = ports;
  return {
    ...ports,
    onboarding: {
      ...onboarding,
      findApplication: (id, signal) => counted(() => onboarding.findApplication(id, signal)),
      readApplication: (id, signal) => counted(() => onboarding.readApplication(id, signal)),
      readCustomer: (id, signal) => counted(() => onboarding.readCustomer(id, signal)),
    },
    forms: {
      ...forms,
      readForm: (id, applicationId, signal) => counted(() => forms.readForm(id, applicationId, signal)),
    },
    lists: {
      listEvents: (window, offset, signal) => counted(() => lists.listEvents(window, offset, signal)),
      listArchivedCustomers: (offset, signal) => counted(() => lists.listArchivedCustomers(offset, signal)),
      listWebhooks: (offset, signal) => counted(() => lists.listWebhooks(offset, signal)),
    },
    calls: { isSpent: () => wasRefused || isOut() },
  };
}

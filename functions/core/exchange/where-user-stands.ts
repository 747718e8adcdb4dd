// Where a user stands on the way to a customer token, and what comes next.
import type { MeAnswer } from '../../contract/me.ts';
import { couldMeet } from '../factors/challenge.ts';
import { countsBy } from '../factors/counting.ts';
import { confirm, type GatePorts, meetNewFactors, refuseBarred } from '../factors/gate.ts';
import { judge } from '../factors/judge.ts';
import { missingSides } from '../onboarding/missing-sides.ts';
import { type ApplicationRecord, isReleased, type UserRecord } from '../onboarding/records.ts';
import { shown } from '../session/answers.ts';
import type { Session } from '../session/session.ts';

/**
 * Reads the signed-in user's factors, applications and customers.
 * @throws ServiceError `invalid_token`, `user_locked`
 */
export async function whereUserStands(
  ports: GatePorts,
  presented: Session,
  signal: AbortSignal,
): Promise<MeAnswer> {
  const [current, read] = await Promise.all([
    confirm(ports, presented, signal),
    ports.mappings.readUser(presented.stytchUserId),
  ]);
  refuseBarred(read, ports.clock());
  const known = await meetNewFactors(ports, { current, known: read });
  const now = ports.clock();
  const counts = countsBy(current.user, known.factors, now);
  const isSteppedUp = judge(ports.policy.apply, current.session.factors, counts, now, ports.policy).isMet;
  const next = !couldMeet(ports.policy.apply, current.user, known.factors, now, ports.policy)
    ? 'enroll_factor'
    : isSteppedUp
      ? nextWith(known, now)
      : 'step_up';
  return {
    userId: presented.stytchUserId,
    factors: current.session.factors.map(shown),
    applications: known.applications.map(({ applicationId, type, status }) => ({
      applicationId,
      type,
      status,
    })),
    customers: known.customers.map(({ unitCustomerId, type, status }) => ({
      customerId: unitCustomerId,
      type,
      status,
    })),
    next,
  };
}

function nextWith({ customers, applications }: UserRecord, now: number): MeAnswer['next'] {
  if (customers.some(({ status }) => status === 'Active')) return 'exchange_token';
  if (customers.length > 0) return 'contact_support';
  const open = applications.filter(({ status }) => !isReleased(status));
  if (open.length === 0) return 'apply';
  if (open.some(wantsDocuments)) return 'upload_documents';
  return open.some((one) => isToBeFilledIn(one, now)) ? 'complete_form' : 'wait_for_decision';
}

/** Unless all that were asked for have come, and Unit's next word is only on its way. */
const wantsDocuments = ({ status, documents }: ApplicationRecord): boolean =>
  status === 'AwaitingDocuments' &&
  (documents.length === 0 || documents.some((document) => missingSides(document).length > 0));

/** A form whose link works, or whose link the caller has not got yet: a repeat of the request answers it. */
const isToBeFilledIn = ({ via, status, formExpiresAt }: ApplicationRecord, now: number): boolean =>
  via === 'form' && status === 'Submitting' && (formExpiresAt === null || formExpiresAt > now);

// Where a user stands on the way to a customer token, and what comes next.
import type { MeAnswer } from '../../contract/sessions.ts';
import { couldMeet } from '../factors/challenge.ts';
import { countsBy } from '../factors/counting.ts';
import { confirm, type GatePorts, meetNewFactors, refuseBarred } from '../factors/gate.ts';
import { judge } from '../factors/judge.ts';
import { isReleased, type UserRecord } from '../onboarding/records.ts';
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
      ? nextWith(known)
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

function nextWith({ customers, applications }: UserRecord): MeAnswer['next'] {
  if (customers.some(({ status }) => status === 'Active')) return 'exchange_token';
  if (customers.length > 0) return 'contact_support';
  const open = applications.find(({ status }) => !isReleased(status));
  if (open === undefined) return 'apply';
  return open.status === 'AwaitingDocuments' ? 'upload_documents' : 'wait_for_decision';
}

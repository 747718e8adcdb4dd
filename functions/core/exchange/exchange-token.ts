// The token exchange: a stepped-up Stytch session in, a narrow and short Unit customer token out.
import type { ExchangeTokenAnswer, ExchangeTokenRequest } from '../../contract/token.ts';
import { ServiceError } from '../errors.ts';
import { admit, confirm, factorAges, type GatePorts, judgePresented } from '../factors/gate.ts';
import { type ExchangeRequirement, requirementFor } from '../factors/policy.ts';
import type { CustomerRecord, UserRecord } from '../onboarding/records.ts';
import type { Counters, LogFields, SessionJwts, TokenProvider } from '../ports.ts';
import type { CurrentSession } from '../session/confirm-session.ts';
import type { Session } from '../session/session.ts';
import { chooseCustomer, requireClaim } from './choose-customer.ts';
import { lifeOfToken, narrowResources } from './narrow.ts';

export interface ExchangePorts extends GatePorts {
  readonly tokens: TokenProvider;
  readonly counters: Counters;
}

interface Facts {
  readonly current: CurrentSession;
  readonly customer: CustomerRecord;
}

/**
 * Exchanges the presented session for a customer token, in the one order that is safe: judge what was presented,
 * ask Stytch and the table at once, judge again on what Stytch returned, and only then ask Unit (INV1, INV2).
 * @throws ServiceError every problem of `POST /v1/token`
 */
export async function exchangeToken(
  ports: ExchangePorts,
  presented: Session,
  request: ExchangeTokenRequest,
  signal: AbortSignal,
): Promise<ExchangeTokenAnswer> {
  const trail: Record<string, LogFields[string]> = {
    stytchUserId: presented.stytchUserId,
    sessionId: presented.sessionId,
    factors: factorAges(presented.factors, ports.clock()),
    policyName: ports.policy.name,
    policyVersion: ports.policy.version,
  };
  const [outcome] = await Promise.allSettled([attempt(ports, presented, request, trail, signal)]);
  if (outcome.status === 'fulfilled') {
    ports.log.record('exchange_token.completed', trail);
    return outcome.value;
  }
  ports.log.record('exchange_token.refused', { ...trail, ...refusalFields(outcome.reason) });
  throw outcome.reason;
}

async function attempt(
  ports: ExchangePorts,
  presented: Session,
  request: ExchangeTokenRequest,
  trail: Record<string, LogFields[string]>,
  signal: AbortSignal,
): Promise<ExchangeTokenAnswer> {
  const requirement = requirementFor(ports.policy, request.scopes);
  // Only now: until the policy has named them they are any text of the caller's.
  trail['scopes'] = request.scopes;
  const resources = narrowResources(requirement, request.resources);
  trail['resources'] = resources.flatMap(({ type, ids }) => ids.map((id) => `${type}:${id}`));
  await judgePresented(ports, requirement, presented, signal);

  const { current, customer } = await gather(ports, requirement, presented, request, trail, signal);
  if (requirement.isSensitive) requireFreshKeys(ports.jwts);
  trail['unitCustomerId'] = customer.unitCustomerId;

  const expiresInSeconds = lifeOfToken(
    requirement,
    request.expiresIn,
    current.session.expiresAt,
    ports.clock(),
  );
  const token = await ports.tokens.createCustomerToken(
    {
      unitCustomerId: customer.unitCustomerId,
      scopes: request.scopes,
      sessionJwt: current.session.sessionJwt,
      expiresInSeconds,
      resources,
    },
    signal,
  );
  trail['expiresInSeconds'] = token.expiresInSeconds;
  return {
    customerToken: token.customerToken,
    tokenType: 'Bearer',
    expiresIn: token.expiresInSeconds,
    scopes: [...request.scopes],
    customerId: customer.unitCustomerId,
  };
}

/** How long after their hour old keys still serve for a sensitive scope (standards K3). */
const SENSITIVE_STALE_SECONDS = 3600;

/**
 * A key that Stytch has withdrawn may still stand among old ones.
 * @throws ServiceError `upstream_unavailable`
 */
function requireFreshKeys(jwts: SessionJwts): void {
  if (jwts.staleSeconds() <= SENSITIVE_STALE_SECONDS) return;
  throw new ServiceError('upstream_unavailable', {
    reason: 'keys_stale',
    upstream: { provider: 'stytch', operation: 'jwks' },
  });
}

/** Stytch, the table and the counter at once, then the second verdict; what Stytch refuses is told first. */
async function gather(
  ports: ExchangePorts,
  requirement: ExchangeRequirement,
  presented: Session,
  request: ExchangeTokenRequest,
  trail: Record<string, LogFields[string]>,
  signal: AbortSignal,
): Promise<Facts> {
  const known = ports.mappings.readUser(presented.stytchUserId);
  const [session, user, customer, counted] = await Promise.allSettled([
    confirm(ports, presented, signal),
    known,
    known.then((record) => ownCustomer(ports, record, request.customerId)),
    requirement.isSensitive
      ? ports.counters.take('sensitiveExchanges', presented.sessionId)
      : Promise.resolve(),
  ]);
  const current = valueOf(session);
  const record = valueOf(user);
  // From here on these are the factors that decide.
  trail['factors'] = factorAges(current.session.factors, ports.clock());
  trail['stytchRequestId'] = current.stytchRequestId;
  // Weak factors are told before anything about customers.
  await admit(ports, requirement, { current, known: record });
  valueOf(counted);
  return { current, customer: valueOf(customer) };
}

async function ownCustomer(
  ports: ExchangePorts,
  known: UserRecord,
  customerId: string | undefined,
): Promise<CustomerRecord> {
  const customer = chooseCustomer(known, customerId);
  await requireClaim(ports.mappings, known.stytchUserId, customer);
  return customer;
}

function valueOf<T>(settled: PromiseSettledResult<T>): T {
  if (settled.status === 'rejected') throw settled.reason;
  return settled.value;
}

const refusalFields = (error: unknown): LogFields =>
  error instanceof ServiceError
    ? {
        errorCode: error.code,
        reason: error.details.reason ?? null,
        provider: error.details.upstream?.provider ?? null,
        vendorRequestId: error.details.upstream?.vendorRequestId ?? null,
      }
    : { errorCode: 'server_error', reason: null };

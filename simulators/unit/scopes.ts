// Which scope may stand on which token, and which ones Unit gives only after two factors.

const orgOnlyScopes = [
  'applications',
  'applications-write',
  'customer-token',
  'customer-token-write',
  'webhooks',
  'webhooks-write',
  'authorization-requests',
  'authorization-requests-write',
  'batch-releases',
  'batch-releases-write',
  'received-payments',
  'received-payments-write',
  'chargebacks',
  'chargebacks-write',
  'rewards',
  'rewards-write',
  // assumed: nothing official names the scope that makes org tokens
  'api-tokens-write',
] as const;

const customerScopes = [
  'customers',
  'customers-write',
  'customer-tags-write',
  'accounts',
  'accounts-write',
  'cards',
  'cards-write',
  'transactions',
  'transactions-write',
  'authorizations',
  'statements',
  'payments',
  'payments-write',
  'payments-write-counterparty',
  'payments-write-linked-account',
  'payments-write-ach-debit',
  'ach-payments-write',
  'wire-payments-write',
  'counterparties',
  'counterparties-write',
  'events',
  'events-write',
  'check-deposits',
  'check-deposits-write',
  'check-payments',
  'check-payments-write',
  'wire-drawdowns',
  'wire-drawdowns-write',
] as const;

const pciScopes = ['cards-sensitive', 'cards-sensitive-write'] as const;

/** Whether only an org token may hold the scope. */
export const isOrgOnly = (scope: string): boolean => orgOnlyScopes.some((known) => known === scope);

/** Whether a customer token may hold the scope. */
export const isForCustomers = (scope: string): boolean =>
  [...customerScopes, ...pciScopes].some((known) => known === scope);

/** Whether the scope is one that a cardholder token may hold. */
export const isCardScope = (scope: string): boolean => isForCustomers(scope) && /^cards(-|$)/.test(scope);

/** Whether an org token may hold the scope. */
export const isForOrgs = (scope: string): boolean =>
  isOrgOnly(scope) || customerScopes.some((known) => known === scope);

/**
 * The scopes that need two factors.
 * assumed: no official table exists; every write scope of a customer and `cards-sensitive`. `customer-token-write`
 * stays out, since Unit asks for it in the very token from which a holder starts Unit's own OTP.
 */
export const defaultTwoFactorScopes: readonly string[] = [...customerScopes, ...pciScopes].filter(
  (scope) => scope === 'cards-sensitive' || scope.includes('-write'),
);

/** Splits a `scope` attribute; an empty one has no scopes. */
export const splitScopes = (scope: string): string[] => scope.split(' ').filter((part) => part !== '');

// Calls that change nothing and need one scope each, for where Unit does not tell what a token may do.
import type { UnitReply } from '../../functions/adapters/unit/transport.ts';

/** No id of Unit's is as long. */
const NOBODY = '999999999999999999';

export type Probe = readonly ['GET' | 'POST' | 'PATCH', string];

/** Reads one entry, or asks for a change that cannot be: no customer has that id, and the bodies are no request. */
export const probes: Readonly<Record<string, Probe>> = {
  'customer-token-write': ['POST', `/customers/${NOBODY}/token`],
  'applications-write': ['POST', '/applications'],
  ...Object.fromEntries(
    ['applications', 'customers', 'events', 'webhooks', 'accounts', 'cards', 'transactions', 'payments'].map(
      (name): [string, Probe] => [name, ['GET', `/${name}?page[limit]=1`]],
    ),
  ),
};

/** The scopes whose presence can be found out without changing anything. */
export const probedScopes: readonly string[] = Object.keys(probes);

/** Stopped at the id or the body: by Unit's own error, and a 404 names what is missing, or the path itself is not there. */
export const isPastScope = ({
  status,
  code,
  pointers,
  fault,
}: Extract<UnitReply, { isOk: false }>): boolean => {
  const isUnits = code !== '' || pointers.length > 0 || fault.vendorRequestId !== undefined;
  return status === 404 ? code !== '' : isUnits && [400, 409, 422].includes(status);
};

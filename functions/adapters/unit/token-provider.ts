// Unit's customer token: as narrow and as short as the rules ask, for a JWT that they have verified.
import * as z from 'zod/mini';
import { ServiceError } from '../../core/errors.ts';
import type { TokenProvider } from '../../core/ports.ts';
import { toServiceError, type UnitTransport, unreadable } from './transport.ts';

/** Unit's own limit for the call. */
const TIMEOUT_MS = 5000;
/** A repeat makes a second token at worst, which is harmless inside the deadline. */
const TRIES = 2;
const RESOURCES = '/data/attributes/resources';

const tokenDocument = z.looseObject({
  data: z.looseObject({
    type: z.literal('customerBearerToken'),
    attributes: z.looseObject({
      token: z.string().check(z.minLength(1)),
      expiresIn: z.int().check(z.minimum(1)),
    }),
  }),
});

/** The adapter over `POST /customers/:id/token`. */
export function createTokenProvider(unit: UnitTransport): TokenProvider {
  return {
    async createCustomerToken({ unitCustomerId, scopes, sessionJwt, expiresInSeconds, resources }, signal) {
      const operation = 'create_customer_token';
      const reply = await unit.call({
        operation,
        method: 'POST',
        path: `/customers/${encodeURIComponent(unitCustomerId)}/token`,
        body: {
          data: {
            type: 'customerToken',
            attributes: {
              scope: scopes.join(' '),
              jwtToken: sessionJwt,
              expiresIn: expiresInSeconds,
              ...(resources.length === 0 ? {} : { resources }),
            },
          },
        },
        timeoutMs: TIMEOUT_MS,
        tries: TRIES,
        signal,
      });
      if (!reply.isOk) {
        // Unit judges the ids that narrow a token: one that is not the customer's own is no outage.
        const isForeign = reply.status === 400 && reply.pointers.some((one) => one.startsWith(RESOURCES));
        throw isForeign
          ? new ServiceError('not_found', { reason: 'resource', upstream: reply.fault })
          : toServiceError(reply);
      }
      const parsed = tokenDocument.safeParse(reply.document);
      if (!parsed.success) throw unreadable(operation, reply.status);
      const { token, expiresIn } = parsed.data.data.attributes;
      return { customerToken: token, expiresInSeconds: Math.min(expiresIn, expiresInSeconds) };
    },
  };
}

// The phone number that Unit holds for a customer: read to compare, never stored, shown or logged.
import * as z from 'zod/mini';
import type { ContactProvider } from '../../core/ports.ts';
import { isMissing, toServiceError, type UnitTransport, unreadable } from './transport.ts';

const READ_MS = 5000;
const READ_TRIES = 2;

const phone = z.optional(z.nullable(z.looseObject({ countryCode: z.string(), number: z.string() })));
const customerDocument = z.looseObject({
  data: z.looseObject({
    attributes: z.looseObject({ phone, contact: z.optional(z.nullable(z.looseObject({ phone }))) }),
  }),
});

/** The adapter over `GET /customers/:id`. */
export const createContactProvider = (unit: UnitTransport): ContactProvider => ({
  async readPhoneNumber(unitCustomerId, signal) {
    const operation = 'read_contact';
    const reply = await unit.call({
      operation,
      method: 'GET',
      path: `/customers/${encodeURIComponent(unitCustomerId)}`,
      timeoutMs: READ_MS,
      tries: READ_TRIES,
      signal,
    });
    if (!reply.isOk && isMissing(reply)) return null;
    if (!reply.isOk) throw toServiceError(reply);
    const parsed = customerDocument.safeParse(reply.document);
    if (!parsed.success) throw unreadable(operation, reply.status);
    const { attributes } = parsed.data.data;
    const held = attributes.contact?.phone ?? attributes.phone;
    return held == null ? null : `+${held.countryCode}${held.number}`;
  },
});

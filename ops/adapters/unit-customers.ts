// A customer at Unit as `link` needs one: who the people are, and whose subject each of them holds.
import * as z from 'zod/mini';
import type { Secret } from '../../functions/adapters/secrets.ts';
import { createOnboardingProvider } from '../../functions/adapters/unit/onboarding-provider.ts';
import {
  createUnitTransport,
  isMissing,
  toServiceError,
  unreadable,
} from '../../functions/adapters/unit/transport.ts';
import type { CustomerRecord } from '../../functions/core/onboarding/records.ts';
import type { OnboardingProvider } from '../../functions/core/ports.ts';
import { silentLog } from '../base/silent-log.ts';

/** A person of a customer: the customer itself, a business's contact, or an authorized user by their place. */
export interface UnitPerson {
  readonly name: string;
  readonly email: string;
  /** E.164, or empty. */
  readonly phone: string;
  readonly jwtSubject: string | null;
}

export interface UnitCustomerView {
  readonly unitCustomerId: string;
  readonly type: CustomerRecord['type'];
  readonly status: 'Active' | 'Archived';
  readonly persons: readonly UnitPerson[];
  /** As Unit wrote them, since arrays and contacts are replaced as a whole. */
  readonly contact: PersonFields | null;
  readonly authorizedUsers: readonly PersonFields[];
}

export interface UnitDesk extends Pick<OnboardingProvider, 'readApplication'> {
  read(unitCustomerId: string): Promise<UnitCustomerView | null>;
  /** Writes one person's `jwtSubject`; everybody else's stays as it stands in the view. */
  writeSubject(view: UnitCustomerView, person: UnitPerson, jwtSubject: string): Promise<void>;
  readonly signal: AbortSignal;
}

const phone = z.optional(z.nullable(z.looseObject({ countryCode: z.string(), number: z.string() })));
const personFields = z.looseObject({
  email: z.optional(z.nullable(z.string())),
  phone,
  jwtSubject: z.optional(z.nullable(z.string())),
});
export type PersonFields = z.infer<typeof personFields>;

const customerDocument = z.looseObject({
  data: z.looseObject({
    id: z.string(),
    type: z.enum(['individualCustomer', 'businessCustomer']),
    attributes: z.looseObject({
      ...personFields.shape,
      status: z.enum(['Active', 'Archived']),
      contact: z.optional(z.nullable(personFields)),
      authorizedUsers: z.optional(z.nullable(z.array(personFields))),
    }),
  }),
});

const CALL_MS = 5000;
const READ_TRIES = 3;

/** Over Unit's JSON:API with the operator's own token. */
export function createUnitDesk(baseUrl: string, orgToken: Secret): UnitDesk {
  const unit = createUnitTransport(baseUrl, orgToken, silentLog);
  const { signal } = new AbortController();
  const pathOf = (unitCustomerId: string): string => `/customers/${encodeURIComponent(unitCustomerId)}`;
  return {
    signal,
    readApplication: createOnboardingProvider(unit).readApplication,

    async read(unitCustomerId) {
      const operation = 'read_customer';
      const reply = await unit.call({
        operation,
        method: 'GET',
        path: pathOf(unitCustomerId),
        timeoutMs: CALL_MS,
        tries: READ_TRIES,
        signal,
      });
      if (!reply.isOk && isMissing(reply)) return null;
      if (!reply.isOk) throw toServiceError(reply);
      const parsed = customerDocument.safeParse(reply.document);
      if (!parsed.success || parsed.data.data.id !== unitCustomerId)
        throw unreadable(operation, reply.status);
      return toView(parsed.data);
    },

    async writeSubject(view, person, jwtSubject) {
      const reply = await unit.call({
        operation: 'update_customer',
        method: 'PATCH',
        path: pathOf(view.unitCustomerId),
        body: {
          data: {
            type: view.type === 'business' ? 'businessCustomer' : 'individualCustomer',
            attributes: attributesOf(view, person, jwtSubject),
          },
        },
        timeoutMs: CALL_MS,
        tries: 1,
        signal,
      });
      if (!reply.isOk) throw toServiceError(reply);
    },
  };
}

function toView({ data }: z.infer<typeof customerDocument>): UnitCustomerView {
  const { status, contact, authorizedUsers, ...own } = data.attributes;
  const isBusiness = data.type === 'businessCustomer';
  const others = authorizedUsers ?? [];
  return {
    unitCustomerId: data.id,
    type: isBusiness ? 'business' : 'individual',
    status,
    contact: contact ?? null,
    authorizedUsers: others,
    persons: [
      ...(isBusiness ? [] : [toPerson('customer', own)]),
      ...(isBusiness && contact != null ? [toPerson('contact', contact)] : []),
      ...others.map((one, i) => toPerson(`authorized-user-${i + 1}`, one)),
    ],
  };
}

const toPerson = (name: string, { email, phone: held, jwtSubject }: PersonFields): UnitPerson => ({
  name,
  email: (email ?? '').toLowerCase(),
  phone: held == null ? '' : `+${held.countryCode}${held.number}`.replaceAll(/[^+\d]/g, ''),
  jwtSubject: jwtSubject ?? null,
});

function attributesOf(view: UnitCustomerView, { name }: UnitPerson, jwtSubject: string): object {
  switch (name) {
    case 'customer':
      return { jwtSubject };
    case 'contact':
      return { contact: { ...view.contact, jwtSubject } };
    default:
      return {
        authorizedUsers: view.authorizedUsers.map((one, i) =>
          name === `authorized-user-${i + 1}` ? { ...one, jwtSubject } : one,
        ),
      };
  }
}

// Unit's application and customer resources (JSON:API) in our words: of all that they hold,
// ids, kinds, statuses, times and subjects, and the applicant's email to compare.
import * as z from 'zod/mini';
import type { UnitApplication, UnitCustomer } from '../../core/ports.ts';

/** The tag that carries our `applicationId` from the application to the customer. */
export const APPLICATION_TAG = 'bridgeApplicationId';

/** Digits without a leading zero. */
export const unitId = z.string().check(z.regex(/^[1-9]\d{0,18}$/));

/** A relationship to at most one other resource. */
export const related = z.optional(
  z.nullable(z.looseObject({ data: z.optional(z.nullable(z.looseObject({ id: unitId }))) })),
);

const tags = z.optional(z.nullable(z.record(z.string(), z.string())));
const subject = z.optional(z.nullable(z.string()));
const email = z.optional(z.nullable(z.string()));
const withSubject = z.looseObject({ jwtSubject: subject });

export const applicationResource = z.looseObject({
  id: unitId,
  type: z.string(),
  attributes: z.looseObject({
    status: z.enum(['Pending', 'PendingReview', 'AwaitingDocuments', 'Approved', 'Denied', 'Canceled']),
    createdAt: z.string(),
    updatedAt: z.optional(z.nullable(z.string())),
    jwtSubject: subject,
    email,
    soleProprietorship: z.optional(z.nullable(z.boolean())),
    contact: z.optional(z.nullable(z.looseObject({ jwtSubject: subject, email }))),
    tags,
  }),
  relationships: z.optional(z.looseObject({ customer: related })),
});

const includedDocument = z.looseObject({
  id: z.string(),
  type: z.literal('document'),
  attributes: z.looseObject({ documentType: z.string(), status: z.string() }),
});

export const applicationDocument = z.looseObject({
  data: applicationResource,
  included: z.optional(z.array(z.unknown())),
});

/** Parsed one by one: a resource that we cannot read must not hide the others. */
export const applicationList = z.looseObject({ data: z.array(z.unknown()) });

/** An application, with the documents that came along. */
export function toApplication(
  { id: unitApplicationId, type, attributes, relationships }: z.infer<typeof applicationResource>,
  included: readonly unknown[] = [],
): UnitApplication {
  const isBusiness = type === 'businessApplication';
  return {
    unitApplicationId,
    type: isBusiness ? 'business' : attributes.soleProprietorship === true ? 'sole_proprietor' : 'individual',
    status: attributes.status,
    updatedAt: toInstant(attributes.updatedAt ?? attributes.createdAt),
    unitCustomerId: relationships?.customer?.data?.id ?? null,
    jwtSubject: attributes.jwtSubject ?? attributes.contact?.jwtSubject ?? null,
    applicationId: attributes.tags?.[APPLICATION_TAG] ?? null,
    documents: included.flatMap((resource) => {
      const parsed = includedDocument.safeParse(resource);
      if (!parsed.success) return [];
      const { id: documentId, attributes: document } = parsed.data;
      return [{ documentId, documentType: document.documentType, status: document.status }];
    }),
    applicantEmail: (isBusiness ? attributes.contact?.email : attributes.email) ?? null,
  };
}

/** One form of time for all, so that text compares as time does; unreadable ones come before every other. */
function toInstant(text: string): string {
  const ms = Date.parse(text);
  return new Date(Number.isFinite(ms) ? ms : 0).toISOString();
}

export const customerDocument = z.looseObject({
  data: z.looseObject({
    id: unitId,
    type: z.string(),
    attributes: z.looseObject({
      status: z.enum(['Active', 'Archived']),
      jwtSubject: subject,
      contact: z.optional(z.nullable(withSubject)),
      authorizedUsers: z.optional(z.nullable(z.array(withSubject))),
    }),
    relationships: z.optional(z.looseObject({ application: related })),
  }),
});

/** A customer, with every subject that may act for it. */
export function toCustomer({ data }: z.infer<typeof customerDocument>): UnitCustomer {
  const { attributes, relationships } = data;
  const subjects = [
    attributes.jwtSubject,
    attributes.contact?.jwtSubject,
    ...(attributes.authorizedUsers ?? []).map((user) => user.jwtSubject),
  ];
  return {
    unitCustomerId: data.id,
    type: data.type === 'businessCustomer' ? 'business' : 'individual',
    status: attributes.status,
    jwtSubjects: subjects.filter((one) => typeof one === 'string'),
    unitApplicationId: relationships?.application?.data?.id ?? null,
  };
}

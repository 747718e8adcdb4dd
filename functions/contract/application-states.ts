// What an application can be, apart from its schemas, which most functions have no need of.

/** A business applies by Unit's form alone. */
export const applicationTypes = ['individual', 'sole_proprietor', 'business'] as const;
export type ApplicationType = (typeof applicationTypes)[number];

/** Unit's statuses, and two of our own in its spelling: `Submitting` and `NotSubmitted`. */
export const applicationStatuses = [
  'Submitting',
  'NotSubmitted',
  'Pending',
  'PendingReview',
  'AwaitingDocuments',
  'Approved',
  'Denied',
  'Canceled',
] as const;
export type ApplicationStatus = (typeof applicationStatuses)[number];

/** The two sides that a document may have; Unit calls the first one simply the document. */
export const documentSides = ['front', 'back'] as const;
export type DocumentSide = (typeof documentSides)[number];

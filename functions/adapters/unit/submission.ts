// An application in Unit's form; subject, tags, key and address are always ours, never the caller's.
import {
  type ApplicationRequest,
  individualRequest,
  soleProprietorRequest,
} from '../../contract/application.ts';
import type { Submission } from '../../core/ports.ts';
import { APPLICATION_TAG } from './resources.ts';

/** The body of `POST /applications`. */
export function toSubmissionBody({ applicationId, stytchUserId, sourceIp, request }: Submission): unknown {
  return {
    data: {
      type: 'individualApplication',
      attributes: {
        ...applicantAttributes(request),
        jwtSubject: stytchUserId,
        idempotencyKey: applicationId,
        ip: sourceIp,
        tags: { [APPLICATION_TAG]: applicationId },
      },
    },
  };
}

function applicantAttributes(request: ApplicationRequest): Readonly<Record<string, unknown>> {
  const { type, ...attributes } = request;
  switch (type) {
    case 'individual':
      return attributes;
    case 'sole_proprietor':
      return { ...attributes, soleProprietorship: true };
  }
}

/** The fields that a caller can correct; `type` is ours, in another spelling. */
const callersFields: ReadonlySet<string> = new Set(
  [individualRequest, soleProprietorRequest]
    .flatMap(({ shape }) => Object.keys(shape))
    .filter((name) => name !== 'type'),
);

/** A pointer of Unit's into our own request, or null where the fault is in a field of ours. */
export function toOurPointer(pointer: string): string | null {
  const path = /^\/?data\/attributes(\/.+)$/.exec(pointer)?.[1];
  const field = path?.split('/')[1];
  return path !== undefined && field !== undefined && callersFields.has(field) ? path : null;
}

// A hosted form in Unit's terms; subject, tag, key and allowed kinds are always ours, never the caller's.
import type { ApplicationFormRequest } from '../../contract/application-form.ts';
import type { FormOpening } from '../../core/ports.ts';
import { APPLICATION_TAG } from './resources.ts';

/** Which kinds of applicant the page offers: a business says there itself how many members it has. */
const allowedTypes = {
  individual: ['Individual'],
  sole_proprietor: ['SoleProprietorship'],
  business: ['Business', 'MultipleMemberBusiness', 'SingleMemberBusiness'],
} as const satisfies Record<ApplicationFormRequest['type'], readonly string[]>;

/** The body of `POST /application-forms`. */
export function toFormBody({ applicationId, stytchUserId, request }: FormOpening): unknown {
  const { type, redirectUrl } = request;
  return {
    data: {
      type: 'applicationForm',
      attributes: {
        idempotencyKey: applicationId,
        jwtSubject: stytchUserId,
        tags: { [APPLICATION_TAG]: applicationId },
        allowedApplicationTypes: allowedTypes[type],
        applicantDetails: applicantDetails(request, stytchUserId),
        ...(redirectUrl === undefined ? {} : { settingsOverride: { redirectUrl } }),
      },
    },
  };
}

/** Field by field; a business application knows a subject on its contact alone. */
function applicantDetails(request: ApplicationFormRequest, jwtSubject: string): unknown {
  if (request.type === 'business') {
    const { name, phone, address, website, contact } = request.prefill ?? {};
    const { fullName, email } = contact ?? {};
    return { name, phone, address, website, contact: { fullName, email, jwtSubject } };
  }
  const { fullName, email, phone, address } = request.prefill ?? {};
  const [applicationType] = allowedTypes[request.type];
  return { applicationType, fullName, email, phone, address, jwtSubject };
}

const prefillFields =
  /^\/?data\/attributes\/applicantDetails((\/contact)?\/(fullName|email|phone|address|name|website)(\/\w+)?)$/;
const redirectField = /^\/?data\/attributes\/settingsOverride\/redirectUrl$/;

/** A pointer of Unit's into our own request, or null where the fault is in a field of ours. */
export function toOurFormPointer(pointer: string): string | null {
  if (redirectField.test(pointer)) return '/redirectUrl';
  const field = prefillFields.exec(pointer)?.[1];
  return field === undefined ? null : `/prefill${field}`;
}

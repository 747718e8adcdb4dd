// Applying on Unit's own page: the user gets a link, and nothing secret passes through us.
import type { ApplicationFormAnswer, ApplicationFormRequest } from '../../contract/application-form.ts';
import { ServiceError } from '../errors.ts';
import { timestamp } from '../session/answers.ts';
import type { Session } from '../session/session.ts';
import { emailFingerprint, emailNotVerified, requireOwnEmail } from './applicant.ts';
import { type ApplyOutcome, type ApplyPorts, type Asked, applyBy } from './apply.ts';

export interface OpenFormPorts extends ApplyPorts {
  /** Exact redirect URLs of the stage. */
  readonly redirectUrls: readonly string[];
}

/**
 * Opens one form for each idempotency key; a repeat answers the same form, or what came of it.
 * @throws ServiceError every problem of `POST /v1/application-forms`
 */
export async function openForm(
  ports: OpenFormPorts,
  presented: Session,
  asked: Asked<ApplicationFormRequest>,
  signal: AbortSignal,
): Promise<ApplyOutcome> {
  const { redirectUrl } = asked.request;
  if (redirectUrl !== undefined && !ports.redirectUrls.includes(redirectUrl)) {
    throw new ServiceError('invalid_request', {
      errors: [{ pointer: '/redirectUrl', reason: 'This redirect URL is not registered.' }],
    });
  }
  return applyBy(
    ports,
    presented,
    asked,
    async ({ stytchUserId, verifiedEmails }) => {
      const request = withEmail(asked.request, verifiedEmails);
      const fingerprints = verifiedEmails.map((one) => emailFingerprint(ports.hashes, stytchUserId, one));
      return {
        via: 'form',
        emailFingerprints: await Promise.all(fingerprints),
        send: (applicationId) => ports.forms.openForm({ applicationId, stytchUserId, request }, signal),
      };
    },
    signal,
  );
}

/**
 * The request with an email of the user's own: the one asked for, or the only one there is.
 * @throws ServiceError `email_not_verified`
 */
function withEmail(request: ApplicationFormRequest, verified: readonly string[]): ApplicationFormRequest {
  const pointer = request.type === 'business' ? '/prefill/contact/email' : '/prefill/email';
  const [first, second] = verified;
  // Nobody could fill in a form whose customer is theirs.
  if (first === undefined) throw emailNotVerified(pointer);
  const asked = request.type === 'business' ? request.prefill?.contact?.email : request.prefill?.email;
  if (asked !== undefined) requireOwnEmail(verified, asked, pointer);
  const email = asked ?? (second === undefined ? first : undefined);
  if (email === undefined) return request;
  return request.type === 'business'
    ? { ...request, prefill: { ...request.prefill, contact: { ...request.prefill?.contact, email } } }
    : { ...request, prefill: { ...request.prefill, email } };
}

/** The form as the API shows it: with its link only while it can be filled in. */
export const formAnswer = ({ application, form }: ApplyOutcome): ApplicationFormAnswer => ({
  applicationId: application.applicationId,
  type: application.type,
  status: application.status,
  ...(form === undefined ? {} : { url: form.url, token: form.token, expiresAt: timestamp(form.expiresAt) }),
});

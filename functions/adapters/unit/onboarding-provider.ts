// Unit as the onboarding needs it: send an application once, find and read applications and customers.
import { ServiceError } from '../../core/errors.ts';
import type { NotMade, OnboardingProvider, SubmissionOutcome, UnitApplication } from '../../core/ports.ts';
import {
  APPLICATION_TAG,
  applicationDocument,
  applicationList,
  applicationResource,
  customerDocument,
  toApplication,
  toCustomer,
} from './resources.ts';
import { toOurPointer, toSubmissionBody } from './submission.ts';
import { isMissing, toServiceError, type UnitReply, type UnitTransport, unreadable } from './transport.ts';

const READ_MS = 5000;
const READ_TRIES = 3;
/** Unit may take 120 s; whoever waits longer than this is told to come back. */
export const SUBMIT_MS = 20_000;

/** The adapter over Unit's JSON:API. */
export function createOnboardingProvider(unit: UnitTransport): OnboardingProvider {
  const get = (operation: string, path: string, signal: AbortSignal): Promise<UnitReply> =>
    unit.call({ operation, method: 'GET', path, timeoutMs: READ_MS, tries: READ_TRIES, signal });

  return {
    async submitApplication(submission, signal) {
      const [outcome] = await Promise.allSettled([
        unit.call({
          operation: 'create_application',
          method: 'POST',
          path: '/applications',
          body: toSubmissionBody(submission),
          timeoutMs: SUBMIT_MS,
          tries: 1,
          signal,
        }),
      ]);
      if (outcome.status === 'fulfilled') return toOutcome(outcome.value);
      if (isUnknown(outcome.reason)) return { outcome: 'unknown', reason: outcome.reason.code };
      throw outcome.reason;
    },

    async findApplication(applicationId, signal) {
      const filter = encodeURIComponent(JSON.stringify({ [APPLICATION_TAG]: applicationId }));
      const operation = 'find_application';
      const reply = await get(operation, `/applications?filter[tags]=${filter}&page[limit]=10`, signal);
      if (!reply.isOk) throw toServiceError(reply);
      const parsed = applicationList.safeParse(reply.document);
      if (!parsed.success) throw unreadable(operation, reply.status);
      const found = parsed.data.data.flatMap((resource) => {
        const one = applicationResource.safeParse(resource);
        return one.success ? [toApplication(one.data)] : [];
      });
      // Held to the tag again: a filter that Unit ignored must not hand us somebody else's.
      const ours = found.find((application) => application.applicationId === applicationId);
      if (ours !== undefined) return ours;
      // Only an empty list says that there is none: whoever hears it may let another application go ahead.
      if (parsed.data.data.length > 0) throw unreadable(operation, reply.status);
      return null;
    },

    async readApplication(unitApplicationId, signal) {
      const operation = 'read_application';
      const path = `/applications/${encodeURIComponent(unitApplicationId)}?include=documents`;
      const reply = await get(operation, path, signal);
      if (!reply.isOk && isMissing(reply)) return null;
      return readApplicationDocument(operation, reply);
    },

    async readCustomer(unitCustomerId, signal) {
      const operation = 'read_customer';
      const reply = await get(operation, `/customers/${encodeURIComponent(unitCustomerId)}`, signal);
      if (!reply.isOk && isMissing(reply)) return null;
      if (!reply.isOk) throw toServiceError(reply);
      const parsed = customerDocument.safeParse(reply.document);
      if (!parsed.success) throw unreadable(operation, reply.status);
      return toCustomer(parsed.data);
    },
  };
}

/** Timeouts and broken answers: Unit may have done it. */
export const isUnknown = (error: unknown): error is ServiceError =>
  error instanceof ServiceError &&
  (error.code === 'upstream_timeout' || error.code === 'upstream_unavailable');

function readApplicationDocument(operation: string, reply: UnitReply): UnitApplication {
  if (!reply.isOk) throw toServiceError(reply);
  const parsed = applicationDocument.safeParse(reply.document);
  if (!parsed.success) throw unreadable(operation, reply.status);
  return toApplication(parsed.data.data, parsed.data.included);
}

function toOutcome(reply: UnitReply): SubmissionOutcome {
  if (!reply.isOk) return notMade(reply, toOurPointer);
  const parsed = applicationDocument.safeParse(reply.document);
  return parsed.success
    ? { outcome: 'created', application: toApplication(parsed.data.data, parsed.data.included) }
    : { outcome: 'unknown', reason: 'unreadable_answer' };
}

/** Which outcome a refusal of a POST is; what is not a plain no may have created something. */
export function notMade(
  reply: Extract<UnitReply, { isOk: false }>,
  toOurs: (pointer: string) => string | null,
): NotMade {
  const { status } = reply;
  // 409: the key was used, so what it makes may exist.
  if (status < 400 || status === 408 || status === 409 || status >= 500) {
    return { outcome: 'unknown', reason: `status_${status}` };
  }
  if (status === 401 || status === 403 || status === 429) {
    return { outcome: 'refused', pointers: [], failure: toServiceError(reply) };
  }
  const pointers = reply.pointers.flatMap((pointer) => toOurs(pointer) ?? []);
  return { outcome: 'refused', pointers };
}

// Unit's hosted application forms, second version: opened once under our key, and read again for their present link.
import * as z from 'zod/mini';
import type { FormOutcome, FormProvider, UnitForm } from '../../core/ports.ts';
import { toFormBody, toOurFormPointer } from './form.ts';
import { isUnknown, notMade, SUBMIT_MS } from './onboarding-provider.ts';
import { APPLICATION_TAG, related, unitId } from './resources.ts';
import { isMissing, toServiceError, type UnitReply, type UnitTransport, unreadable } from './transport.ts';

/** The first version is closed (unit.co, Application forms). */
const headers = { 'x-accept-version': 'V2024_06' } as const;

const READ_MS = 5000;
const READ_TRIES = 3;

const formDocument = z.looseObject({
  data: z.looseObject({
    id: unitId,
    attributes: z.looseObject({
      tags: z.record(z.string(), z.string()),
    }),
    relationships: z.optional(z.looseObject({ application: related })),
  }),
});

const unsentDocument = z.looseObject({
  data: z.looseObject({
    attributes: z.looseObject({
      applicationFormToken: z.looseObject({
        token: z.string().check(z.minLength(1)),
        expiration: z.iso.datetime({ offset: true }),
      }),
    }),
    links: z.looseObject({ related: z.looseObject({ href: z.url({ protocol: /^https?$/ }) }) }),
  }),
});

/** The adapter over `/application-forms`. */
export function createFormProvider(unit: UnitTransport): FormProvider {
  const get = (unitFormId: string, signal: AbortSignal): Promise<UnitReply> =>
    unit.call({
      operation: 'read_application_form',
      method: 'GET',
      path: `/application-forms/${encodeURIComponent(unitFormId)}`,
      headers,
      timeoutMs: READ_MS,
      tries: READ_TRIES,
      signal,
    });

  const readForm: FormProvider['readForm'] = async (unitFormId, applicationId, signal) => {
    const reply = await get(unitFormId, signal);
    if (!reply.isOk && isMissing(reply)) return null;
    if (!reply.isOk) throw toServiceError(reply);
    const form = toForm(reply.document, applicationId);
    if (form === null) throw unreadable('read_application_form', reply.status);
    return form;
  };

  return {
    readForm,

    async openForm(opening, signal) {
      const { applicationId } = opening;
      const [sent] = await Promise.allSettled([
        unit.call({
          operation: 'create_application_form',
          method: 'POST',
          path: '/application-forms',
          headers,
          body: toFormBody(opening),
          timeoutMs: SUBMIT_MS,
          tries: 1,
          signal,
        }),
      ]);
      if (sent.status === 'rejected') return unknownOr(sent.reason);
      const reply = sent.value;
      if (reply.isOk) return opened(toForm(reply.document, applicationId));
      const [existing] = reply.existingIds;
      if (reply.status !== 409 || existing === undefined) return notMade(reply, toOurFormPointer);
      // Unit may name what our key has made instead of answering it again.
      const [read] = await Promise.allSettled([readForm(existing, applicationId, signal)]);
      return read.status === 'fulfilled' ? opened(read.value) : unknownOr(read.reason);
    },
  };
}

const opened = (form: UnitForm | null): FormOutcome =>
  form === null ? { outcome: 'unknown', reason: 'unreadable_answer' } : { outcome: 'opened', form };

function unknownOr(error: unknown): FormOutcome {
  if (isUnknown(error)) return { outcome: 'unknown', reason: error.code };
  throw error;
}

/** Null for a form that we cannot read, or that is not ours by its tag. */
function toForm(document: unknown, applicationId: string): UnitForm | null {
  const parsed = formDocument.safeParse(document);
  if (!parsed.success) return null;
  const { id: unitFormId, attributes, relationships } = parsed.data.data;
  if (attributes.tags[APPLICATION_TAG] !== applicationId) return null;
  const unitApplicationId = relationships?.application?.data?.id;
  if (unitApplicationId !== undefined) return { unitFormId, unitApplicationId };
  const unsent = unsentDocument.safeParse(document);
  if (!unsent.success) return null;
  const { attributes: open, links } = unsent.data.data;
  const { token, expiration } = open.applicationFormToken;
  const expiresAt = Date.parse(expiration) / 1000;
  return { unitFormId, url: links.related.href, token, expiresAt, unitApplicationId: null };
}

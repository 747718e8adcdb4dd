// Unit as an open application needs it: documents handed on byte by byte, and the application canceled.
import * as z from 'zod/mini';
import type { OpenApplicationProvider } from '../../core/ports.ts';
import { applicationDocument, toApplication } from './resources.ts';
import { toServiceError, type UnitReply, type UnitTransport, unreadable } from './transport.ts';

/** Unit may take 120 s for a document; the gateway gives us 30 in all. */
const UPLOAD_MS = 25_000;
const CANCEL_MS = 10_000;

const uploadAnswer = z.looseObject({
  data: z.looseObject({ attributes: z.looseObject({ status: z.string() }) }),
});

/** The adapter over `PUT /applications/:id/documents/:documentId` and `POST /applications/:id/cancel`. */
export const createOpenApplications = (unit: UnitTransport): OpenApplicationProvider => ({
  async uploadDocument({ unitApplicationId, documentId, side, file }, signal) {
    const document = `${pathOf(unitApplicationId)}/documents/${encodeURIComponent(documentId)}`;
    const reply = await unit.call({
      operation: 'upload_document',
      method: 'PUT',
      path: side === 'back' ? `${document}/back` : document,
      file,
      timeoutMs: UPLOAD_MS,
      tries: 1,
      signal,
    });
    // Taken, whether or not the answer can be read.
    if (reply.isOk || isDone(reply)) return { outcome: 'received', documentStatus: statusIn(reply) };
    if (isAboutUs(reply)) throw toServiceError(reply);
    return { outcome: 'refused', failure: toServiceError(reply) };
  },

  async cancelApplication(unitApplicationId, signal) {
    const operation = 'cancel_application';
    const reply = await unit.call({
      operation,
      method: 'POST',
      path: `${pathOf(unitApplicationId)}/cancel`,
      body: { data: { type: 'applicationCancel', attributes: { reason: 'Canceled by the applicant' } } },
      timeoutMs: CANCEL_MS,
      tries: 1,
      signal,
    });
    if (!reply.isOk) throw toServiceError(reply);
    const parsed = applicationDocument.safeParse(reply.document);
    if (parsed.data?.data.attributes.status !== 'Canceled') throw unreadable(operation, reply.status);
    return toApplication(parsed.data.data, parsed.data.included);
  },
});

const pathOf = (unitApplicationId: string): string =>
  `/applications/${encodeURIComponent(unitApplicationId)}`;

const isDone = ({ status }: UnitReply): boolean => status >= 200 && status < 300;

/** Our credentials, our rate, or Unit's own fault: no word on the file. */
const isAboutUs = ({ status }: UnitReply): boolean => [401, 403, 408, 429].includes(status) || status >= 500;

function statusIn(reply: UnitReply): string | null {
  const parsed = uploadAnswer.safeParse(reply.isOk ? reply.document : undefined);
  return parsed.success ? parsed.data.data.attributes.status : null;
}

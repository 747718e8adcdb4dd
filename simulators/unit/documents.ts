// Documents: listed, asked for, uploaded as raw bytes or as a form, and given back.
import * as z from 'zod/mini';
import { documentResource } from './application-resource.ts';
import { addDocument, applicationOf } from './applications.ts';
import { DOCUMENT_BYTES } from './assumptions.ts';
import { documentOf, receive } from './document-review.ts';
import { invalidValue, notFound, refusal } from './errors.ts';
import { answer, envelope, parse } from './jsonapi.ts';
import type { StoredFile } from './records.ts';
import type { Call, Route } from './route.ts';
import { mediaTypeOf } from './router.ts';

const mediaTypes = ['image/png', 'image/jpeg', 'application/pdf'];

const documentTypes = [
  'IdDocument',
  'Passport',
  'AddressVerification',
  'SocialSecurityCard',
  'CertificateOfIncorporation',
  'EmployerIdentificationNumberConfirmation',
  'PowerOfAttorney',
  'ClientRequested',
  'SelfieVerification',
] as const;

const documentRequest = envelope(
  'document',
  z.strictObject({ documentType: z._default(z.enum(documentTypes), 'ClientRequested') }),
);

const selfieRequest = envelope(
  'selfieVerification',
  z.strictObject({ jobId: z.string().check(z.minLength(1)) }),
);

function requireFile({ mediaType, bytes }: StoredFile): StoredFile {
  if (!mediaTypes.includes(mediaType)) {
    throw refusal(415, undefined, 'a document must be image/png, image/jpeg or application/pdf');
  }
  if (bytes.length > DOCUMENT_BYTES) throw refusal(413, undefined, 'a document may have 20 MB');
  if (bytes.length === 0) throw invalidValue('the document is empty');
  return { mediaType, bytes };
}

function take(call: Call, side: 'front' | 'back', file: StoredFile): Response {
  const { application, document } = documentOf(call);
  receive(call.world, application, document, side, requireFile(file));
  return answer(200, { data: documentResource(document) });
}

const upload = (call: Call, side: 'front' | 'back'): Response =>
  take(call, side, { mediaType: mediaTypeOf(call.request), bytes: call.bytes });

async function uploadForm(call: Call, side: 'front' | 'back'): Promise<Response> {
  const type = call.request.headers.get('content-type') ?? '';
  if (mediaTypeOf(call.request) !== 'multipart/form-data') {
    throw refusal(415, undefined, 'the body must be multipart/form-data');
  }
  const form = await new Response(call.bytes, { headers: { 'content-type': type } }).formData();
  const file = form.get('file');
  const mediaType = form.get('fileType');
  if (file === null || typeof file === 'string') throw invalidValue('file is missing');
  return take(call, side, {
    mediaType: typeof mediaType === 'string' ? mediaType : file.type,
    bytes: new Uint8Array(await file.arrayBuffer()),
  });
}

function download(call: Call, side: 'front' | 'back'): Response {
  const file = documentOf(call).document[side];
  if (file === undefined) throw notFound('document');
  return new Response(new Uint8Array(file.bytes), { headers: { 'content-type': file.mediaType } });
}

function verifySelfie(call: Call): Response {
  const { application, document } = documentOf(call);
  const { jobId } = parse(selfieRequest, call.body).data.attributes;
  if (document.documentType !== 'SelfieVerification') throw invalidValue('the document is no selfie');
  const bytes = new TextEncoder().encode(jobId);
  receive(call.world, application, document, 'front', { mediaType: 'text/plain', bytes });
  return answer(200, { data: documentResource(document) });
}

const read = { method: 'GET', scope: 'applications', holder: 'org', body: 'none' } as const;
const write = { scope: 'applications-write', holder: 'org' } as const;
const documents = '/applications/:applicationId/documents';
const one = `${documents}/:documentId`;

/** The routes of documents. */
export const documentRoutes: readonly Route[] = [
  {
    ...read,
    path: documents,
    run: (call) => {
      const application = applicationOf(call.world, call.param('applicationId'));
      return answer(200, { data: application.documents.map(documentResource) });
    },
  },
  {
    ...write,
    method: 'POST',
    path: documents,
    body: 'optional',
    run: (call) => {
      const application = applicationOf(call.world, call.param('applicationId'));
      const documentType =
        call.body === undefined
          ? 'ClientRequested'
          : parse(documentRequest, call.body).data.attributes.documentType;
      const document = addDocument(call.world, application, documentType);
      application.updatedAt = call.world.timestamp();
      return answer(201, { data: documentResource(document) });
    },
  },
  { ...write, method: 'PUT', path: one, body: 'raw', run: (call) => upload(call, 'front') },
  { ...write, method: 'PUT', path: `${one}/back`, body: 'raw', run: (call) => upload(call, 'back') },
  {
    ...write,
    method: 'PUT',
    path: `${one}/multipart`,
    body: 'raw',
    run: (call) => uploadForm(call, 'front'),
  },
  {
    ...write,
    method: 'PUT',
    path: `${one}/multipart/back`,
    body: 'raw',
    run: (call) => uploadForm(call, 'back'),
  },
  { ...read, path: `${one}/download`, run: (call) => download(call, 'front') },
  { ...read, path: `${one}/download/back`, run: (call) => download(call, 'back') },
  // The two official descriptions disagree about the method, so both are served.
  { ...write, method: 'POST', path: `${one}/verify`, body: 'jsonapi', run: verifySelfie },
  { ...write, method: 'PUT', path: `${one}/verify`, body: 'jsonapi', run: verifySelfie },
];

// An applicant of whom Unit wants documents, and files to bring, over HTTP.
import { randomBytes } from 'node:crypto';
import { applicationAnswer } from '../../functions/contract/application.ts';
import { call, type Exchange, expectAnswer } from '../../local/journey-client.ts';
import type { World } from '../../local/world.ts';
import { apply, individual, type SignedInUser, signedInUser } from './world.ts';

/** What Unit's sandbox makes of an application, by the applicant's SSN. */
export const ssns = {
  wantsIdDocument: '000000003',
  wantsAddress: '000000002',
  review: '000000004',
  denied: '000000001',
} as const;

export interface Applicant {
  readonly user: SignedInUser;
  readonly applicationId: string;
  readonly documentId: string;
  readonly unitApplicationId: string;
}

export async function applicant(world: World, ssn?: string): Promise<Applicant> {
  const user = await signedInUser(world);
  const body = individual(user.email, ssn === undefined ? {} : { ssn });
  const { applicationId, documents } = expectAnswer(await apply(world, user, body), 201, applicationAnswer);
  return {
    user,
    applicationId,
    documentId: documents[0]?.documentId ?? '',
    unitApplicationId: unitIdOf(world, user),
  };
}

export const unitIdOf = (world: World, { email }: SignedInUser): string =>
  world.unit.controls
    .applications()
    .find(({ applicant: { attributes } }) => 'email' in attributes && attributes.email === email)?.id ?? '';

const heads = {
  'image/png': [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
  'image/jpeg': [0xff, 0xd8, 0xff, 0xe0],
  'application/pdf': [...Buffer.from('%PDF-1.7')],
} as const;

/** A file whose every byte after the signature is random. */
export function randomFile(type: keyof typeof heads, size = 3000): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(randomBytes(size));
  bytes.set(heads[type]);
  return bytes;
}

/** Sends bytes as they are. */
export async function put(
  world: World,
  path: string,
  bearer: string,
  type: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Exchange> {
  const url = `${world.apiUrl}${path}`;
  const response = await fetch(url, {
    method: 'PUT',
    headers: { authorization: `Bearer ${bearer}`, 'content-type': type },
    body: bytes,
    signal: AbortSignal.timeout(40_000),
  });
  const body: unknown = await response.json();
  return { method: 'PUT', url, status: response.status, headers: response.headers, body };
}

export const documentPath = ({ applicationId, documentId }: Applicant, side: 'front' | 'back' = 'front') =>
  `/v1/applications/${applicationId}/documents/${documentId}${side === 'back' ? '/back' : ''}`;

export const cancel = (
  world: World,
  { sessionJwt }: SignedInUser,
  applicationId: string,
): Promise<Exchange> =>
  call('POST', `${world.apiUrl}/v1/applications/${applicationId}/cancel`, { bearer: sessionJwt });

/** How often Unit was asked to take a document or to cancel. */
export const changesAtUnit = ({ unit }: World): number =>
  unit.controls.requests().filter(({ method, path }) => method === 'PUT' || path.endsWith('/cancel')).length;

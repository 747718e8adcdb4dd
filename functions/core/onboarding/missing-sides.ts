// Which sides of a document Unit waits for: by its type and its status alone.
import type { DocumentSide } from '../../contract/application.ts';
import type { ApplicationDocument } from './records.ts';

/** Only an ID document has a back; a document of any other type is one file. */
const sidesOf = (documentType: string): readonly DocumentSide[] =>
  documentType === 'IdDocument' ? ['front', 'back'] : ['front'];

/** One that Unit turned down (`Invalid`) begins anew. */
export function missingSides({
  documentType,
  status,
}: Pick<ApplicationDocument, 'documentType' | 'status'>): readonly DocumentSide[] {
  const sides = sidesOf(documentType);
  switch (status) {
    case 'Required':
    case 'Invalid':
      return sides;
    case 'ReceivedFront':
      return sides.filter((side) => side !== 'front');
    case 'ReceivedBack':
      return sides.filter((side) => side !== 'back');
    default:
      return [];
  }
}

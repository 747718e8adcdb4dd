// Makes a document fit for upload: small PDFs, PNGs and JPEGs as they are, everything else as a smaller JPEG.
import { ProblemError } from './problem.ts';

interface Bitmap {
  readonly width: number;
  readonly height: number;
}

interface Canvas {
  getContext(kind: '2d'): {
    fillStyle: string;
    fillRect(x: number, y: number, width: number, height: number): void;
    drawImage(image: Bitmap, x: number, y: number, width: number, height: number): void;
  } | null;
  convertToBlob(options: { type: string; quality: number }): Promise<Blob>;
}

// Browsers have these; Node and React Native do not.
declare const createImageBitmap: ((image: Blob) => Promise<Bitmap>) | undefined;
declare const OffscreenCanvas: (new (width: number, height: number) => Canvas) | undefined;

export interface PrepareOptions {
  /** @default 3,500,000; the API takes 4 MB */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
}

/** The first bytes, in hexadecimal. */
const types: Readonly<Record<string, string>> = {
  '255044': 'application/pdf',
  '89504e': 'image/png',
  ffd8ff: 'image/jpeg',
};

/**
 * A PDF, PNG or JPEG of at most so many bytes, typed by what its bytes are.
 * @throws ProblemError `payload_too_large` or `unsupported_media_type`, as the API would answer
 */
export async function prepareDocument(file: Blob, options: PrepareOptions = {}): Promise<Blob> {
  const { maxBytes = 3_500_000, signal } = options;
  const head = new Uint8Array(await file.slice(0, 3).arrayBuffer());
  const type = types[Array.from(head, (byte) => byte.toString(16).padStart(2, '0')).join('')];
  if (type && file.size <= maxBytes) return file.slice(0, file.size, type);
  const refusal = type
    ? new ProblemError(413, { title: 'The document is too large.' })
    : new ProblemError(415, { code: 'unsupported_media_type', title: 'Send a PNG, JPEG or PDF.' });
  if (type === 'application/pdf' || typeof createImageBitmap !== 'function') throw refusal;
  const image = await createImageBitmap(file).catch(() => {
    throw refusal;
  });
  // Text on an identity document stays readable down to about a thousand pixels.
  for (const longest of [3000, 2200, 1600, 1100]) {
    signal?.throwIfAborted();
    const jpeg = await draw(image, Math.min(1, longest / Math.max(image.width, image.height)));
    if (jpeg && jpeg.size <= maxBytes) return jpeg;
  }
  throw new ProblemError(413, { title: 'The document is too large.' });
}

async function draw(image: Bitmap, scale: number): Promise<Blob | undefined> {
  if (typeof OffscreenCanvas !== 'function') return undefined;
  const width = Math.ceil(image.width * scale);
  const height = Math.ceil(image.height * scale);
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  if (!context) return undefined;
  // JPEG knows no transparency: without paper under it a transparent PNG turns black.
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.drawImage(image, 0, 0, width, height);
  return canvas.convertToBlob({ type: 'image/jpeg', quality: 0.85 });
}

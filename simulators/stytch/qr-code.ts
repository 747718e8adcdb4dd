// A QR code as a PNG data URL. The library's own PNG writer takes half a second under Jest, so the file is put together here.
import { crc32, deflateSync } from 'node:zlib';
import { create } from 'qrcode';

const PIXELS_PER_MODULE = 4;
const QUIET_MODULES = 4;
const BLACK = 0;
const WHITE = 255;

/** The text as a `data:image/png;base64,...` URL. */
export function qrCodeDataUrl(text: string): string {
  const { modules } = create(text, { errorCorrectionLevel: 'M' });
  const side = (modules.size + 2 * QUIET_MODULES) * PIXELS_PER_MODULE;
  const rows = Array.from({ length: side }, (_, y) => {
    // The first byte of a row names its filter: none.
    const row = Buffer.alloc(1 + side, WHITE);
    row.writeUInt8(0, 0);
    for (let x = 0; x < side; x += 1) if (isDark(modules, x, y)) row.writeUInt8(BLACK, 1 + x);
    return row;
  });
  const png = Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', Buffer.concat([uint32(side), uint32(side), Buffer.of(8, 0, 0, 0, 0)])),
    chunk('IDAT', deflateSync(Buffer.concat(rows))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
  return `data:image/png;base64,${png.toString('base64')}`;
}

interface Modules {
  readonly size: number;
  get(row: number, column: number): number;
}

function isDark(modules: Modules, x: number, y: number): boolean {
  const column = Math.floor(x / PIXELS_PER_MODULE) - QUIET_MODULES;
  const row = Math.floor(y / PIXELS_PER_MODULE) - QUIET_MODULES;
  const isInside = Math.min(row, column) >= 0 && Math.max(row, column) < modules.size;
  return isInside && modules.get(row, column) === 1;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  return Buffer.concat([uint32(data.length), body, uint32(crc32(body))]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

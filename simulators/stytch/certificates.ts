// A self-signed X.509 certificate for the `x5c` field of a JWK, written as DER by hand since Node can only read them.
import { type KeyObject, randomBytes, sign } from 'node:crypto';

const SHA256_WITH_RSA = der(
  0x30,
  der(0x06, Buffer.from('2a864886f70d01010b', 'hex')),
  der(0x05, Buffer.alloc(0)),
);
const COMMON_NAME = Buffer.from('550403', 'hex');

/** The certificate of an RSA key pair in DER, valid from 2020 to 2049. */
export function selfSignedCertificate(publicKey: KeyObject, privateKey: KeyObject): Buffer {
  const name = der(
    0x30,
    der(0x31, der(0x30, der(0x06, COMMON_NAME), der(0x0c, Buffer.from('stytch.simulator')))),
  );
  const toBeSigned = der(
    0x30,
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, positive(randomBytes(16))),
    SHA256_WITH_RSA,
    name,
    der(0x30, time('20200101000000Z'), time('20490101000000Z')),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = sign('sha256', toBeSigned, privateKey);
  return der(0x30, toBeSigned, SHA256_WITH_RSA, der(0x03, Buffer.of(0), signature));
}

function time(generalized: string): Buffer {
  return der(0x17, Buffer.from(generalized.slice(2)));
}

function positive(bytes: Buffer): Buffer {
  bytes.writeUInt8((bytes.readUInt8(0) & 0x7f) | 0x40, 0);
  return bytes;
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.of(tag), length(body.length), body]);
}

function length(size: number): Buffer {
  if (size < 0x80) return Buffer.of(size);
  const bytes = size < 0x100 ? [size] : [size >> 8, size & 0xff];
  return Buffer.of(0x80 | bytes.length, ...bytes);
}

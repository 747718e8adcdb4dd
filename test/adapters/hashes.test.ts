import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { createHashes } from '../../functions/adapters/hashes.ts';
import { fixedSecret } from '../support/adapters-secrets.ts';

const hashes = createHashes(fixedSecret('a-hash-key-of-the-tests'));
const other = createHashes(fixedSecret('another-key-of-the-tests'));

describe('our id of an application', () => {
  it('I8 is 26 letters of base32 over the hash of user, route and key', () => {
    const parts = ['user-test-1', 'POST /v1/applications', 'key-of-the-caller'];
    const bits = [...createHash('sha256').update(JSON.stringify(parts)).digest()]
      .map((byte) => byte.toString(2).padStart(8, '0'))
      .join('');
    const expected = (bits.match(/.{5}/g) ?? [])
      .slice(0, 26)
      .map((five) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[Number.parseInt(five, 2)])
      .join('');
    expect(hashes.applicationId(parts)).toBe(expected);
    expect(hashes.applicationId(parts)).toMatch(/^[A-Z2-7]{26}$/);
  });

  it('I7 differs by user, by route and by key, and cannot be made by moving a letter between them', () => {
    const ids = [
      ['u', 'r', 'k'],
      ['v', 'r', 'k'],
      ['u', 's', 'k'],
      ['u', 'r', 'l'],
      ['ur', '', 'k'],
      ['u', 'rk', ''],
      ['u","r', 'k'],
    ].map((parts) => hashes.applicationId(parts));
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('the fingerprint of a body', () => {
  it('I9 is keyed, carries the version of its key, and shows nothing of the body', async () => {
    const fingerprint = await hashes.fingerprint('{"ssn":"078051120"}');
    expect(fingerprint).toMatch(/^k1\.[\w-]{43}$/);
    expect(await hashes.fingerprint('{"ssn":"078051120"}')).toBe(fingerprint);
    expect(await hashes.fingerprint('{"ssn":"078051121"}')).not.toBe(fingerprint);
    expect(await other.fingerprint('{"ssn":"078051120"}')).not.toBe(fingerprint);
    expect(fingerprint).not.toContain(
      createHash('sha256').update('{"ssn":"078051120"}').digest('base64url').slice(0, 12),
    );
  });
});

describe('the subject of a limit', () => {
  it('INV5 is keyed, and another one than the fingerprint of the same text', async () => {
    const subject = await hashes.subject('ada@customer.example');
    expect(subject).toMatch(/^[\w-]{22}$/);
    expect(await hashes.subject('ada@customer.example')).toBe(subject);
    expect(await other.subject('ada@customer.example')).not.toBe(subject);
    expect(await hashes.fingerprint('ada@customer.example')).not.toContain(subject);
  });
});

describe('the seal of a challenge', () => {
  it('A6.3.8 is never the same twice, always of one length, and shows nothing', async () => {
    const seals = await Promise.all(['aaaaaa', 'aaaaaa', 'bbbbbb'].map((text) => hashes.seal(text)));
    expect(new Set(seals).size).toBe(3);
    expect(new Set(seals.map(({ length }) => length)).size).toBe(1);
    expect(Buffer.from(seals[0] ?? '', 'base64url').toString('latin1')).not.toContain('aaaaaa');
  });
});

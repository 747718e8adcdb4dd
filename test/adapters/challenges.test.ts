import { describe, expect, it } from '@jest/globals';
import { createChallenges } from '../../functions/adapters/challenges.ts';
import { createHashes } from '../../functions/adapters/hashes.ts';
import { fixedSecret } from '../support/adapters-secrets.ts';

const hashes = createHashes(fixedSecret('a-hash-key-of-the-tests'));
const challenges = createChallenges(hashes, () => 1_800_000_000.7);
const bound = { purpose: 'sms', methodId: 'phone-number-test-1', stytchUserId: 'user-test-1' } as const;

describe('the id of a challenge', () => {
  it('A6.6.2 carries what the code was sent for, and when', async () => {
    expect(await challenges.open(await challenges.seal(bound))).toEqual({
      ...bound,
      nonce: expect.stringMatching(/^[0-9a-f-]{36}$/),
      sentAt: 1_800_000_000,
    });
  });

  it('A6.3.8 is opaque, never the same twice, and of one length for ids of one length', async () => {
    const [one, two] = [await challenges.seal(bound), await challenges.seal(bound)];
    expect(one).toMatch(/^[\w-]{1,1024}$/);
    expect(one).not.toBe(two);
    expect(one).toHaveLength(two.length);
    expect(Buffer.from(one, 'base64url').toString('latin1')).not.toMatch(/phone-number|user-test|sms/);
  });

  it.each([
    ['empty', ''],
    ['no base64url', '!!!'],
    ['too short', 'AAAA'],
    ['random', Buffer.alloc(200, 7).toString('base64url')],
  ])('A6.6.2 opens nothing when it is %s', async (_, text) => {
    expect(await challenges.open(text)).toBeNull();
  });

  it('A6.6.2 opens nothing with one letter changed anywhere, or cut', async () => {
    const sealed = await challenges.seal(bound);
    for (let i = 0; i < sealed.length - 1; i += 17) {
      const letter = sealed[i] === 'A' ? 'B' : 'A';
      expect(await challenges.open(`${sealed.slice(0, i)}${letter}${sealed.slice(i + 1)}`)).toBeNull();
    }
    expect(await challenges.open(sealed.slice(0, -4))).toBeNull();
  });

  it('A6.6.2 opens nothing that another key sealed', async () => {
    const other = createChallenges(createHashes(fixedSecret('another-key-of-the-tests')), () => 1);
    expect(await challenges.open(await other.seal(bound))).toBeNull();
  });

  it.each([
    ['no JSON', 'text'],
    ['another purpose', JSON.stringify({ ...bound, purpose: 'voice', nonce: 'n', sentAt: 1 })],
    ['no time', JSON.stringify({ ...bound, nonce: 'n' })],
    ['no nonce', JSON.stringify({ ...bound, sentAt: 1 })],
  ])('opens nothing that we sealed for something else: %s', async (_, text) => {
    expect(await challenges.open(await hashes.seal(text))).toBeNull();
  });
});

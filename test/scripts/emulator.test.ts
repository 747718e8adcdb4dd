// When `npm run test:deploy` may be skipped: where nobody answers pip, and for no other reason.
import { describe, expect, it } from '@jest/globals';
import { isUnreachable } from '../../scripts/deploy/emulator.ts';

describe('what pip says', () => {
  it.each([
    [
      "WARNING: Retrying after connection broken by 'NewConnectionError(': Failed to establish a new connection')': /simple/x/",
    ],
    ["WARNING: Retrying after connection broken by 'NameResolutionError('...')': /simple/x/"],
    ["WARNING: Retrying after connection broken by 'ReadTimeoutError('...')': /simple/x/"],
  ])('is no fault of ours where the registry is not reached: %s', (output) => {
    expect(isUnreachable(`${output}\nERROR: No matching distribution found for x==1`)).toBe(true);
  });

  it.each([
    ['ERROR: Could not find a version that satisfies the requirement ministack==9.9.9'],
    ['ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.'],
    ['error: subprocess-exited-with-error: Failed to build PyYAML'],
    ['ERROR: Cannot install a and b because these package versions have conflicting dependencies.'],
  ])('is a failure otherwise: %s', (output) => {
    expect(isUnreachable(output)).toBe(false);
  });
});

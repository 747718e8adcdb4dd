// A port that cannot be had is told in a sentence that names it.
import { describe, expect, it } from '@jest/globals';
import { onPort, PortError, portsFrom } from '../../local/ports.ts';

const failing = (code: string) => () => Promise.reject(Object.assign(new Error(`listen ${code}`), { code }));

describe('a port', () => {
  it.each([
    ['EADDRINUSE', 'Port 80 (api) is in use.'],
    ['EACCES', 'Port 80 (api) may not be opened by this user.'],
  ])('that fails by %s is told: %s', async (code, sentence) => {
    const error: unknown = await onPort(portsFrom(80), 'api', failing(code)).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(PortError);
    expect(error).toHaveProperty('message', sentence);
  });

  it('that fails in any other way is an error as it was', async () => {
    await expect(onPort(portsFrom(80), 'api', failing('EMFILE'))).rejects.toThrow('listen EMFILE');
  });
});

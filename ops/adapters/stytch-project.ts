// Whether Stytch takes a secret for the project: one call that is about nobody.

import type { Secret } from '../../functions/adapters/secrets.ts';
import { failure } from '../../functions/adapters/stytch/errors.ts';
import { createStytchSdk } from '../../functions/adapters/stytch/sdk-client.ts';
import { silentLog } from '../base/silent-log.ts';
import { readRepeatably } from './repeat.ts';

const CALL_MS = 5000;

/** False when Stytch refuses the credentials, whatever it says of them. @throws ServiceError when there is no answer */
export function isStytchSecret(baseUrl: string, projectId: string, secret: Secret): Promise<boolean> {
  const sdk = createStytchSdk({ baseUrl, projectId, secret, log: silentLog });
  const { signal } = new AbortController();
  return readRepeatably(async () => {
    const outcome = await sdk.call('debug.whoami', (client) => client.debug.whoami(), {
      timeoutMs: CALL_MS,
      signal,
    });
    if (outcome.isAnswer) return true;
    if ([400, 401, 403, 404].includes(outcome.refusal.status)) return false;
    throw failure('debug.whoami', outcome.refusal);
  });
}

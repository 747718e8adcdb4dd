// Lambda's credentials, in the bundles in place of the AWS SDK's chain: files, SSO and metadata services exist elsewhere.
import { readCredentials } from './config.ts';
import { once } from './once.ts';

/**
 * Stands for `@aws-sdk/credential-provider-node` (scripts/build.ts). The SDK asks it for every call; Lambda changes the
 * credentials of a container never.
 */
export const defaultProvider = () => {
  const credentials = once(() => readCredentials());
  return async () => credentials();
};

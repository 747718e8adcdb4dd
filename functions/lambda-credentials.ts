// Lambda's credentials, in the bundles in place of the AWS SDK's chain: files, SSO and metadata services exist elsewhere.
import { readCredentials } from './config.ts';

/** Stands for `@aws-sdk/credential-provider-node` (scripts/build.ts); Lambda renews them with the container. */
export const defaultProvider = () => async () => readCredentials();

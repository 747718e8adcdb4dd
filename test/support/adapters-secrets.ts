// A Secrets Manager over HTTP with the real AWS client, and a secret that needs none.
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Secret } from '../../functions/adapters/secrets.ts';
import { createSecretsManager, type SecretsManager } from '../../simulators/aws/secrets-manager.ts';
import { listen } from '../../simulators/server.ts';

export const ARN = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:Bridge-AbCdEf';

export interface SecretsBench {
  readonly manager: SecretsManager;
  readonly client: SecretsManagerClient;
  /** How often a value was read. */
  reads(): number;
  put(value: string, previous?: string): void;
  /** Waits until every call so far has ended, those too that no caller waits for. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

export async function startSecrets(): Promise<SecretsBench> {
  const manager = createSecretsManager([{ arn: ARN, name: 'Bridge' }]);
  const server = await listen(manager.handle, 0);
  const client = secretsClient(server.url);
  const calls: Promise<unknown>[] = [];
  const send = client.send.bind(client) as (...call: unknown[]) => Promise<unknown>;
  client.send = ((...call: unknown[]) => {
    const sent = send(...call);
    calls.push(sent);
    return sent;
  }) as typeof client.send;
  return {
    manager,
    client,
    reads: () => manager.requests().length,
    put: (value, previous) => manager.put(ARN, JSON.stringify({ value, previous })),
    async settled() {
      await Promise.allSettled(calls);
      await new Promise((resolve) => setImmediate(resolve));
    },
    async close() {
      client.destroy();
      await server.close();
    },
  };
}

export const secretsClient = (endpoint: string): SecretsManagerClient =>
  new SecretsManagerClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });

/** A secret whose value never changes. */
export function fixedSecret(value: string, previous?: string): Secret {
  const read = async () => (previous === undefined ? { value } : { value, previous });
  return { read, readFresh: read, renew: async () => null };
}

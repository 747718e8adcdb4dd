// The stage's secrets in Secrets Manager, as operators fill them: whether there is a value, what it is, and since when.
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { parseSecret, type SecretValue } from '../../functions/adapters/secrets.ts';
import { awsClient, awsFailure } from '../base/place.ts';

export interface SecretRecord {
  readonly isFilled: boolean;
  readonly changedAt: Date | null;
}

export interface Vault {
  /** @throws Stop where Secrets Manager cannot tell; so do the others */
  describe(arn: string): Promise<SecretRecord>;
  read(arn: string): Promise<SecretValue | 'empty' | 'malformed'>;
  write(arn: string, value: SecretValue): Promise<void>;
}

/** With the operator's own AWS credentials. */
export function createVault(): Vault {
  const client = new SecretsManagerClient(awsClient);
  const describe = async (arn: string): Promise<SecretRecord> => {
    const answer = await client
      .send(new DescribeSecretCommand({ SecretId: arn }))
      .catch((error: unknown) => Promise.reject(awsFailure('describe_secret', error)));
    const stages = Object.values(answer.VersionIdsToStages ?? {}).flat();
    return { isFilled: stages.includes('AWSCURRENT'), changedAt: answer.LastChangedDate ?? null };
  };
  return {
    describe,
    async read(arn) {
      const { isFilled } = await describe(arn);
      if (!isFilled) return 'empty';
      const answer = await client
        .send(new GetSecretValueCommand({ SecretId: arn }))
        .catch((error: unknown) => Promise.reject(awsFailure('get_secret_value', error)));
      return parseSecret(answer.SecretString ?? '') ?? 'malformed';
    },
    async write(arn, value) {
      await client
        .send(new PutSecretValueCommand({ SecretId: arn, SecretString: JSON.stringify(value) }))
        .catch((error: unknown) => Promise.reject(awsFailure('put_secret_value', error)));
    },
  };
}

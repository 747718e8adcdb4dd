// The stage's secrets in Secrets Manager, as operators fill them: whether there is a value, what it is, and since when.
import { createHash } from 'node:crypto';
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { parseSecret, type SecretValue } from '../../functions/adapters/secrets.ts';
import { awsClient, awsFailure } from '../base/aws.ts';
import { refusal } from '../base/stop.ts';

export interface SecretRecord {
  readonly isFilled: boolean;
  readonly changedAt: Date | null;
  /** Stands for the state of the secret: another one after every change. */
  readonly state: string;
}

export interface SecretContent {
  readonly held: SecretValue | 'empty' | 'malformed';
  readonly state: string;
}

export interface Vault {
  /** @throws Stop where Secrets Manager cannot tell; so do the others */
  describe(arn: string): Promise<SecretRecord>;
  read(arn: string): Promise<SecretContent>;
  /** @throws Stop `changed_meanwhile` where the secret is not in the state that was read */
  mustBe(arn: string, state: string): Promise<void>;
  /** Only over the state that was read. @throws Stop `changed_meanwhile` */
  write(arn: string, value: SecretValue, over: string): Promise<void>;
}

/** With the operator's own AWS credentials. */
export function createVault(): Vault {
  const client = new SecretsManagerClient(awsClient);
  const describe = async (arn: string): Promise<SecretRecord> => {
    const answer = await client
      .send(new DescribeSecretCommand({ SecretId: arn }))
      .catch((error: unknown) => Promise.reject(awsFailure('describe_secret', error)));
    const versions = Object.entries(answer.VersionIdsToStages ?? {});
    const [versionId] = versions.find(([, stages]) => stages.includes('AWSCURRENT')) ?? [null];
    const changedAt = answer.LastChangedDate ?? null;
    // The date too: the label may have been moved back to an old version.
    return { isFilled: versionId !== null, changedAt, state: `${versionId} ${changedAt?.toISOString()}` };
  };
  const mustBe = async (arn: string, state: string): Promise<void> => {
    if ((await describe(arn)).state !== state) throw changedMeanwhile();
  };
  return {
    describe,
    async read(arn) {
      const { isFilled, state } = await describe(arn);
      if (!isFilled) return { held: 'empty', state };
      const answer = await client
        .send(new GetSecretValueCommand({ SecretId: arn }))
        .catch((error: unknown) => Promise.reject(awsFailure('get_secret_value', error)));
      return { held: parseSecret(answer.SecretString ?? '') ?? 'malformed', state };
    },
    mustBe,
    async write(arn, value, over) {
      await mustBe(arn, over);
      // Whoever writes over the same state asks for the same version, and AWS makes one of them: the other is refused.
      const ClientRequestToken = createHash('sha256').update(`${arn} ${over}`).digest('hex');
      const command = { SecretId: arn, SecretString: JSON.stringify(value), ClientRequestToken };
      await client
        .send(new PutSecretValueCommand(command))
        .catch((error: unknown) =>
          Promise.reject(isTaken(error) ? changedMeanwhile() : awsFailure('put_secret_value', error)),
        );
    },
  };
}

const isTaken = (error: unknown): boolean =>
  error instanceof Error && error.name === 'ResourceExistsException';

const changedMeanwhile = () =>
  refusal(
    'changed_meanwhile',
    'Somebody has changed the secret meanwhile. Look with --check before you go on.',
  );

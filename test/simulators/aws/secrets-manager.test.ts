import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createSecretsManager, type SecretsManager } from '../../../simulators/aws/secrets-manager.ts';
import { type Listening, listen } from '../../../simulators/server.ts';

const arn = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:Sample-Stytch-AbCdEf';

describe('Secrets Manager, called by the AWS SDK', () => {
  let manager: SecretsManager;
  let server: Listening;
  let client: SecretsManagerClient;

  beforeAll(async () => {
    server = await listen((request) => manager.handle(request), 0);
    client = new SecretsManagerClient({
      endpoint: server.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      maxAttempts: 1,
    });
  });
  beforeEach(() => {
    manager = createSecretsManager([{ arn, name: 'Stytch' }]);
  });
  afterAll(async () => {
    client.destroy();
    await server.close();
  });

  const get = (SecretId = arn, more: { VersionStage?: string; VersionId?: string } = {}) =>
    client.send(new GetSecretValueCommand({ SecretId, ...more }));

  it('E1 answers for a secret without a value as for one that has no current version', async () => {
    await expect(get()).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
      $metadata: { httpStatusCode: 400 },
    });
  });

  it('does not know another secret', async () => {
    await expect(get('other')).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: "Secrets Manager can't find the specified secret.",
    });
  });

  it('INV7 gives the newest value, and the one before by its label', async () => {
    manager.put(arn, '{"value":"one"}');
    const first = await get();
    expect(first).toMatchObject({
      ARN: arn,
      Name: 'Stytch',
      SecretString: '{"value":"one"}',
      VersionStages: ['AWSCURRENT'],
      CreatedDate: expect.any(Date),
    });
    manager.put('Stytch', '{"value":"two"}');
    expect(await get('Stytch')).toMatchObject({ SecretString: '{"value":"two"}' });
    expect(await get(arn, { VersionStage: 'AWSPREVIOUS' })).toMatchObject({
      SecretString: '{"value":"one"}',
      VersionId: first.VersionId,
      VersionStages: ['AWSPREVIOUS'],
    });
    expect(await get(arn, { VersionId: first.VersionId ?? '' })).toMatchObject({
      SecretString: '{"value":"one"}',
    });
  });

  it('takes a value from an operator, and tells whether one is there', async () => {
    const described = new DescribeSecretCommand({ SecretId: arn });
    expect((await client.send(described)).VersionIdsToStages).toBeUndefined();
    await client.send(new PutSecretValueCommand({ SecretId: arn, SecretString: 'text' }));
    expect(Object.values((await client.send(described)).VersionIdsToStages ?? {})).toEqual([['AWSCURRENT']]);
    expect((await get()).SecretString).toBe('text');
    manager.empty(arn);
    await expect(get()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('makes one version for one request token: the same again is no second one, another value is refused', async () => {
    const put = (SecretString: string) =>
      client.send(
        new PutSecretValueCommand({ SecretId: arn, SecretString, ClientRequestToken: 't'.repeat(32) }),
      );
    const { VersionId } = await put('one');
    expect(VersionId).toBe('t'.repeat(32));
    expect((await put('one')).VersionId).toBe(VersionId);
    await expect(put('two')).rejects.toMatchObject({ name: 'ResourceExistsException' });
    expect((await get()).SecretString).toBe('one');
  });

  it('counts the calls, and fails when told to', async () => {
    manager.put(arn, 'x');
    await get();
    manager.faults.arm({ method: 'POST', path: '/', times: 1, fault: { kind: 'status', status: 500 } });
    await expect(get()).rejects.toMatchObject({ name: 'InternalServiceError' });
    await get();
    expect(manager.requests()).toEqual([
      { action: 'GetSecretValue', arn },
      { action: 'GetSecretValue', arn },
    ]);
  });
});

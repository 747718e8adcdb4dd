// What Secrets Manager holds, and how often it was written to.
import type { SecretName } from '../../local/secret-values.ts';
import type { World } from '../../local/world.ts';

export async function storedIn(world: World, name: SecretName): Promise<unknown> {
  const response = await fetch(world.secretsUrl, {
    method: 'POST',
    headers: { 'x-amz-target': 'secretsmanager.GetSecretValue' },
    body: JSON.stringify({ SecretId: world.secrets.arn(name) }),
  });
  const answer = (await response.json()) as { SecretString: string };
  return JSON.parse(answer.SecretString);
}

/** How often a value was written. */
export const writesTo = (world: World): number =>
  world.secrets.requests().filter(({ action }) => action === 'PutSecretValue').length;

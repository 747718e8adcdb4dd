// The table and Secrets Manager of a world, each on its port, behind the permissions of the template's roles.
import { type AwsCall, createAuthorize } from '../simulators/aws/permissions.ts';
import { createSecretsManager } from '../simulators/aws/secrets-manager.ts';
import { type LocalTable, startTable } from '../simulators/aws/table.ts';
import type { Pieces } from '../simulators/aws/template.ts';
import { type Listening, listen } from '../simulators/server.ts';
import { onPort, type Ports } from './ports.ts';
import { type SecretName, type WorldSecrets, worldSecrets } from './secret-values.ts';
import type { Tap } from './tap.ts';

export interface Stores {
  readonly table: LocalTable;
  readonly secrets: WorldSecrets;
  readonly secretsUrl: string;
  readonly refuseSecrets: Listening['refuse'];
  /** Each different call that a function made, once. */
  awsCalls(): readonly AwsCall[];
}

/** `keep` takes what must be closed. */
export async function startStores(
  pieces: Pieces,
  ports: Ports,
  seeded: Readonly<Record<SecretName, string>>,
  keep: (close: () => unknown) => void,
  tap?: Tap,
): Promise<Stores> {
  const calls = new Map<string, AwsCall>();
  const authorize = createAuthorize(pieces.functions, (call) =>
    calls.set(`${call.function} ${call.action} ${call.resource}`, call),
  );
  const table = await onPort(ports, 'table', (port) =>
    startTable(pieces.table, port, {
      authorize,
      ...(tap && { around: (handle) => tap.around('dynamodb', handle) }),
    }),
  );
  keep(() => table.close());
  const manager = createSecretsManager(
    pieces.secrets.map(({ arn, logicalId }) => ({ arn, name: logicalId })),
    authorize,
  );
  const server = await onPort(ports, 'secrets', (port) =>
    listen(tap?.around('secrets_manager', manager.handle) ?? manager.handle, port),
  );
  keep(() => server.close());
  return {
    table,
    secrets: worldSecrets(manager, pieces, seeded),
    secretsUrl: server.url,
    refuseSecrets: server.refuse,
    awsCalls: () => [...calls.values()],
  };
}

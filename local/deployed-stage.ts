// A world as the deployed stage `dev`: what the operators' commands on a stage ask AWS, answered on loopback.
import { stackNameOf, stages } from '../lib/stages.ts';
import { type Account, createAccount } from '../simulators/aws/account.ts';
import { listen } from '../simulators/server.ts';
import type { World } from './world.ts';

export interface DeployedStage extends Account {
  /** Where the SDK finds what stands for AWS; the table's own address is the operator's environment's. */
  readonly endpoints: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** The outputs of the stack, as far as the commands read them. */
const outputsOf = (world: World): Record<string, string | undefined> => ({
  ApiUrl: world.apiUrl,
  UnitWebhookUrl: `${world.apiUrl}/webhooks/unit`,
  StytchJwksUrl: `${world.stytch.url}/v1/sessions/jwks/${stages.dev.stytchProjectId}`,
  IdMappingTableName: world.tableName,
  StytchUrl: world.stytch.url,
  StytchProjectId: stages.dev.stytchProjectId,
  UnitUrl: world.unit.url,
  StytchSecretArn: world.secrets.arn('stytch'),
  UnitExchangeTokenSecretArn: world.secrets.arn('unitExchange'),
  UnitOnboardingTokenSecretArn: world.secrets.arn('unitOnboarding'),
  UnitEventsTokenSecretArn: world.secrets.arn('unitEvents'),
  UnitContactTokenSecretArn: world.secrets.arn('unitContact'),
  UnitWebhookSecretArn: world.secrets.arn('unitWebhook'),
  HashKeySecretArn: world.secrets.arn('hashKey'),
});

/** @throws Error with code `EADDRINUSE` when the port is taken; 0 takes a free one */
export async function startDeployedStage(world: World, port: number): Promise<DeployedStage> {
  const account: Account = {
    stackName: stackNameOf(stages.dev.name),
    outputs: outputsOf(world),
    stack: { status: 'UPDATE_COMPLETE', isProtected: false, account: '000000000000' },
    limits: { concurrency: 1000 },
    caller: 'arn:aws:sts::000000000000:assumed-role/Ops/ada',
  };
  const { url, close } = await listen(createAccount(account), port);
  const endpoints = {
    AWS_ENDPOINT_URL_CLOUDFORMATION: url,
    AWS_ENDPOINT_URL_STS: url,
    AWS_ENDPOINT_URL_LAMBDA: url,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: world.secretsUrl,
  };
  return { ...account, endpoints, close };
}

// A world as a deployed stage: CloudFormation, STS and Lambda answer on loopback as far as the commands ask them.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { stages } from '../../lib/stages.ts';
import type { World } from '../../local/world.ts';
import type { RunOptions } from './support.ts';

export interface TestStage {
  /** The stack's outputs; a test may change them. */
  readonly outputs: Record<string, string | undefined>;
  readonly stack: { status: string; isProtected: boolean };
  /** Concurrent executions of the account; null: AWS denies the call. */
  readonly account: { concurrency: number | null };
  readonly env: NonNullable<RunOptions['env']>;
  close(): Promise<void>;
}

export const caller = 'arn:aws:sts::000000000000:assumed-role/Ops/ada';

const outputsOf = (world: World): Record<string, string> => ({
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

export async function startStage(world: World): Promise<TestStage> {
  const outputs: Record<string, string | undefined> = outputsOf(world);
  const stack = { status: 'UPDATE_COMPLETE', isProtected: false };
  const account: TestStage['account'] = { concurrency: 1000 };
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      if (request.url?.includes('account-settings') === true) {
        const isDenied = account.concurrency === null;
        response.writeHead(isDenied ? 403 : 200, {
          'content-type': 'application/json',
          ...(isDenied ? { 'x-amzn-errortype': 'AccessDeniedException' } : {}),
        });
        response.end(JSON.stringify({ AccountLimit: { ConcurrentExecutions: account.concurrency } }));
        return;
      }
      response.setHeader('content-type', 'text/xml');
      response.end(body.includes('GetCallerIdentity') ? identity : stackXml(outputs, stack));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    outputs,
    stack,
    account,
    env: {
      BRIDGE_OPERATOR: undefined,
      STYTCH_SECRET: undefined,
      UNIT_TOKEN: undefined,
      AWS_ENDPOINT_URL_CLOUDFORMATION: url,
      AWS_ENDPOINT_URL_STS: url,
      AWS_ENDPOINT_URL_LAMBDA: url,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: world.secretsUrl,
    },
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}

const identity = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>${caller}</Arn><UserId>A:ada</UserId><Account>000000000000</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>`;

const stackXml = (outputs: TestStage['outputs'], { status, isProtected }: TestStage['stack']): string =>
  `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks>
<member><StackName>StytchUnitBridge-dev</StackName><StackStatus>${status}</StackStatus>
<EnableTerminationProtection>${isProtected}</EnableTerminationProtection>
<CreationTime>2026-01-01T00:00:00Z</CreationTime><Outputs>${Object.entries(outputs)
    .flatMap(([key, value]) =>
      value === undefined
        ? []
        : [`<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`],
    )
    .join('')}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`;

// What operators' commands ask AWS about a deployed stage: its stack, who calls, and how many functions may run at once.
import type { Handle } from '../server.ts';
import { region } from './intrinsics.ts';

/** As it stands now; whoever holds it may change it between two requests. */
export interface Account {
  readonly stackName: string;
  /** Of the stack, by name; undefined ones are not there. */
  readonly outputs: Record<string, string | undefined>;
  readonly stack: { status: string; isProtected: boolean; account: string };
  /** Concurrent executions of the account; null: the call is denied. */
  readonly limits: { concurrency: number | null };
  /** The ARN of whoever calls. */
  readonly caller: string;
}

/** CloudFormation's `DescribeStacks`, STS's `GetCallerIdentity` and Lambda's `GetAccountSettings`, in one place. */
export const createAccount =
  (account: Account): Handle =>
  async (request) => {
    if (new URL(request.url).pathname.includes('account-settings')) return settings(account);
    const form = new URLSearchParams(await request.text());
    switch (form.get('Action')) {
      case 'GetCallerIdentity':
        return xml(200, identity(account));
      case 'DescribeStacks':
        return form.get('StackName') === account.stackName
          ? xml(200, described(account))
          : xml(400, failure('ValidationError', `Stack with id ${form.get('StackName')} does not exist`));
      default:
        return xml(400, failure('InvalidAction', 'This simulator knows no such action'));
    }
  };

const settings = ({ limits: { concurrency } }: Account): Response =>
  concurrency === null
    ? Response.json({}, { status: 403, headers: { 'x-amzn-errortype': 'AccessDeniedException' } })
    : Response.json({ AccountLimit: { ConcurrentExecutions: concurrency } });

const xml = (status: number, body: string): Response =>
  new Response(body, { status, headers: { 'content-type': 'text/xml' } });

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const namespace = 'http://cloudformation.amazonaws.com/doc/2010-05-15/';

const failure = (code: string, message: string): string =>
  `<ErrorResponse xmlns="${namespace}"><Error><Type>Sender</Type><Code>${code}</Code>
<Message>${escaped(message)}</Message></Error></ErrorResponse>`;

const identity = ({ caller }: Account): string =>
  `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>${escaped(caller)}</Arn><UserId>A:operator</UserId><Account>000000000000</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>`;

const described = ({ stackName, outputs, stack }: Account): string =>
  `<DescribeStacksResponse xmlns="${namespace}"><DescribeStacksResult><Stacks><member>
<StackName>${stackName}</StackName>
<StackId>arn:aws:cloudformation:${region}:${stack.account}:stack/${stackName}/1</StackId><StackStatus>${stack.status}</StackStatus>
<EnableTerminationProtection>${stack.isProtected}</EnableTerminationProtection>
<CreationTime>2026-01-01T00:00:00Z</CreationTime><Outputs>${Object.entries(outputs)
    .flatMap(([key, value]) =>
      value === undefined
        ? []
        : [`<member><OutputKey>${key}</OutputKey><OutputValue>${escaped(value)}</OutputValue></member>`],
    )
    .join('')}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`;

// The stack, its account and the stage as this checkout writes it: what would make a deploy unsafe or useless.
import { exampleValues } from '../../lib/example-values.ts';
import { type Stage, stackNameOf } from '../../lib/stages.ts';
import { maskEmail } from '../base/output.ts';
import {
  type DeployedStack,
  environmentOf,
  isOfOneEnvironment,
  isSimulated,
  type Place,
} from '../base/place.ts';
import { byHand, doubtful, type Finding, fine, wrong } from './finding.ts';

export interface Deployment {
  /** As in lib/stages.ts of this checkout; undefined where it is not in it. */
  readonly stage: Stage | undefined;
  readonly place: Place;
  readonly stack: DeployedStack;
  /** Null where AWS would not say. */
  readonly concurrency: number | null;
  readonly isTableProtected: boolean | null;
  readonly policyWarnings: readonly string[];
}

const FEWEST_EXECUTIONS = 100;

export const stackFindings = (deployment: Deployment): readonly Finding[] => [
  ...environmentFindings(deployment.place),
  ...statusFindings(deployment.stack),
  ...protectionFindings(deployment),
  ...accountFindings(deployment.concurrency),
  ...stageFindings(deployment),
  ...deployment.policyWarnings.map((warning) =>
    doubtful('policy_unreachable', warning, 'Change config/token-policy.json, or offer what it asks for.'),
  ),
];

function environmentFindings(place: Place): readonly Finding[] {
  const { stytchProjectId, stytchUrl, unitUrl } = place;
  const text = `${stytchProjectId}, ${stytchUrl}, ${unitUrl}`;
  if (isOfOneEnvironment(place)) return [fine('one_environment', `${environmentOf(place)}: ${text}`)];
  return [
    wrong(
      'vendors_mixed',
      `test and live, or strangers, together: ${text}. No vendor was asked.`,
      'Put vendors of one environment into lib/stages.ts and deploy.',
    ),
  ];
}

function statusFindings({ status }: DeployedStack): readonly Finding[] {
  if (/^(CREATE|UPDATE|IMPORT)_COMPLETE$/.test(status))
    return [fine('stack_settled', `the stack is ${status}`)];
  return [doubtful('stack_unsettled', `the stack is ${status}`, 'Finish or repeat the deploy.')];
}

function protectionFindings({ place, stack, isTableProtected }: Deployment): readonly Finding[] {
  if (environmentOf(place) !== 'live') return [];
  const fix = 'Set deletionProtection in lib/stages.ts and deploy.';
  return [
    stack.isProtected
      ? fine('stack_protected', 'the stack is protected from deletion')
      : wrong('stack_unprotected', 'a live stack that may be deleted', fix),
    isTableProtected === true
      ? fine('table_protected', 'the table is protected from deletion')
      : isTableProtected === null
        ? byHand(
            'table_protection_unseen',
            'AWS would not describe the table',
            'Needs dynamodb:DescribeTable.',
          )
        : wrong('table_unprotected', 'a live table that may be deleted', fix),
  ];
}

function accountFindings(concurrency: number | null): readonly Finding[] {
  if (concurrency === null) {
    return [byHand('concurrency_unseen', 'AWS would not tell the limit', 'Needs lambda:GetAccountSettings.')];
  }
  if (concurrency >= FEWEST_EXECUTIONS) {
    return [fine('concurrency', `the account may run ${concurrency} functions at once`)];
  }
  return [
    doubtful(
      'concurrency_low',
      `the whole account may run ${concurrency} functions at once`,
      'Service Quotas, AWS Lambda, Concurrent executions: ask for 1000.',
    ),
  ];
}

function stageFindings({ stage, place }: Deployment): readonly Finding[] {
  if (stage === undefined) {
    return [
      byHand(
        'stage_unknown',
        'lib/stages.ts of this checkout has no such stage',
        'Use the deployed version.',
      ),
    ];
  }
  const isLive = environmentOf(place) === 'live';
  const found: Finding[] = [];
  if (stage.stytchProjectId !== place.stytchProjectId) {
    found.push(
      doubtful(
        'checkout_differs',
        `deployed is ${place.stytchProjectId}, this checkout has ${stage.stytchProjectId}`,
        'Check out what is deployed, or deploy.',
      ),
    );
  }
  // Simulators take the example project; Stytch does not.
  if (!isSimulated(place) && /-0{8}-0{4}-/.test(place.stytchProjectId)) {
    found.push(
      wrong('example_project', place.stytchProjectId, 'Put your own project id into lib/stages.ts.'),
    );
  }
  // The project is told above, by what is deployed.
  const examples = exampleValues(stage).filter(([field]) => field !== 'stytchProjectId');
  if (examples.length > 0) {
    const say = isLive ? wrong : doubtful;
    found.push(
      say(
        'example_values',
        `in this checkout: ${examples.map(([field, value]) => `${field} ${value}`).join(', ')}`,
        'Put your own addresses into lib/stages.ts and deploy.',
      ),
    );
  }
  return [
    ...found,
    alarmFinding(stage, isLive),
    byHand(
      'checkout_unproved',
      'addresses, proxy, policies and the rest of the stage were read in this checkout: the stack does not tell them',
      `npx cdk diff ${stackNameOf(stage.name)} -c stage=${stage.name}: it must find no difference.`,
    ),
  ];
}

/** The address is a person's, and no output of the stack: read in this checkout. */
function alarmFinding({ alarmEmail }: Stage, isLive: boolean): Finding {
  if (alarmEmail !== undefined) {
    return byHand(
      'alarm_subscription',
      `alarms go out only after the mail to ${maskEmail(alarmEmail)} was confirmed (the address of this checkout)`,
      "SNS, Subscriptions: the stack's topic has this address, confirmed.",
    );
  }
  const say = isLive ? wrong : doubtful;
  return say(
    'alarm_address_missing',
    'alarms change state and tell nobody: this checkout has no alarmEmail',
    'Set alarmEmail in lib/stages.ts and deploy.',
  );
}

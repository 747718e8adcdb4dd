// The whole bridge of a soak in a process of its own, with the limits of a large stage.
import { startWorld, type World } from '../../local/world.ts';
import type { Throttle } from '../../simulators/aws/template.ts';
import { withLimits } from '../support/world.ts';
import { answerAs } from './peer.ts';

export interface Started {
  readonly apiUrl: string;
  readonly stytchControlUrl: string;
  readonly unitControlUrl: string;
  readonly webhookToken: string;
}

let world: World | undefined;

const PLENTY = 10_000_000;

async function start({ throttle }: { readonly throttle: Throttle | null }): Promise<Started> {
  // All requests of a soak come from one address.
  const maxima = { sendsPerAddress: PLENTY, sendsPerAddressAndSource: PLENTY, sendsPerSource: PLENTY };
  const template = withLimits(maxima, { doWindowsTurn: true });
  for (const { Type, Properties } of Object.values(template.Resources)) {
    if (Type !== 'AWS::ApiGatewayV2::Stage' || Properties === undefined || throttle === null) continue;
    Properties['DefaultRouteSettings'] = {
      ThrottlingRateLimit: throttle.rate,
      ThrottlingBurstLimit: throttle.burst,
    };
  }
  const started = (world = await startWorld({ template, isThrottled: throttle !== null }));
  // The stage's throttle is what keeps a deployment below Unit's limit of calls.
  Object.assign(started.unit.controls.switches, {
    preventDuplicateIndividualApplications: false,
    rateLimitPerMinute: 0,
  });
  return {
    apiUrl: started.apiUrl,
    stytchControlUrl: started.stytch.controlUrl,
    unitControlUrl: started.unit.controlUrl,
    webhookToken: started.secrets.seeded.unitWebhook,
  };
}

const pidsOf = ({ functions }: World): number[] => functions().flatMap(({ pids }) => pids);

answerAs({
  start,
  pids: () => (world === undefined ? [] : pidsOf(world)),
  stop: () => world?.close(),
});

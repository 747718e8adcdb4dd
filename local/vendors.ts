// The two simulated vendors of a world, each with its control port, and the webhook that an operator would register.
import { randomBytes } from 'node:crypto';
import { type Stage, stages } from '../lib/stages.ts';
import { webhookSettings } from '../ops/adapters/unit-org.ts';
import { type Listening, listen } from '../simulators/server.ts';
import { createStytchSimulator, type StytchControls } from '../simulators/stytch/simulator.ts';
import { createUnitSimulator, type UnitControls } from '../simulators/unit/simulator.ts';
import { onlyOwnOrigin } from './own-origin.ts';
import { onPort, type Ports } from './ports.ts';
import { operatorScopes, randomUnitToken, type SecretName, unitScopes } from './secret-values.ts';
import type { Tap } from './tap.ts';

export interface Vendor<Controls> {
  readonly url: string;
  readonly controlUrl: string;
  /** As of a listening server. */
  readonly refuse: Listening['refuse'];
  /** The same as over `controlUrl`, for callers in this process. */
  readonly controls: Controls;
}

export interface Vendors {
  readonly stytch: Vendor<StytchControls>;
  readonly unit: Vendor<UnitControls> & { readonly operatorToken: string };
}

export interface VendorsOptions {
  /** Names the project and its redirect URLs. */
  readonly stage: Pick<Stage, 'stytchProjectId' | 'redirectUrls'>;
  readonly tap?: Tap | undefined;
}

/** `keep` takes what must be closed. */
export async function startVendors(
  ports: Ports,
  secrets: Readonly<Record<SecretName, string>>,
  keep: (close: () => unknown) => void,
  { stage, tap }: VendorsOptions = { stage: stages.dev },
): Promise<Vendors> {
  const operatorToken = randomUnitToken();
  let stytchUrl = '';
  let unitUrl = '';
  const stytch = createStytchSimulator({
    projectId: stage.stytchProjectId,
    secret: secrets.stytch,
    redirectUrls: stage.redirectUrls,
    publicUrl: () => stytchUrl,
  });
  const unit = createUnitSimulator({
    orgTokens: [
      { token: secrets.unitExchange, scopes: unitScopes.exchange },
      { token: secrets.unitOnboarding, scopes: unitScopes.onboarding },
      { token: secrets.unitEvents, scopes: unitScopes.events },
      { token: secrets.unitContact, scopes: unitScopes.contact },
      { token: operatorToken, scopes: operatorScopes },
    ],
    jwksUrl: () => `${stytchUrl}/v1/sessions/jwks/${stage.stytchProjectId}`,
    publicUrl: () => unitUrl,
  });
  keep(() => unit.close());
  const isReady = stytch.ready();
  const serve = async (name: 'stytch' | 'stytchControl' | 'unit' | 'unitControl'): Promise<Listening> => {
    const backend = name.startsWith('stytch') ? 'stytch' : 'unit';
    const { handle, control } = backend === 'stytch' ? stytch : unit;
    const served = name.endsWith('Control')
      ? onlyOwnOrigin(control)
      : (tap?.around(backend, handle) ?? handle);
    const listening = await onPort(ports, name, (port) => listen(served, port));
    keep(() => listening.close());
    return listening;
  };
  const stytchServer = await serve('stytch');
  const stytchControl = await serve('stytchControl');
  const unitServer = await serve('unit');
  const unitControl = await serve('unitControl');
  stytchUrl = stytchServer.url;
  unitUrl = unitServer.url;
  await isReady;
  return {
    stytch: {
      url: stytchUrl,
      controlUrl: stytchControl.url,
      refuse: stytchServer.refuse,
      controls: stytch.controls,
    },
    unit: {
      url: unitUrl,
      controlUrl: unitControl.url,
      refuse: unitServer.refuse,
      controls: unit.controls,
      operatorToken,
    },
  };
}

/** What an operator does once after `cdk deploy`, with a token of its own. */
export async function registerWebhook(unit: Vendors['unit'], url: string, token: string): Promise<void> {
  const response = await fetch(`${unit.url}/webhooks`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${unit.operatorToken}`,
      'content-type': 'application/vnd.api+json',
    },
    body: JSON.stringify({
      data: {
        type: 'webhook',
        attributes: {
          label: `stytch-unit-bridge-${randomBytes(3).toString('hex')}`,
          url,
          token,
          ...webhookSettings,
        },
      },
    }),
  });
  if (response.status !== 201) throw new Error(`webhook: ${response.status} ${await response.text()}`);
}

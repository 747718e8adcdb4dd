// The faults that `--fault` and the page's switches arm: a menu in plain words over what the simulators can do.
import { secretsError } from '../../simulators/aws/secrets-manager.ts';
import { tableError } from '../../simulators/aws/table.ts';
import { type FaultKind, Faults } from '../../simulators/faults.ts';
import type { Handle } from '../../simulators/server.ts';
import { errorBody, refusalOfStatus } from '../../simulators/stytch/errors.ts';
import { isJwksPath } from '../../simulators/stytch/session-calls.ts';
import { allowBrowsers } from '../../simulators/unit/cors.ts';
import { errorOfStatus } from '../../simulators/unit/errors.ts';
import type { Backend } from '../tap.ts';
import {
  type DemoFaultKind,
  type FaultMenu,
  type FaultRequest,
  type FaultVendor,
  faultKinds,
  faultVendors,
} from './contract.ts';

interface Vendor {
  readonly label: string;
  readonly backend: Backend;
  readonly slowMs: number;
  readonly jsonError: (status: number) => Response;
  readonly isHit: (path: string) => boolean;
}

const stytchError = (status: number): Response =>
  Response.json(errorBody(refusalOfStatus(status), 'request-id-test-fault'), { status });

const vendors: Readonly<Record<FaultVendor, Vendor>> = {
  stytch: {
    label: 'Stytch',
    backend: 'stytch',
    slowMs: 1500,
    jsonError: stytchError,
    isHit: (path) => !isJwksPath(path),
  },
  'stytch-jwks': {
    label: "Stytch's public keys (functions start anew)",
    backend: 'stytch',
    slowMs: 1500,
    jsonError: stytchError,
    isHit: isJwksPath,
  },
  unit: { label: 'Unit', backend: 'unit', slowMs: 1500, jsonError: errorOfStatus, isHit: () => true },
  // Our functions give AWS one second.
  dynamodb: {
    label: 'DynamoDB',
    backend: 'dynamodb',
    slowMs: 600,
    jsonError: tableError,
    isHit: () => true,
  },
  secrets: {
    label: 'Secrets Manager (functions start anew)',
    backend: 'secrets_manager',
    slowMs: 600,
    jsonError: secretsError,
    isHit: () => true,
  },
};

const kindLabels: Readonly<Record<DemoFaultKind, string>> = {
  timeout: 'never answers',
  slow: 'answers late (vendors 1.5 s, AWS 0.6 s)',
  refused: 'refuses connections',
  reset: 'drops the connection',
  '429': 'says: too many requests',
  '500': 'answers 500',
  '503': 'answers 503',
  html: "answers a proxy's HTML page with 502",
  malformed: 'answers 200 with broken JSON',
  truncated: 'answers half of its answer',
};

/** Refusing is of a port, and the public keys share Stytch's. */
const kindsOf = (vendor: FaultVendor): readonly DemoFaultKind[] =>
  vendor === 'stytch-jwks' ? faultKinds.filter((kind) => kind !== 'refused') : faultKinds;

function simulated(kind: Exclude<DemoFaultKind, 'refused'>, slowMs: number): FaultKind {
  switch (kind) {
    case 'timeout':
      return { kind: 'hang' };
    case 'slow':
      return { kind: 'latency', ms: slowMs };
    case '429':
    case '500':
    case '503':
      return { kind: 'status', status: Number(kind) };
    case 'html':
      return { kind, status: 502 };
    case 'reset':
    case 'malformed':
    case 'truncated':
      return { kind };
  }
}

/** @throws FaultError where a vendor cannot be broken so */
export function requireFault({ vendor, kind, times }: FaultRequest): void {
  if (!kindsOf(vendor).includes(kind))
    throw new FaultError(`${vendor} has no ${kind}; it has ${kindsOf(vendor).join(', ')}`);
  if (kind === 'refused' && times !== undefined)
    throw new FaultError('refused lasts until it is healed: it takes no number of times');
}

/** A fault that does not exist; the message lists those that do. */
export class FaultError extends Error {}

export interface DemoFaults {
  around(backend: Backend, handle: Handle): Handle;
  /** @throws FaultError */
  arm(request: FaultRequest): Promise<void>;
  /** One vendor, or all. */
  heal(vendor?: FaultVendor): Promise<void>;
  menu(): FaultMenu;
}

export interface FaultPowers {
  /** Closes and opens a backend's port. */
  refuse(backend: Backend, isRefusing: boolean): Promise<void>;
  /** New containers, as a deployment makes them. */
  restartFunctions(): Promise<void>;
}

/** Secrets and public keys are kept by warm functions, which an outage would not touch before their time is over. */
const isKept = (vendor: FaultVendor): boolean => vendor === 'secrets' || vendor === 'stytch-jwks';

export function createDemoFaults({ refuse, restartFunctions }: FaultPowers): DemoFaults {
  const armed = new Map<FaultVendor, { readonly kind: DemoFaultKind; readonly faults: Faults }>();

  const isLeft = (vendor: FaultVendor): boolean => {
    const one = armed.get(vendor);
    return one !== undefined && (one.kind === 'refused' || one.faults.armed().length > 0);
  };

  async function heal(vendor: FaultVendor): Promise<void> {
    const { backend } = vendors[vendor];
    if (armed.get(vendor)?.kind === 'refused') await refuse(backend, false);
    armed.delete(vendor);
  }

  return {
    around: (backend, handle) => {
      const layered = faultVendors
        .filter((vendor) => vendors[vendor].backend === backend)
        .reduce<Handle>((inner, vendor) => {
          const { jsonError, isHit } = vendors[vendor];
          const pathOf = ({ method, url }: Request): string =>
            method !== 'OPTIONS' && isHit(new URL(url).pathname) ? '/hit' : '/missed';
          return (request) => (armed.get(vendor)?.faults.around(inner, jsonError, pathOf) ?? inner)(request);
        }, handle);
      return backend === 'unit' ? allowBrowsers(layered) : layered;
    },
    arm: async (request) => {
      requireFault(request);
      const { vendor, kind, times } = request;
      await heal(vendor);
      const faults = new Faults();
      const { backend, slowMs } = vendors[vendor];
      armed.set(vendor, { kind, faults });
      if (kind === 'refused') await refuse(backend, true);
      else
        faults.arm({
          method: '*',
          path: '/hit',
          times: times ?? Number.POSITIVE_INFINITY,
          fault: simulated(kind, slowMs),
        });
      if (isKept(vendor)) await restartFunctions();
    },
    heal: async (vendor) => {
      for (const one of vendor === undefined ? faultVendors : [vendor]) await heal(one);
    },
    menu: () => ({
      vendors: faultVendors.map((vendor) => ({
        vendor,
        label: vendors[vendor].label,
        kinds: kindsOf(vendor),
      })),
      kinds: faultKinds.map((kind) => ({ kind, label: kindLabels[kind] })),
      armed: [...armed].flatMap(([vendor, { kind, faults }]) => {
        if (!isLeft(vendor)) return [];
        const times = faults.armed()[0]?.times ?? Number.POSITIVE_INFINITY;
        return [{ vendor, kind, times: Number.isFinite(times) ? times : null }];
      }),
    }),
  };
}

// One function of a world in a process of its own, behind a gateway of its own, on links of its own that can break.
import path from 'node:path';
import { type FunctionName, functionNames } from '../../../functions/contract/routes.ts';
import { lambdaEnvironment } from '../../../local/lambda-environment.ts';
import { type WorldSecrets, worldSecrets } from '../../../local/secret-values.ts';
import { stackName } from '../../../local/synthesize.ts';
import type { World } from '../../../local/world.ts';
import { FunctionHost } from '../../../simulators/aws/function-host.ts';
import { createGateway } from '../../../simulators/aws/gateway.ts';
import { listenGateway } from '../../../simulators/aws/gateway-server.ts';
import { createSecretsManager } from '../../../simulators/aws/secrets-manager.ts';
import { type Pieces, readTemplate } from '../../../simulators/aws/template.ts';
import type { Handle } from '../../../simulators/server.ts';
import { errorBody, refusalOfStatus } from '../../../simulators/stytch/errors.ts';
import { errorResponse, titleOf } from '../../../simulators/unit/errors.ts';
import { withLimits } from '../../support/world.ts';
import { forwardTo, type Link, startLink } from './link.ts';

export const services = ['stytch', 'unit', 'table', 'secrets'] as const;
export type Service = (typeof services)[number];

const MARKER = 'words-of-a-vendor';

/** One of these stands in every answer that a fault makes up: neither our answers nor our logs may repeat it. */
export const vendorWords = [MARKER, '<h1>', '{"data": {', String.raw`{\"data\": {`] as const;

export interface Place {
  readonly apiUrl: string;
  readonly links: Readonly<Record<Service, Link>>;
  readonly secrets: WorldSecrets;
  /** What the function has printed. */
  readonly lines: readonly string[];
  /** The process id of the only container. */
  pid(): number | undefined;
  /** Loads the function's process. */
  start(): Promise<void>;
  /** Until then the keys that Stytch lists are others than those that sign, as before a rotation. */
  listKeys(): void;
  close(): Promise<void>;
}

/** The pieces of the prepared template, for all places of a world; who signs up comes from one address. */
export const piecesOf = (world: World): Pieces =>
  readTemplate(withLimits({ sendsPerSource: 10_000 }), {
    stackName,
    functionNames,
    apiUrl: world.apiUrl,
  });

const awsErrors: Readonly<Record<number, string>> = {
  400: 'ThrottlingException',
  408: 'RequestTimeout',
  429: 'ThrottlingException',
  500: 'InternalServerError',
  503: 'ServiceUnavailable',
};

const errorsOf: Readonly<Record<Service, (status: number) => Response>> = {
  stytch: (status) =>
    Response.json(
      { ...errorBody(refusalOfStatus(status), 'request-id-test-0'), error_message: MARKER },
      { status },
    ),
  unit: (status) => errorResponse([{ status, title: titleOf(status), details: MARKER }]),
  table: (status) => awsError(status),
  secrets: (status) => awsError(status),
};

const awsError = (status: number): Response =>
  new Response(JSON.stringify({ __type: awsErrors[status] ?? 'UnknownError', message: MARKER }), {
    status,
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-errortype': awsErrors[status] ?? '' },
  });

/** Makes the links and the gateway; the process starts with `start`. */
export async function makePlace(
  world: World,
  pieces: Pieces,
  name: FunctionName,
  options: { readonly areKeysOld: boolean },
): Promise<Place> {
  const manager = createSecretsManager(
    pieces.secrets.map(({ arn, logicalId }) => ({ arn, name: logicalId })),
  );
  const secrets = worldSecrets(manager, pieces, world.secrets.seeded);
  let areKeysOld = options.areKeysOld;
  const stytch = forwardTo(world.stytch.url);
  const handles: Readonly<Record<Service, Handle>> = {
    stytch: async (request) => {
      // As they are when they are asked for.
      const areOld = areKeysOld;
      const response = await stytch(request);
      return areOld && request.url.includes('/sessions/jwks/') ? withOtherKeys(response) : response;
    },
    unit: forwardTo(world.unit.url),
    table: forwardTo(world.tableUrl),
    secrets: manager.handle,
  };
  const link = (service: Service): Promise<Link> => startLink(handles[service], errorsOf[service]);
  const links = {
    stytch: await link('stytch'),
    unit: await link('unit'),
    table: await link('table'),
    secrets: await link('secrets'),
  };
  const piece = pieces.functions.find((one) => one.name === name);
  if (piece === undefined) throw new Error(`the template has no function ${name}`);
  const lines: string[] = [];
  const host = new FunctionHost({
    piece,
    bundle: path.resolve('dist/functions', name),
    environment: lambdaEnvironment(piece, {
      stytchUrl: links.stytch.url,
      unitUrl: links.unit.url,
      tableUrl: links.table.url,
      secretsUrl: links.secrets.url,
    }),
    concurrency: 1,
    onLine: (line) => lines.push(line),
  });
  const gateway = createGateway(pieces.api, (_name, event) => host.invoke(event));
  const front = await listenGateway(gateway, 0);
  return {
    apiUrl: front.url,
    links,
    secrets,
    lines,
    pid: () => host.pids[0],
    start: () => host.warm(),
    listKeys: () => {
      areKeysOld = false;
    },
    async close() {
      await front.close();
      await host.close();
      await Promise.all(services.map((service) => links[service].close()));
    },
  };
}

async function withOtherKeys(response: Response): Promise<Response> {
  const { keys } = (await response.json()) as { readonly keys: readonly { readonly kid: string }[] };
  return Response.json({ keys: keys.map((key) => ({ ...key, kid: `${key.kid}-before` })) });
}

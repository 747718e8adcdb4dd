// The token function in one process, as Lambda runs it, with a probe of its memory; exchanges go through the gateway.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { functionNames, routes } from '../../functions/contract/routes.ts';
import { type Endpoints, lambdaEnvironment } from '../../local/lambda-environment.ts';
import { stackName } from '../../local/synthesize.ts';
import { FunctionHost } from '../../simulators/aws/function-host.ts';
import { createGateway } from '../../simulators/aws/gateway.ts';
import { readTemplate } from '../../simulators/aws/template.ts';
import { readDevTemplate } from '../support/world.ts';

export interface Probe {
  /** Bytes of the heap, and of what its objects hold outside of it. */
  readonly memory: number;
  readonly rss: number;
  readonly timers: number;
  /** Sockets, pipes and requests under way. */
  readonly handles: number;
  /** Open files and sockets, idle ones too. */
  readonly descriptors: number;
  readonly cpuMs: number;
}

export interface TokenFunction {
  /** One exchange; the status, and the code of a problem. */
  exchange(jwt: string, scope: string): Promise<string>;
  /** What is left after a collection of garbage. */
  probe(): Promise<Probe>;
  readonly pid: () => number | undefined;
  close(): Promise<void>;
}

const MARK = 'soak-probe ';

/** Starts it; `bundles` holds the folder of the built function. */
export async function startTokenFunction(bundles: string, endpoints: Endpoints): Promise<TokenFunction> {
  const pieces = readTemplate(readDevTemplate(), { stackName, functionNames, apiUrl: 'http://127.0.0.1' });
  const piece = pieces.functions.find(({ name }) => name === 'token');
  if (piece === undefined) throw new Error('the template has no token function');
  let onProbe: (line: string) => void = () => {};
  const host = new FunctionHost({
    piece,
    bundle: path.resolve(bundles, 'token'),
    environment: {
      ...lambdaEnvironment(piece, endpoints),
      NODE_OPTIONS: `--import=${pathToFileURL(path.resolve('test/soak/probe.mjs')).href}`,
    },
    concurrency: 1,
    onLine: (line) => {
      if (line.startsWith(MARK)) onProbe(line.slice(MARK.length));
    },
  });
  const gateway = createGateway(pieces.api, (_name, event) => host.invoke(event));
  await host.warm();
  return {
    pid: () => host.pids[0],
    async exchange(jwt, scope) {
      const body = Buffer.from(JSON.stringify({ scopes: [scope] }));
      const response = await gateway.answer({
        method: 'POST',
        target: routes.exchangeToken.path,
        protocol: 'HTTP/1.1',
        headers: [
          ['host', 'api.example.com'],
          ['content-type', 'application/json'],
          ['authorization', `Bearer ${jwt}`],
        ],
        body,
        bodyBytes: body.length,
        sourceIp: '203.0.113.7',
      });
      const text = await response.text();
      return response.status === 201 ? '201' : `${response.status} ${text.slice(0, 200)}`;
    },
    probe: () =>
      new Promise((resolve, reject) => {
        const [pid] = host.pids;
        if (pid === undefined) return reject(new Error('the process has ended'));
        onProbe = (line) => resolve(JSON.parse(line) as Probe);
        process.kill(pid, 'SIGUSR2');
      }),
    close: () => host.close(),
  };
}

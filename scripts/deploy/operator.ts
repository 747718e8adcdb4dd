// The operators' commands against the deployed stack, as docs/deploy.md has them typed: secrets, doctor, smoke.
import { createServer, request as forward } from 'node:http';
import * as z from 'zod/mini';
import { parseJson } from '../../functions/adapters/json.ts';
import { region, rootKeys } from './emulator.ts';
import { run, tail } from './run.ts';

export interface Facade {
  readonly url: string;
  close(): void;
}

/**
 * CloudFormation with other addresses in its answers: the stack tells the vendors' own hosts and a name of the
 * emulator's that few resolvers know; here are the simulators, and a path.
 */
export async function startFacade(emulator: string, addresses: ReadonlyMap<string, string>): Promise<Facade> {
  const server = createServer((incoming, outgoing) => {
    // The headers stay as they were signed.
    const { method, url = '/', headers } = incoming;
    const onward = forward(new URL(url, emulator), { method, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        let text = Buffer.concat(chunks).toString();
        for (const [from, to] of addresses) text = text.replaceAll(from, to);
        const type = answer.headers['content-type'] ?? 'text/xml';
        outgoing.writeHead(answer.statusCode ?? 502, { 'content-type': type }).end(text);
      });
    });
    onward.on('error', () => outgoing.writeHead(502).end());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

export interface CommandRun {
  /** Beside the AWS of the emulator. */
  readonly env?: Readonly<Record<string, string>>;
  /** Open files that the command gets as its own from 3 on. */
  readonly files?: readonly number[];
}

export interface CommandEnd {
  readonly isGood: boolean;
  /** The JSON document. */
  readonly document: Readonly<Record<string, unknown>>;
  /** The end of what it printed. */
  readonly output: string;
}

export type Operator = (
  name: 'secrets' | 'doctor' | 'smoke',
  args: readonly string[],
  options?: CommandRun,
) => Promise<CommandEnd>;

const documentSchema = z.record(z.string(), z.unknown());

/** Somebody with AWS credentials for the emulator, who meets CloudFormation at the facade. */
export const createOperator =
  (emulator: string, facade: Facade, folder: string, signal: AbortSignal): Operator =>
  async (name, args, { env = {}, files = [] } = {}) => {
    const command = ['--import', 'tsx', `ops/${name}.ts`, '--stage', 'dev', ...args, '--json'];
    const { isGood, stdout, output } = await run(process.execPath, command, {
      env: {
        PATH: process.env['PATH'],
        HOME: folder,
        AWS_ENDPOINT_URL: emulator,
        AWS_ENDPOINT_URL_CLOUDFORMATION: facade.url,
        AWS_REGION: region,
        AWS_EC2_METADATA_DISABLED: 'true',
        ...rootKeys,
        ...env,
      },
      seconds: 60,
      signal,
      files,
    });
    const document = documentSchema.safeParse(parseJson(stdout));
    if (!document.success) throw new Error(`${name} told nothing:\n${tail(output)}`);
    return { isGood, document: document.data, output: tail(output, 20) };
  };

// MiniStack, an emulator of AWS: installed into a virtual environment of its own, corrected, started on loopback.
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { installPython } from '../python.ts';
import { edited, type SourceEdit } from '../source-edits.ts';
import { killGroup, type RunOptions, tail } from './run.ts';

/** What of the emulator differs from AWS and has one place: each makes it stricter or whole, none looser. */
const corrections: readonly SourceEdit[] = [
  {
    // An alarm on an expression is refused; kept, it is as idle as every other alarm there.
    file: 'ministack/services/cloudformation/provisioners.py',
    find: `    if props.get("Metrics"):
        raise ValueError(
            "AWS::CloudWatch::Alarm Properties.Metrics (metric math) is not supported; "
            "use MetricName and Namespace."
        )`,
    replace: `    if props.get("Metrics"):
        props = {**props, "MetricName": "expression", "Namespace": "expression"}`,
  },
  {
    // `Ref` of a secret is its ARN; the emulator gives the name, and the function's settings and role need the ARN.
    file: 'ministack/services/cloudformation/engine.py',
    find: `        if ref in resources and "PhysicalResourceId" in resources[ref]:
            return resources[ref]["PhysicalResourceId"]
        return ref`,
    replace: `        if resources.get(ref, {}).get("ResourceType") == "AWS::SecretsManager::Secret":
            return resources[ref]["Attributes"]["Arn"]
        if ref in resources and "PhysicalResourceId" in resources[ref]:
            return resources[ref]["PhysicalResourceId"]
        return ref`,
  },
  {
    // A template writes `AllowOrigins`, the API of the service `allowOrigins`; the emulator keeps the one and reads the other.
    file: 'ministack/services/apigateway.py',
    find: `    cors_cfg = api.get("corsConfiguration") or {}`,
    replace: `    cors_cfg = {k[:1].lower() + k[1:]: v for k, v in (api.get("corsConfiguration") or {}).items()}`,
  },
];

/** Installs the pinned emulator below `folder` and gives the path of its program. @throws as `installPython` */
export async function installEmulator(folder: string, options: Omit<RunOptions, 'seconds'>): Promise<string> {
  const venv = await installPython(folder, 'scripts/deploy/requirements.txt', options);
  const [python = ''] = await readdir(path.join(venv, 'lib'));
  for (const correction of corrections) {
    const file = path.join(venv, 'lib', python, 'site-packages', correction.file);
    await writeFile(file, edited(await readFile(file, 'utf8'), correction));
  }
  return path.join(venv, 'bin/ministack');
}

export interface Emulator {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Starts it with IAM enforced, on a free port. The functions run as its children, by this very Node.
 * @throws Error with the end of its log when it does not come up
 */
export async function startEmulator(program: string, folder: string): Promise<Emulator> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const log = createWriteStream(path.join(folder, 'emulator.log'));
  const child = spawn(program, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    // Nothing of the developer's environment reaches the functions.
    env: {
      PATH: `${path.dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
      HOME: folder,
      TMPDIR: folder,
      GATEWAY_PORT: String(port),
      BIND_HOST: '127.0.0.1',
      AUTH: 'true',
      ...rootKeys,
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      NODE_OPTIONS: `--import=${new URL('loopback-only.mjs', import.meta.url).href}`,
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      log.write(text);
    });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const stop = async (): Promise<void> => {
    killGroup(child.pid, 'SIGTERM');
    await Promise.race([ended, sleep(5000)]);
    // The functions too, which outlive an emulator that is not given the time.
    killGroup(child.pid, 'SIGKILL');
    log.end();
  };
  for (let i = 0; i < 150 && child.pid !== undefined && child.exitCode === null; i++) {
    const isUp = await fetch(`${url}/_ministack/health`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isUp) return { url, stop };
    await sleep(200);
  }
  await stop();
  throw new Error(`the emulator does not come up:\n${tail(output)}`);
}

/** The emulator's root user, of the account that it invents. */
export const rootKeys = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' } as const;
export const account = '000000000000';
export const region = 'us-east-1';

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

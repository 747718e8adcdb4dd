// The operator's own vendor credentials: from a file descriptor, the environment or a prompt without echo, in this order.
// Never from the command line, where other users of the machine could read them; never printed, never stored.
import { readFileSync } from 'node:fs';
import type { Secret } from '../../functions/adapters/secrets.ts';
import { Stop } from './stop.ts';

export interface CredentialSource {
  /** For people, such as `Unit org token`. */
  readonly title: string;
  /** The variable of the environment. */
  readonly variable: string;
  /** The option that names a file descriptor, as typed. */
  readonly option: string;
  /** Its value. */
  readonly fd: number | undefined;
}

/**
 * Reads one credential.
 * @throws Stop `credential_missing` where there is none and nobody to ask
 */
export async function readCredential(
  source: CredentialSource,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Secret> {
  const { title, variable, option, fd } = source;
  const given = fd === undefined ? environment[variable] : readDescriptor(fd, option);
  const text = (given ?? (await ask(source))).trim();
  // What no vendor issues would end in an error of the HTTP client, and that would quote it.
  if (!/^[\x21-\x7e]{8,9000}$/.test(text)) {
    throw new Stop('usage', 'credential_malformed', `The ${title} has characters or a length that none has.`);
  }
  return fixedSecret(text);
}

/** A value that is at hand as the adapters take it. */
export function fixedSecret(text: string): Secret {
  const read = async () => ({ value: text });
  return { read, readFresh: read, renew: async () => null };
}

function readDescriptor(fd: number, option: string): string {
  try {
    return readFileSync(fd, 'utf8');
  } catch {
    throw new Stop(
      'usage',
      'credential_missing',
      `File descriptor ${fd} of ${option} cannot be read. npm run hands on none above 2: start it by node --import tsx ops/<command>.ts.`,
    );
  }
}

async function ask({ title, variable, option }: CredentialSource): Promise<string> {
  if (!process.stdin.isTTY) {
    throw new Stop(
      'usage',
      'credential_missing',
      `The ${title} is missing: set ${variable} or use ${option}.`,
    );
  }
  const { default: password } = await import('@inquirer/password');
  return password({ message: title, mask: false }, { output: process.stderr });
}

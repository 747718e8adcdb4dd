// The options of a developers' command, read alike by all of them: --help says what there is, and what is not there
// begins nothing.
import { type ParseArgsConfig, parseArgs } from 'node:util';

/**
 * Reads the process's own arguments. Ends the process after --help, with the usage on stdout, and where the arguments
 * cannot be followed.
 */
export function readOptions<const Config extends ParseArgsConfig>(
  usage: string,
  config: Config,
): ReturnType<typeof parseArgs<Config>> {
  if (process.argv.slice(2).some((arg) => arg === '--help' || arg === '-h')) {
    process.stdout.write(`${usage.trimEnd()}\n`);
    process.exit(0);
  }
  try {
    return parseArgs(config);
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    // Node's own advice, after its first sentence, is about arguments that begin with a dash.
    return misused(words.split(/\. |\n/)[0] ?? words);
  }
}

/** Ends the process: the command line cannot be followed, and nothing was begun. */
export function misused(sentence: string): never {
  process.stderr.write(`${sentence.replace(/\.$/, '')}. --help says what there is.\n`);
  process.exit(2);
}

/** The number that was given by an option; ends the process where it is none, or below the least. */
export function wholeNumber(option: string, text: string, least: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
  return misused(`${option} takes a whole number of at least ${least}, not '${text}'`);
}

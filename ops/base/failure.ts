// What went wrong outside of the rules, as the end of a command.
import { ServiceError, type UpstreamFault } from '../../functions/core/errors.ts';
import { Stop } from './stop.ts';

/** What is no refusal of ours is a failure: told by its names, never by a message of a vendor. */
export function toStop(error: unknown): Stop {
  if (error instanceof Stop) return error;
  if (error instanceof ServiceError) return vendorFailure(error);
  if (error instanceof Error && error.name === 'ExitPromptError') {
    return new Stop('refused', 'not_confirmed', 'Nothing was confirmed.');
  }
  const name = error instanceof Error ? error.name : 'no error at all';
  const frames = error instanceof Error ? ownFrames(error) : [];
  const where = frames.length === 0 ? '' : ` (${frames.join(' < ')})`;
  return new Stop('failed', 'unexpected', `A fault of this command: ${name}${where}`, {
    errorName: name,
    frames,
  });
}

const MOST_FRAMES = 5;

/** Where in this repository it was thrown, the innermost first; a message may stand above the frames and hold anything. */
export function ownFrames({ stack = '' }: Error): readonly string[] {
  const frame = /^ {4}at .*?((?:ops|functions|lib)\/[\w./-]+\.m?[jt]s:\d+):\d+\)?$/;
  return stack
    .split('\n')
    .filter((line) => !line.includes('/node_modules/'))
    .flatMap((line) => frame.exec(line)?.[1] ?? [])
    .slice(0, MOST_FRAMES);
}

function vendorFailure({ code, details: { upstream, reason } }: ServiceError): Stop {
  const { provider, operation, ...rest }: UpstreamFault = upstream ?? {
    provider: 'aws',
    operation: 'unknown',
  };
  const words = [
    `${provider} ${operation}: ${code}`,
    ...(reason === undefined ? [] : [reason]),
    ...Object.entries(rest).map(([name, value]) => `${name} ${value}`),
  ];
  const hint = provider === 'aws' ? 'Check your AWS credentials and region.' : hints[provider];
  const isOurs = provider === 'aws' || rest.status === 401 || rest.status === 403;
  const sentence = `${words.join(', ')}.${isOurs ? ` ${hint}` : ' It is safe to run the command again.'}`;
  return new Stop('failed', code, sentence, { provider, operation, reason, ...rest });
}

const hints = {
  stytch: 'Check the project secret.',
  unit: 'Check the org token and its scopes.',
} as const;

// A step of the journey in words: what was called, what came back, and what that shows.
import { mask } from './mask.ts';
import type { JourneyStep } from './walk-journey.ts';

/** The lines of a step; of an answer no more than 300 characters. */
export const describeStep = (
  number: number,
  { title, proves, exchanges }: JourneyStep,
): readonly string[] => [
  `${number}. ${title}`,
  ...exchanges.flatMap(({ method, url, status, body }) => [
    `   ${method} ${new URL(url).pathname}  ->  ${status}`,
    `      ${shown(body)}`,
  ]),
  `   => ${proves}`,
];

/** The answer on one line, masked. */
function shown(body: unknown): string {
  const text = JSON.stringify(mask(body));
  return text.length > 300 ? `${text.slice(0, 300)}...` : text;
}

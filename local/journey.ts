// `npm run journey`: starts everything on free ports, walks the journey, and says what each step has shown.
import { readOptions } from '../scripts/options.ts';
import { describeStep } from './describe-step.ts';
import { JourneyFailed } from './journey-client.ts';
import { type JourneyStep, walkJourney } from './walk-journey.ts';
import { startWorld } from './world.ts';

const usage = `Usage: npm run journey

Starts everything on free ports, with simulated vendors, walks the journey from sign-up to customer token, and says
what each step has shown.

  --help  this

Ends with status 1 at the step that fails.`;

readOptions(usage, {});

const print = (text: string): void => void process.stdout.write(`${text}\n`);

let count = 0;

function show(step: JourneyStep): void {
  count += 1;
  print(`\n${describeStep(count, step).join('\n')}`);
}

async function main(): Promise<number> {
  const world = await startWorld({ isBuilding: true });
  try {
    await walkJourney(world, show);
    print(`\nThe journey is complete: ${count} steps.`);
    return 0;
  } catch (error) {
    if (!(error instanceof JourneyFailed)) throw error;
    print(`\nFAILED after step ${count}: ${error.message}`);
    return 1;
  } finally {
    await world.close();
  }
}

process.exitCode = await main();

// `npm run journey`: starts everything on free ports, walks the journey, and says what each step has shown.
import { describeStep } from './describe-step.ts';
import { JourneyFailed } from './journey-client.ts';
import { type JourneyStep, walkJourney } from './walk-journey.ts';
import { startWorld } from './world.ts';

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

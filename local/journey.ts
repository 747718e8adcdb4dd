// `npm run journey`: starts everything on free ports, walks the journey, and says what each step has shown.
import { JourneyFailed } from './journey-client.ts';
import { type JourneyStep, walkJourney } from './walk-journey.ts';
import { startWorld } from './world.ts';

const print = (text: string): void => void process.stdout.write(`${text}\n`);

let count = 0;

function show({ title, proves, exchanges }: JourneyStep): void {
  count += 1;
  print(`\n${count}. ${title}`);
  for (const { method, url, status, body } of exchanges) {
    print(`   ${method} ${new URL(url).pathname}  ->  ${status}`);
    print(`      ${masked(body)}`);
  }
  print(`   => ${proves}`);
}

/** The answer on one line, with everything that opens something cut short. */
function masked(body: unknown): string {
  const text = JSON.stringify(body, (key, value: unknown) =>
    typeof value === 'string' && (value.length > 60 || /token|secret|pan|cvv/i.test(key))
      ? `${value.slice(0, 12)}...`
      : value,
  );
  return text.length > 300 ? `${text.slice(0, 300)}...` : text;
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

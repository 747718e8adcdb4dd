// What `npm run test:deploy` says: each step with its time, each check, and one last line.

export class CheckFailed extends Error {}

export interface Progress {
  /** Runs one step and says how long it took. */
  step<T>(title: string, work: () => Promise<T>): Promise<T>;
  /** @throws CheckFailed: what comes after a failed check would show nothing */
  check(title: string, isGood: boolean, seen?: unknown): void;
  readonly passed: () => number;
}

export const say = (line: string): void => void process.stdout.write(`${line}\n`);

export function createProgress(): Progress {
  let passed = 0;
  return {
    async step(title, work) {
      const startedAt = Date.now();
      const result = await work();
      say(`${((Date.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${title}`);
      return result;
    },
    check(title, isGood, seen) {
      if (!isGood) throw new CheckFailed(seen === undefined ? title : `${title}: ${JSON.stringify(seen)}`);
      passed += 1;
      say(`      ok  ${title}`);
    },
    passed: () => passed,
  };
}

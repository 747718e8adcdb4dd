// Builds the bundles once for all tests that run them.
import { execFileSync } from 'node:child_process';

/** In a process of its own, since Jest's transform is not the deploy's. */
export default function buildOnce(): void {
  execFileSync(process.execPath, ['--import', 'tsx', 'scripts/build.ts'], { stdio: 'inherit' });
}

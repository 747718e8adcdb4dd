// Jest's global setup of the tests that run the built bundles; `npm test` has prepared them before all of them.
import { execFileSync } from 'node:child_process';

/** In a process of its own, since Jest's transform is not the deploy's. Jest calls it once for each project. */
export default function buildOnce(): void {
  if (process.env['BRIDGE_PREPARED'] === '1') return;
  execFileSync(process.execPath, ['--import', 'tsx', 'test/support/prepare.ts'], { stdio: 'inherit' });
  process.env['BRIDGE_PREPARED'] = '1';
}

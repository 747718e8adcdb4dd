// A world with the demo beside its API: the recorder and the faults around its parts, and the pages on its port.
import { type Stage, stages } from '../../lib/stages.ts';
import type { Handle } from '../../simulators/server.ts';
import { createDocs } from '../docs/pages.ts';
import { createDocsHandle, docsBase, isDocsPath } from '../docs/serve.ts';
import { onlyOwnOrigin } from '../own-origin.ts';
import type { Backend } from '../tap.ts';
import { startWorld, type World, type WorldOptions } from '../world.ts';
import { createActions } from './actions.ts';
import { createDemoFaults, type DemoFaults } from './faults.ts';
import { createRecorder } from './recorder.ts';
import { createDemoHandle, isDemoPath } from './server.ts';
import { createTrace, type Trace } from './trace.ts';

export interface Demo {
  readonly world: World;
  readonly trace: Trace;
  readonly faults: DemoFaults;
  /** As people type it: passkeys and the callback know this name, and no address. */
  readonly pageUrl: string;
  close(): Promise<void>;
}

/** Stage `dev` as it would be written for this port. */
export const stageOn = (port: number): Stage => ({
  ...stages.dev,
  allowedOrigins: [`http://localhost:${port}`],
  redirectUrls: [`http://localhost:${port}/callback`],
  problemTypeBaseUrl: `http://localhost:${port}/docs/problems/`,
});

/** Browsers call the vendors, as they do the real ones; the table and the secrets are the functions' and operators' alone. */
const isOpenToPages = (backend: Backend): boolean => backend === 'stytch' || backend === 'unit';

/** @throws as `startWorld` */
export async function startDemo(options: WorldOptions = {}): Promise<Demo> {
  let world: World | undefined;
  let demo: Handle = async () => Response.json({ error: 'starting' }, { status: 503 });
  let docs = demo;
  const trace = createTrace();
  const recorder = createRecorder(trace);
  const faults = createDemoFaults({
    refuse: async (backend, isRefusing) => world?.refuse(backend, isRefusing),
    restartFunctions: async () => {
      const names = world?.functions().map(({ name }) => name) ?? [];
      await Promise.all(names.map(async (name) => world?.restartFunction(name)));
    },
  });
  try {
    world = await startWorld({
      stageOn,
      ...options,
      tap: {
        mark: recorder.mark,
        refused: recorder.refused,
        aroundGateway: recorder.aroundGateway,
        around: (backend, handle) => {
          const watched = recorder.around(backend, faults.around(backend, handle));
          return isOpenToPages(backend) ? watched : onlyOwnOrigin(watched);
        },
      },
      pages: (path) =>
        isDemoPath(path)
          ? (request) => demo(request)
          : isDocsPath(path)
            ? (request) => docs(request)
            : undefined,
    });
  } catch (error) {
    recorder.close();
    throw error;
  }
  const { apiUrl, stytch, unit, close } = world;
  const { port } = new URL(apiUrl);
  const pageUrl = `http://localhost:${port}`;
  // A setting of the org: with it only one person could try each of the sandbox's SSNs.
  unit.controls.switches.preventDuplicateIndividualApplications = false;
  const places = {
    apiUrl: pageUrl,
    stytchControlUrl: stytch.controlUrl,
    unitUrl: unit.url,
    unitControlUrl: unit.controlUrl,
  };
  const actions = createActions(world);
  const site = { base: docsBase, problemTypeBaseUrl: stageOn(Number(port)).problemTypeBaseUrl };
  docs = onlyOwnOrigin(createDocsHandle(await createDocs(site)));
  demo = onlyOwnOrigin(createDemoHandle({ trace, faults, actions, places }));
  return {
    world,
    trace,
    faults,
    pageUrl,
    close: async () => {
      recorder.close();
      await close();
    },
  };
}

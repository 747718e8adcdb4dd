// What stands on the API's port beside it: the demo page with its routes, and the reference pages. Loopback only.
import * as z from 'zod/mini';
import { goneOf, type Handle } from '../../simulators/server.ts';
import { ageRequest, cardRequest, type createActions, outcomeRequest, Refused } from './actions.ts';
import { pageFile, pageScript } from './bundle.ts';
import { type DemoState, faultKinds, faultVendors } from './contract.ts';
import { type DemoFaults, FaultError } from './faults.ts';
import { eventStream, type Trace } from './trace.ts';

export interface DemoParts {
  readonly trace: Trace;
  readonly faults: DemoFaults;
  readonly actions: ReturnType<typeof createActions>;
  readonly places: Omit<DemoState, 'armed'>;
}

type Run = (request: Request, url: URL) => Response | Promise<Response>;

const faultRequest = z.strictObject({
  vendor: z.enum(faultVendors),
  kind: z.enum(faultKinds),
  times: z.exactOptional(z.int().check(z.gte(1))),
});
const healRequest = z.strictObject({ vendor: z.exactOptional(z.enum(faultVendors)) });

/** The paths that are the demo's. */
export const isDemoPath = (path: string): boolean =>
  path === '/' || path === '/callback' || path.startsWith('/demo/');

/** Serves them; everything else of the port is the gateway's. */
export function createDemoHandle({ trace, faults, actions, places }: DemoParts): Handle {
  const page: Run = async () => html(await pageFile('index.html'), places.unitUrl);
  const routes: Readonly<Record<string, Run>> = {
    'GET /': page,
    'GET /callback': page,
    'GET /demo/app.js': async () => text(await pageScript(), 'text/javascript'),
    'GET /demo/style.css': async () => text(await pageFile('style.css'), 'text/css'),
    'GET /demo/events': (request) =>
      eventStream(trace, Number(request.headers.get('last-event-id') ?? 0) || 0, goneOf(request)),
    'GET /demo/state': () => json({ ...places, armed: faults.menu().armed } satisfies DemoState),
    'GET /demo/inbox': (_, { searchParams }) => json(actions.inbox(searchParams.get('email') ?? '')),
    'POST /demo/outcome': async (request) => json(actions.outcome(await read(request, outcomeRequest))),
    'POST /demo/cards': async (request) => json(actions.card(await read(request, cardRequest)), 201),
    'POST /demo/age': async (request) => json(actions.age(await read(request, ageRequest))),
    'GET /demo/faults': () => json(faults.menu()),
    'POST /demo/faults': async (request) => {
      await faults.arm(await read(request, faultRequest));
      return json(faults.menu());
    },
    'DELETE /demo/faults': async (request) => {
      await faults.heal((await read(request, healRequest)).vendor);
      return json(faults.menu());
    },
  };
  return async (request) => {
    const url = new URL(request.url);
    try {
      const run = routes[`${request.method === 'HEAD' ? 'GET' : request.method} ${url.pathname}`];
      if (run === undefined) throw new Refused(404, `there is no ${request.method} ${url.pathname}`);
      return await run(request, url);
    } catch (error) {
      if (error instanceof Refused) return json({ error: error.message }, error.status);
      if (error instanceof FaultError) return json({ error: error.message }, 400);
      throw error;
    }
  };
}

/** @throws Refused */
async function read<Schema extends z.ZodMiniType>(
  request: Request,
  schema: Schema,
): Promise<z.output<Schema>> {
  const raw = await request.text();
  const parsed = z.safeParse(schema, parsedJson(raw === '' ? '{}' : raw));
  if (!parsed.success) throw new Refused(400, z.prettifyError(parsed.error));
  return parsed.data;
}

function parsedJson(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    throw new Refused(400, 'the body is not JSON');
  }
}

const noStore = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

export const json = (body: unknown, status = 200): Response =>
  Response.json(body, { status, headers: noStore });

const text = (body: string, mediaType: string): Response =>
  new Response(body, { headers: { ...noStore, 'content-type': `${mediaType}; charset=utf-8` } });

/** The page, which may load its own files and call its own origin and Unit; nothing else, and nothing may frame it. */
function html(body: string, unitUrl: string): Response {
  const response = text(body, 'text/html');
  response.headers.set(
    'content-security-policy',
    `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self' ${unitUrl}; ` +
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  );
  response.headers.set('referrer-policy', 'no-referrer');
  return response;
}

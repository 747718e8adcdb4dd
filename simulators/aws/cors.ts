// CORS as an HTTP API does it: the gateway answers preflights itself and adds its own headers to every answer.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
import type { GatewayRequest } from './gateway-request.ts';
import { joinedHeaders } from './gateway-request.ts';
import type { Cors } from './template.ts';

/** The answer to a preflight; `undefined` when this is none, or the API has no CORS. */
export function preflight(request: GatewayRequest, cors: Cors | undefined): Response | undefined {
  if (cors === undefined || request.method !== 'OPTIONS') return undefined;
  const headers = joinedHeaders(request);
  const method = headers['access-control-request-method'];
  if (headers['origin'] === undefined || method === undefined) return undefined;
  const answer = new Response(null, { status: 204 });
  const asked = (headers['access-control-request-headers'] ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');
  const isAllowed =
    isAllowedOrigin(headers['origin'], cors) &&
    has(cors.allowMethods, method) &&
    asked.every((name) => has(cors.allowHeaders.map(lower), name));
  if (!isAllowed) return answer;
  setOrigin(answer, headers['origin'], cors);
  answer.headers.set('access-control-allow-methods', cors.allowMethods.join(','));
  if (cors.allowHeaders.length > 0)
    answer.headers.set('access-control-allow-headers', cors.allowHeaders.join(','));
  if (cors.maxAge !== undefined) answer.headers.set('access-control-max-age', String(cors.maxAge));
  return answer;
}

/** Headers of the function's own making are dropped: with CORS configured only the gateway's count. */
export function addCors(answer: Response, request: GatewayRequest, cors: Cors | undefined): Response {
  if (cors === undefined) return answer;
  const own = [...answer.headers.keys()].filter((name) => name.startsWith('access-control-'));
  for (const name of own) answer.headers.delete(name);
  const { origin } = joinedHeaders(request);
  if (origin === undefined || !isAllowedOrigin(origin, cors)) return answer;
  setOrigin(answer, origin, cors);
  if (cors.exposeHeaders.length > 0)
    answer.headers.set('access-control-expose-headers', cors.exposeHeaders.join(','));
  return answer;
}

function setOrigin(answer: Response, origin: string, cors: Cors): void {
  answer.headers.set('access-control-allow-origin', cors.allowOrigins.includes('*') ? '*' : origin);
  if (cors.allowCredentials) answer.headers.set('access-control-allow-credentials', 'true');
}

/** `*`, `https://*` and `http://*` are the wildcards that an HTTP API knows. */
const isAllowedOrigin = (origin: string, { allowOrigins }: Cors): boolean =>
  allowOrigins.some(
    (allowed) =>
      allowed === '*' ||
      allowed === origin ||
      (allowed.endsWith('://*') && origin.startsWith(allowed.slice(0, -1))),
  );

const has = (allowed: readonly string[], wanted: string): boolean =>
  allowed.includes('*') || allowed.includes(wanted);

const lower = (text: string): string => text.toLowerCase();

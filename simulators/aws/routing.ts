// Which route of an HTTP API takes a request: the most specific path first, then a named method before ANY, then $default.
import type { RoutePiece } from './template.ts';

export interface RouteMatch {
  readonly routeKey: string;
  readonly route: RoutePiece;
  readonly parameters: Readonly<Record<string, string>> | undefined;
}

interface Candidate {
  readonly route: RoutePiece;
  /** A digit per segment: 0 literal, 1 parameter, 2 greedy; then 0 for a named method, 1 for ANY. The least wins. */
  readonly rank: string;
  readonly parameters: Readonly<Record<string, string>> | undefined;
}

/** `undefined`: the gateway answers 404 itself, for an unknown path and an unknown method alike. */
export function matchRoute(
  routes: readonly RoutePiece[],
  method: string,
  path: string,
): RouteMatch | undefined {
  const [best] = routes
    .flatMap((route) => candidate(route, method, path))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1));
  const fallback = routes.find((route) => route.routeKey === '$default');
  const route = best?.route ?? fallback;
  return route && { routeKey: route.routeKey, route, parameters: best?.parameters };
}

function candidate(route: RoutePiece, method: string, path: string): Candidate[] {
  const [wantedMethod = '', pattern = ''] = route.routeKey.split(' ');
  if (pattern === '' || (wantedMethod !== 'ANY' && wantedMethod !== method)) return [];
  const wanted = pattern.split('/');
  const have = path.split('/');
  const parameters: [string, string][] = [];
  let rank = '';
  for (const [index, segment] of wanted.entries()) {
    const name = /^\{([^+}]+)(\+?)\}$/.exec(segment);
    const value = have[index];
    if (value === undefined) return [];
    if (name === null) {
      if (segment !== value) return [];
      rank += '0';
    } else if (name[2] === '+') {
      parameters.push([name[1] ?? '', have.slice(index).join('/')]);
      rank += '2';
      break;
    } else {
      if (value === '') return [];
      parameters.push([name[1] ?? '', value]);
      rank += '1';
    }
    if (index === wanted.length - 1 && have.length > wanted.length) return [];
  }
  rank += wantedMethod === 'ANY' ? '1' : '0';
  return [{ route, rank, parameters: parameters.length === 0 ? undefined : Object.fromEntries(parameters) }];
}

// The page behind a mailed link: it sends the browser on to the registered URL with the token.
import { tokenType } from './links.ts';
import type { World } from './world.ts';

/** Answers a click on a mailed link, used up or not: assumed, since the app learns that when it authenticates. A HEAD, as link scanners send it, learns nothing. */
export function hopPage(world: World, request: Request): Response {
  const token = new URL(request.url).searchParams.get('token') ?? '';
  const link = world.deliveries.link(token);
  if (link?.redirectUrl === undefined) return page('This link is not known.', 404);
  if (request.method !== 'GET') return new Response(null, { status: request.method === 'HEAD' ? 200 : 405 });
  const target = new URL(link.redirectUrl);
  target.searchParams.set('stytch_token_type', tokenType(link.kind));
  target.searchParams.set('token', token);
  return page('Sending you on.', 302, { location: target.href });
}

function page(text: string, status: number, headers: Record<string, string> = {}): Response {
  return new Response(`<!doctype html><meta charset="utf-8"><title>Sign in</title><p>${text}</p>`, {
    status,
    headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store', ...headers },
  });
}

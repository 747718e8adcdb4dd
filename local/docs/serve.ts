// The docs over HTTP, beside the API of `npm start`.
import type { Handle } from '../../simulators/server.ts';
import type { Docs, Page } from './pages.ts';

export const docsBase = '/docs';

export const isDocsPath = (path: string): boolean => path === docsBase || path.startsWith(`${docsBase}/`);

/** With or without a slash at the end. */
export function createDocsHandle({ pages, notFound }: Docs): Handle {
  return async ({ url, method }) => {
    if (method !== 'GET' && method !== 'HEAD')
      return new Response(null, { status: 405, headers: { allow: 'GET, HEAD' } });
    const path = new URL(url).pathname.slice(docsBase.length).replace(/^\/|\/$/g, '');
    const found = pages.get(path) ?? pages.get(`${path}/`);
    return respond(found ?? notFound, found === undefined ? 404 : 200);
  };
}

/** The pages load their style sheet and nothing else. */
const respond = ({ mediaType, text }: Page, status: number): Response =>
  new Response(text, {
    status,
    headers: {
      'content-type': `${mediaType}; charset=utf-8`,
      'cache-control': 'no-store',
      'content-security-policy':
        "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    },
  });

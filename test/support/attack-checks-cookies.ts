// Checks on a session in a cookie: which pages may use it, and that nothing but the browser ever holds it.
import type { AttackCheck } from './attack-check.ts';

const origin = 'functions/http/origin.ts';
const cookie = 'functions/http/session-cookie.ts';
const endpoints = 'functions/http/session-endpoints.ts';

export const cookieChecks = {
  'own-origin': {
    what: 'Where a cookie brings the session only pages of the stage’s own origins change anything.',
    edits: [
      {
        file: 'functions/http/serve.ts',
        find: "if (isCookie && route.method !== 'GET') requireOwnOrigin(incoming, runtime.allowedOrigins());",
        replace: '',
      },
    ],
  },
  'named-origin': {
    what: 'A request that names no origin changes nothing there.',
    edits: [
      {
        file: origin,
        find: "if (origin === undefined) throw refusal('missing');",
        replace: 'if (origin === undefined) return;',
      },
    ],
  },
  'exact-origin': {
    what: 'An origin is the stage’s own to the letter, scheme and port included.',
    edits: [
      {
        file: origin,
        find: 'allowedOrigins.includes(origin)',
        replace: "allowedOrigins.some((own) => origin.includes(own.replace(/^https?:\\/\\/|:\\d+$/g, '')))",
      },
    ],
  },
  'fetch-site': {
    what: 'What the browser itself calls another site is refused, whatever its Origin.',
    edits: [
      {
        file: origin,
        find: "if (site !== 'same-origin' && site !== 'same-site') throw refusal('cross_site');",
        replace: '',
      },
    ],
  },
  'one-cookie': {
    what: 'Two session cookies are neither of them.',
    edits: [{ file: cookie, find: 'if (others.length > 0) {', replace: 'if (false) {' }],
  },
  'exact-cookie': {
    what: 'The cookie has its prefix and name to the letter: what a browser takes for another one is another one.',
    edits: [
      {
        file: cookie,
        find: '.filter((one) => one.startsWith(`${NAME}=`))',
        replace:
          ".map((one) => one.trim().replace(/^session=/, '__Host-session=')).filter((one) => one.startsWith(`${NAME}=`))",
      },
    ],
  },
  'cookie-alone': {
    what: 'Where a cookie brings the session token the body brings none.',
    edits: [
      { file: endpoints, find: '    parseBody(route, route.cookie.request, incoming);\n', replace: '' },
      {
        file: endpoints,
        find: 'parseBody(route, isCookie ? route.cookie.request : route.request, incoming)',
        replace: 'isCookie ? {} : parseBody(route, route.request, incoming)',
      },
    ],
  },
  'body-alone': {
    what: 'Where the body brings the session token no cookie does.',
    edits: [
      {
        file: endpoints,
        find: "    if (sessionTransport() === 'body') {\n",
        replace: "    if (sessionTransport() === 'body' && incoming.cookies.length === 0) {\n",
      },
      {
        file: endpoints,
        find: "const isCookie = sessionTransport() === 'cookie';",
        replace: 'const isCookie = incoming.cookies.length > 0;',
      },
    ],
  },
  'cookie-attributes': {
    what: 'The cookie is out of the reach of scripts, other sites, plain http and other hosts.',
    edits: [
      {
        file: cookie,
        find: "const attributes = 'Path=/; Secure; HttpOnly; SameSite=Strict';",
        replace: "const attributes = 'Path=/; Secure';",
      },
    ],
  },
  'hidden-token': {
    what: 'A session token that a cookie holds stands in no answer.',
    edits: [
      { file: endpoints, find: '{ ...ok(shown), cookies', replace: '{ ...ok(answer), cookies' },
      {
        file: 'functions/http/serve.ts',
        find: '(isCookie ? route.cookie?.answers?.[given.status] : undefined)',
        replace: 'undefined',
      },
    ],
  },
} as const satisfies Record<string, AttackCheck>;

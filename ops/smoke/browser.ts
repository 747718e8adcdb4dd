// What a browser sees: who may call from where, and which headers it lets pages read.
import { type Check, faultsOfHeaders, outcomeOf, skipped } from './check.ts';
import { json, type ProbeRequest } from './probe.ts';

const preflight = (origin: string): ProbeRequest => ({
  method: 'OPTIONS',
  path: '/v1/token',
  headers: {
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization,content-type,idempotency-key',
  },
});

const ALLOWED = 'access-control-allow-origin';
/** Nobody's: the name is reserved (RFC 6761). */
const FOREIGN = 'https://foreign.invalid';
const NO_ORIGIN = 'no allowed origin is known: --origin names one';

/** What pages must be able to read. */
const exposed = ['www-authenticate', 'x-amzn-remapped-www-authenticate', 'retry-after', 'x-request-id'];

export const browserChecks: readonly Check[] = [
  {
    name: 'security_headers',
    async run({ probe }) {
      const reply = await probe({ method: 'GET', path: '/v1/me' });
      return outcomeOf([reply], faultsOfHeaders(reply));
    },
  },
  {
    name: 'cors_allowed_origin',
    async run({ probe, allowedOrigin }) {
      if (allowedOrigin === null) return skipped(NO_ORIGIN);
      const reply = await probe(preflight(allowedOrigin));
      const methods = reply.header('access-control-allow-methods') ?? '';
      const headers = (reply.header('access-control-allow-headers') ?? '').toLowerCase();
      const faults = [
        ...(reply.status >= 200 && reply.status < 300 ? [] : [`status ${reply.status}`]),
        ...(reply.header(ALLOWED) === allowedOrigin ? [] : [`${allowedOrigin} is not allowed`]),
        ...(methods.includes('POST') ? [] : ['POST is not allowed']),
        ...['authorization', 'content-type', 'idempotency-key']
          .filter((name) => !headers.includes(name))
          .map((name) => `header ${name} is not allowed`),
      ];
      return outcomeOf([reply], faults, allowedOrigin);
    },
  },
  {
    name: 'cors_foreign_origin',
    async run({ probe }) {
      const asked = await probe(preflight(FOREIGN));
      const sent = await probe({ method: 'GET', path: '/v1/me', headers: { origin: FOREIGN } });
      const isOpen = [asked, sent].some((reply) => reply.header(ALLOWED) !== null);
      return outcomeOf([asked, sent], isOpen ? ['a foreign origin is allowed'] : []);
    },
  },
  {
    name: 'cors_exposed_headers',
    async run({ probe, allowedOrigin }) {
      if (allowedOrigin === null) return skipped(NO_ORIGIN);
      const headers = { ...json, origin: allowedOrigin };
      const reply = await probe({ method: 'POST', path: '/v1/token', headers, body: '{}' });
      const told = (reply.header('access-control-expose-headers') ?? '').toLowerCase();
      const faults = exposed.filter((name) => !told.includes(name)).map((name) => `${name} is not exposed`);
      return outcomeOf([reply], faults);
    },
  },
];

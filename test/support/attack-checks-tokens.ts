// Checks on the session JWT: where it stands, who signed it, what it says.
import type { AttackCheck } from './attack-check.ts';

const authenticate = 'functions/http/authenticate.ts';
const sessionJwts = 'functions/adapters/stytch/session-jwts.ts';

export const tokenChecks = {
  'bearer-form': {
    what: 'The header is the word Bearer, one space, and three parts of base64url.',
    edits: [
      { file: authenticate, find: 'bearer.exec(header)?.[1]', replace: "header.replace(/^bearer +/i, '')" },
    ],
  },
  algorithm: {
    what: 'RS256 is the only algorithm.',
    edits: [{ file: sessionJwts, find: 'algorithms: ', replace: 'ignoredAlgorithms: ' }],
  },
} as const satisfies Record<string, AttackCheck>;

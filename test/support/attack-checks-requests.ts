// Checks on what is asked: whose ids, which scopes, how the request is written, how often.
import type { AttackCheck } from './attack-check.ts';

export const requestChecks = {} as const satisfies Record<string, AttackCheck>;

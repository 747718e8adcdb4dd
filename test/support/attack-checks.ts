// Every check that an attack of test/security may be stopped by; scripts/disable-checks.ts takes them out one at a time.
import { applicationChecks } from './attack-checks-applications.ts';
import { cookieChecks } from './attack-checks-cookies.ts';
import { requestChecks } from './attack-checks-requests.ts';
import { sessionChecks } from './attack-checks-sessions.ts';
import { tokenChecks } from './attack-checks-tokens.ts';

export const checks = {
  ...tokenChecks,
  ...sessionChecks,
  ...requestChecks,
  ...applicationChecks,
  ...cookieChecks,
} as const;

export type CheckName = keyof typeof checks;

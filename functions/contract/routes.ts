// Every route once: the stack makes the gateway from this table, the handlers serve it, the OpenAPI document describes it.
import { applicationRoutes } from './application-routes.ts';
import { factorRoutes } from './factor-routes.ts';
import type { Route } from './route.ts';
import { signUpRoutes } from './signup-routes.ts';
import { tokenRoutes } from './token-routes.ts';
import { webhookRoutes } from './webhook-routes.ts';

export { type AnswerStatus, type FunctionName, functionNames, type Route } from './route.ts';

/** A function takes its own part alone, since every schema of a bundle costs time at its start. */
export const routes = {
  ...signUpRoutes,
  ...factorRoutes,
  me: tokenRoutes.me,
  ...applicationRoutes,
  exchangeToken: tokenRoutes.exchangeToken,
  ...webhookRoutes,
} as const satisfies Record<string, Route>;

export type RouteName = keyof typeof routes;

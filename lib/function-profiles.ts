// What each function may do to the table, and how long it may run: the one place to change either.
import type { FunctionName } from '../functions/contract/routes.ts';

/** The actions that any function may have: no scan, no batch, no table administration. */
type TableAction = 'Query' | 'GetItem' | 'PutItem' | 'UpdateItem';

export interface FunctionProfile {
  readonly id: string;
  readonly description: string;
  /** The function's own deadline and a margin; the gateway gives up at 30. */
  readonly timeoutSeconds: number;
  /** Who writes needs GetItem too: a write that the SDK sent again is read, to tell whether it met itself. */
  readonly tableActions: readonly TableAction[];
  /** Whether it may query the index `unsettled`. @default false */
  readonly readsUnsettled?: boolean;
}

/** One function each. `id` is a CDK id: frozen, since changing it replaces the function. */
export const functionProfiles = {
  signup: {
    id: 'Signup',
    description: 'Signs users up and in with Stytch',
    timeoutSeconds: 15,
    tableActions: ['GetItem', 'UpdateItem'],
  },
  'step-up': {
    id: 'StepUp',
    description: 'Enrols second factors and adds them to the session',
    timeoutSeconds: 15,
    tableActions: ['Query', 'GetItem', 'PutItem', 'UpdateItem'],
  },
  application: {
    id: 'Application',
    description: "Sends the user's application to Unit and follows it",
    timeoutSeconds: 29,
    tableActions: ['Query', 'GetItem', 'PutItem', 'UpdateItem'],
  },
  token: {
    id: 'Token',
    description: 'Exchanges a stepped-up Stytch session for a Unit customer token',
    timeoutSeconds: 10,
    tableActions: ['Query', 'GetItem', 'PutItem', 'UpdateItem'],
  },
  'unit-webhook': {
    id: 'UnitWebhook',
    description: "Takes Unit's signed events and settles what they name",
    timeoutSeconds: 10,
    tableActions: ['GetItem', 'PutItem', 'UpdateItem'],
  },
  reconcile: {
    id: 'Reconcile',
    description: 'Repairs, every minute, what lost answers and webhooks left unsettled',
    timeoutSeconds: 55,
    tableActions: ['Query', 'GetItem', 'PutItem', 'UpdateItem'],
    readsUnsettled: true,
  },
} as const satisfies Record<FunctionName, FunctionProfile>;

// Where a user who comes back stands: the API knows, and the page goes on from there.
import type { Client, MeAnswer } from '../../../client/index.ts';
import type { StepId } from './demo.ts';
import { memory } from './memory.ts';

const steps = {
  enroll_factor: 'factor',
  step_up: 'factor',
  apply: 'apply',
  complete_form: 'apply',
  upload_documents: 'apply',
  wait_for_decision: 'apply',
  exchange_token: 'step-up',
  contact_support: 'apply',
} as const satisfies Record<MeAnswer['next'], StepId>;

/** The step to go on with; what it needs is remembered, unless the signal has aborted meanwhile. */
export async function standing(client: Client, signal: AbortSignal): Promise<StepId> {
  const { next, applications, customers } = await client.me({ signal });
  signal.throwIfAborted();
  if (next === 'step_up' && memory.get('factor') === undefined) {
    const { factors } = await client.listFactors({ signal });
    signal.throwIfAborted();
    const second = factors.find(
      ({ kind, isVerified }) => isVerified && (kind === 'totp' || kind === 'passkey'),
    );
    if (second) memory.set('factor', second.kind);
  }
  if (next === 'enroll_factor') memory.forget('factor');
  const open = applications.findLast(
    ({ status }) => !['Denied', 'Canceled', 'NotSubmitted'].includes(status),
  );
  if (open) memory.set('applicationId', open.applicationId);
  else memory.forget('applicationId');
  const customer = customers.find(({ status }) => status === 'Active');
  if (customer) memory.set('customerId', customer.customerId);
  return steps[next];
}

// Where this user stands: factors, applications, customers, and the next step.
import * as z from 'zod/mini';
import { factorKind, timestamp } from './common.ts';

export const meAnswer = z.object({
  userId: z.string(),
  factors: z.array(z.object({ kind: factorKind, lastAuthenticatedAt: z.nullable(timestamp) })),
  applications: z.array(z.object({ applicationId: z.string(), type: z.string(), status: z.string() })),
  customers: z.array(z.object({ customerId: z.string(), type: z.string(), status: z.string() })),
  next: z.enum([
    'enroll_factor',
    'step_up',
    'apply',
    'complete_form',
    'upload_documents',
    'wait_for_decision',
    'exchange_token',
    'contact_support',
  ]),
});
export type MeAnswer = z.infer<typeof meAnswer>;

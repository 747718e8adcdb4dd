// The exchange: scopes in, a Unit customer token out.
import * as z from 'zod/mini';
import { unitId } from './common.ts';

export const exchangeTokenRequest = z.strictObject({
  scopes: z.array(z.string().check(z.minLength(1), z.maxLength(64))).check(z.minLength(1), z.maxLength(32)),
  customerId: z.optional(unitId),
  resources: z.optional(
    z
      .array(
        z.strictObject({
          type: z.enum(['card', 'account']),
          ids: z.array(unitId).check(z.minLength(1), z.maxLength(50)),
        }),
      )
      .check(z.minLength(1), z.maxLength(2)),
  ),
  expiresIn: z.optional(z.int().check(z.minimum(60), z.maximum(86_400))),
});
export type ExchangeTokenRequest = z.infer<typeof exchangeTokenRequest>;

export const exchangeTokenAnswer = z.object({
  customerToken: z.string(),
  tokenType: z.literal('Bearer'),
  expiresIn: z.int(),
  scopes: z.array(z.string()),
  customerId: z.string(),
});
export type ExchangeTokenAnswer = z.infer<typeof exchangeTokenAnswer>;

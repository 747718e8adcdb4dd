// Unit's hosted form: who applies, where the page leads afterwards, and what it shows at first; never anything secret.
import * as z from 'zod/mini';
import { address, fullName, phone, website } from './application.ts';
import { applicationStatuses, applicationTypes } from './application-states.ts';
import { email, text, timestamp } from './common.ts';

/** One of the stage's list, which is compared as text. */
const redirectUrl = z.optional(z.string().check(z.maxLength(2048)));

/** Of an individual or a sole proprietor. */
const personPrefill = z.strictObject({
  fullName: z.optional(fullName),
  email: z.optional(email),
  phone: z.optional(phone),
  address: z.optional(address),
});

/** The contact is the signed-in user. */
const businessPrefill = z.strictObject({
  name: z.optional(text(255)),
  phone: z.optional(phone),
  address: z.optional(address),
  website: z.optional(website),
  contact: z.optional(z.strictObject({ fullName: z.optional(fullName), email: z.optional(email) })),
});

export const applicationFormRequest = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.enum(['individual', 'sole_proprietor']),
    redirectUrl,
    prefill: z.optional(personPrefill),
  }),
  z.strictObject({ type: z.literal('business'), redirectUrl, prefill: z.optional(businessPrefill) }),
]);
export type ApplicationFormRequest = z.infer<typeof applicationFormRequest>;

/** `url`, `token` and `expiresAt` come together, and only while the form can be filled in. */
export const applicationFormAnswer = z.object({
  applicationId: z.string(),
  type: z.enum(applicationTypes),
  status: z.enum(applicationStatuses),
  url: z.optional(z.url()),
  token: z.optional(z.string()),
  expiresAt: z.optional(timestamp),
});
export type ApplicationFormAnswer = z.infer<typeof applicationFormAnswer>;

// Request validation: the fields that several calls share, and the error type that a bad one answers with.
import * as z from 'zod/mini';
import { type ErrorType, Refusal } from './errors.ts';

/** Building blocks of request schemas. */
export const fields = {
  email: z.string().check(z.regex(/^[^\s@<>()",;:\\[\]]+@[a-z0-9-]+(\.[a-z0-9-]+)+$/i), z.maxLength(320)),
  phoneNumber: z.string().check(z.regex(/^\+[1-9]\d{6,14}$/)),
  id: z.string().check(z.minLength(1), z.maxLength(256)),
  externalId: z.string().check(z.regex(/^[A-Za-z0-9._|-]{1,128}$/)),
  text: z.string(),
  token: z.string().check(z.minLength(1)),
  passcode: z.string().check(z.regex(/^\d{6}$/)),
  flag: z.boolean(),
  record: z.record(z.string(), z.unknown()),
  codeChallenge: z.string().check(z.regex(/^[A-Za-z0-9_-]{43}$/)),
  codeVerifier: z.string().check(z.regex(/^[A-Za-z0-9._~-]{43,128}$/)),
  linkMinutes: z.int().check(z.gte(5), z.lte(10_080)),
  passcodeMinutes: z.int().check(z.gte(1), z.lte(10)),
  sessionMinutes: z.int().check(z.gte(5), z.lte(527_040)),
  name: z.strictObject({
    first_name: z.optional(z.string()),
    middle_name: z.optional(z.string()),
    last_name: z.optional(z.string()),
  }),
  attributes: z.strictObject({ ip_address: z.optional(z.string()), user_agent: z.optional(z.string()) }),
  matchOptions: z.strictObject({
    ip_match_required: z.optional(z.boolean()),
    user_agent_match_required: z.optional(z.boolean()),
  }),
  mailLocale: z.enum(['en', 'es', 'pt-br', 'fr']),
} as const;

/** The session parameters that every authenticate call takes. */
export const sessionFields = {
  session_token: z.optional(fields.text),
  session_jwt: z.optional(fields.text),
  session_duration_minutes: z.optional(fields.sessionMinutes),
  session_custom_claims: z.optional(fields.record),
  telemetry_id: z.optional(fields.text),
} as const;

const ERROR_OF_FIELD = new Map<string, ErrorType>([
  ['email', 'invalid_email'],
  ['email_address', 'invalid_email'],
  ['phone_number', 'invalid_phone_number'],
  ['user_id', 'invalid_user_id'],
  ['method_id', 'invalid_method_id'],
  ['code', 'invalid_code'],
  ['totp_code', 'invalid_totp_code'],
  ['recovery_code', 'invalid_recovery_code'],
  ['token', 'invalid_token'],
  ['expiration_minutes', 'invalid_expiration'],
  ['login_expiration_minutes', 'invalid_expiration'],
  ['signup_expiration_minutes', 'invalid_expiration'],
  ['invite_expiration_minutes', 'invalid_expiration'],
  ['reset_password_expiration_minutes', 'invalid_expiration'],
  ['session_duration_minutes', 'invalid_session_duration_minutes'],
  ['locale', 'invalid_locale'],
  ['code_challenge', 'invalid_pkce_code_challenge'],
  ['code_verifier', 'invalid_pkce_code_verifier'],
  ['domain', 'invalid_webauthn_registration_domain'],
  ['authenticator_type', 'invalid_authenticator_type'],
  ['public_key_credential', 'invalid_public_key_credential'],
]);

/**
 * The body as the schema wants it. Assumed: an unknown field is refused, so that a misspelt one shows.
 * @throws Refusal with the error type of the first bad field
 */
export function parseBody<T>(
  schema: z.ZodMiniType<T>,
  body: unknown,
  overrides: Readonly<Record<string, ErrorType>> = {},
): T {
  const result = z.safeParse(schema, body);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const field = issue?.path[0];
  const name = issue?.code === 'unrecognized_keys' ? issue.keys.join(', ') : String(field ?? 'body');
  throw new Refusal(overrides[String(field)] ?? ERROR_OF_FIELD.get(String(field)) ?? 'bad_request', {
    message: `The request has a missing, unknown or wrong value: ${name}.`,
  });
}

// How the simulator says no: one error class, and one table from error type to HTTP status.

/** The statuses of the error types that the simulator uses. Where Stytch states none, the reading noted beside it is assumed. */
const STATUSES = {
  bad_request: 400,
  invalid_argument: 400,
  invalid_email: 400,
  invalid_email_sandbox: 400,
  invalid_phone_number: 400,
  invalid_phone_number_sandbox: 400,
  invalid_phone_number_country_code: 400,
  invalid_user_id: 400,
  invalid_method_id: 400,
  invalid_id: 400,
  invalid_code: 400,
  invalid_token: 400,
  invalid_totp_code: 400,
  invalid_recovery_code: 400,
  invalid_expiration: 400,
  invalid_expiration_otp: 400,
  invalid_session_duration_minutes: 400,
  invalid_locale: 400,
  invalid_magic_link_url: 400,
  invalid_pkce_code_challenge: 400,
  invalid_pkce_code_verifier: 400,
  invalid_authenticator_type: 400,
  invalid_webauthn_registration_domain: 400,
  invalid_public_key_credential: 400,
  invalid_exchange_primary_factor_fields: 400,
  invalid_exchange_primary_factor_user: 400,
  invalid_session_missing_primary_factor: 400,
  duplicate_email: 400,
  duplicate_phone_number: 400,
  duplicate_user_external_id: 400,
  duplicate_webauthn_registration: 400,
  too_many_unverified_factors: 400,
  too_many_user_selection_arguments: 400,
  too_many_session_arguments: 400,
  no_session_arguments: 400,
  user_id_mismatch: 400,
  unable_to_parse_session_jwt: 400,
  session_not_mutable: 400,
  reserved_claims_in_custom_claims: 400,
  stytch_claims_in_custom_claims: 400,
  custom_claims_too_large: 400,
  no_match_for_provided_magic_link_url: 400,
  no_login_redirect_url: 400,
  pkce_expected_code_verifier: 400,
  pkce_did_not_expect_code_verifier: 400,
  pkce_mismatch: 400,
  active_totp_exists: 400,
  pending_totp_exists: 400,
  expired_totp: 400,
  recovery_code_used_as_totp_code: 400,
  totp_code_used_as_recovery_code: 400,
  weak_password: 400,
  breached_password: 400,
  reset_password: 400,
  no_user_password: 400,
  oauth_token_not_found: 400,
  session_too_old_to_reset_password: 400,
  metadata_too_large: 400,
  metadata_too_many_keys: 400,
  cannot_use_webauthn_with_pending_user: 400,
  no_active_webauthn_registrations: 400,
  no_pending_webauthn_registration: 400,
  test_id_used_in_live_environment: 400,
  live_id_used_in_test_environment: 400,
  user_search_filter_name_not_recognized: 400,
  user_search_invalid_cursor: 400,
  unauthorized_credentials: 401,
  unable_to_auth_magic_link: 401,
  unable_to_auth_otp_code: 401,
  unable_to_auth_password_reset_token: 401,
  unable_to_auth_webauthn_registration: 401,
  unable_to_register_webauthn_registration: 401,
  unable_to_auth_impersonation_token: 401,
  unable_to_authenticate_totp: 401,
  unable_to_authenticate_recovery_code: 401,
  totp_code_already_authenticated: 401,
  attribute_mismatch: 401,
  consumer_session_authorization_error: 403,
  route_not_found: 404,
  project_not_found: 404,
  user_not_found: 404,
  email_not_found: 404,
  phone_number_not_found: 404,
  magic_link_not_found: 404,
  otp_code_not_found: 404,
  password_not_found: 404,
  session_not_found: 404,
  totp_not_found: 404,
  totps_not_found_for_user: 404,
  webauthn_registration_not_found: 404,
  biometric_registration_not_found: 404,
  crypto_wallet_not_found: 404,
  oauth_user_registration_not_found: 404,
  method_not_allowed: 405,
  too_many_requests: 429,
  user_lock_limit_reached: 429,
  internal_server_error: 500,
} as const;

/** An `error_type` that the simulator can answer with. */
export type ErrorType = keyof typeof STATUSES;

interface RefusalDetails {
  readonly message?: string;
  readonly status?: number;
  readonly retryAfter?: string;
}

/** A call that the simulator refuses, as the vendor would. */
export class Refusal extends Error {
  readonly type: ErrorType;
  readonly status: number;
  readonly retryAfter: string | undefined;

  constructor(type: ErrorType, details: RefusalDetails = {}) {
    super(details.message ?? `The request failed: ${type.replaceAll('_', ' ')}.`);
    this.type = type;
    this.status = details.status ?? STATUSES[type];
    this.retryAfter = details.retryAfter;
  }
}

/** The JSON error body that Stytch sends. */
export function errorBody(refusal: Refusal, requestId: string): Record<string, unknown> {
  return {
    status_code: refusal.status,
    request_id: requestId,
    error_type: refusal.type,
    error_message: refusal.message,
    error_url: `https://stytch.com/docs/api-reference/consumer/api/errors/${refusal.status}#${refusal.type}`,
  };
}

const BY_STATUS = new Map<number, ErrorType>([
  [400, 'bad_request'],
  [401, 'unauthorized_credentials'],
  [404, 'route_not_found'],
  [429, 'too_many_requests'],
]);

/** The refusal behind an injected bare status. */
export function refusalOfStatus(status: number): Refusal {
  return new Refusal(BY_STATUS.get(status) ?? 'internal_server_error', { status });
}

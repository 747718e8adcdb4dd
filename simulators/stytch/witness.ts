// What passed through the simulator: a request log without secrets, and the secrets themselves for leak tests.

/** One answered request; every body value that is not plainly harmless is masked. */
export interface RequestRecord {
  readonly at: number;
  readonly requestId: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly errorType: string | undefined;
  readonly body: unknown;
}

const SECRET_FIELDS: ReadonlySet<string> = new Set([
  'email',
  'email_address',
  'phone_number',
  'token',
  'session_token',
  'session_jwt',
  'code',
  'totp_code',
  'recovery_code',
  'password',
  'existing_password',
  'new_password',
  'code_verifier',
  'public_key_credential',
  'impersonation_token',
]);

const PLAIN_FIELDS: ReadonlySet<string> = new Set([
  'user_id',
  'session_id',
  'method_id',
  'domain',
  'locale',
  'authenticator_type',
  'login_magic_link_url',
  'signup_magic_link_url',
  'invite_magic_link_url',
  'reset_password_redirect_url',
  'operator',
  'filter_name',
  'resource_id',
  'action',
]);

const KEPT_REQUESTS = 2_000;
const KEPT_VALUES = 20_000;

export class Witness {
  #requests: RequestRecord[] = [];
  #values = new Set<string>();

  /** Remembers a sensitive value that the simulator issued, and hands it back. */
  issued(value: string): string {
    this.#remember(value);
    return value;
  }

  /** Remembers the sensitive values of a request body. */
  received(body: unknown): void {
    if (Array.isArray(body)) for (const item of body) this.received(item);
    else if (typeof body === 'object' && body !== null) {
      for (const [field, value] of Object.entries(body)) {
        if (typeof value === 'string' && SECRET_FIELDS.has(field)) this.#remember(value);
        else this.received(value);
      }
    }
  }

  record(request: RequestRecord): void {
    this.#requests.push({ ...request, body: masked(request.body) });
    if (this.#requests.length > KEPT_REQUESTS) this.#requests.shift();
  }

  requests(): readonly RequestRecord[] {
    return [...this.#requests];
  }

  /** Every sensitive value issued or received, the oldest of very many dropped. */
  values(): ReadonlySet<string> {
    return new Set(this.#values);
  }

  clear(): void {
    this.#requests = [];
    this.#values.clear();
  }

  #remember(value: string): void {
    if (value === '') return;
    this.#values.add(value);
    if (this.#values.size <= KEPT_VALUES) return;
    for (const oldest of this.#values) {
      this.#values.delete(oldest);
      return;
    }
  }
}

function masked(value: unknown, field = ''): unknown {
  if (typeof value === 'string') return PLAIN_FIELDS.has(field) ? value : '***';
  if (Array.isArray(value)) return value.map((item) => masked(item, field));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, masked(inner, name)]));
  }
  return value;
}

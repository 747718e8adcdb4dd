// Secrets Manager: cached, loaded once at a time, old values kept through an outage, re-read after a vendor's 401.
import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod/mini';
import { ServiceError } from '../core/errors.ts';
import { callAws } from './aws.ts';
import { parseJson } from './json.ts';

/** Goes out in headers, where a line's end that a file or `echo` has put behind it would be refused. */
const text = z.string().check(z.minLength(8), z.regex(/^[\x21-\x7e]+$/));

/** What every secret of ours holds; `previous` while a rotation is under way. */
const secretValue = z.object({ value: text, previous: z.optional(text) });
export type SecretValue = z.infer<typeof secretValue>;

/** The text of a secret; undefined where it is none of ours. */
export const parseSecret = (text: string): SecretValue | undefined =>
  secretValue.safeParse(parseJson(text)).data;

export interface Secret {
  /** @throws ServiceError `not_configured` while the secret is empty, `temporarily_unavailable` */
  read(): Promise<SecretValue>;
  /**
   * The value to try after a vendor refused one; null when there is no other. Secrets Manager, while it answers, is asked at
   * most once a minute, and once for all who ask at the same time.
   */
  renew(refused: string): Promise<SecretValue | null>;
}

const CACHE_SECONDS = 900;
const RENEW_AT_MOST_EVERY_SECONDS = 60;
/** In an outage the old value serves, and Secrets Manager is asked again no sooner than this. */
const PAUSE_AFTER_FAILURE_SECONDS = 30;

/** One secret by its ARN. `clock` gives seconds. */
export function createSecret(client: SecretsManagerClient, arn: string, clock: () => number): Secret {
  let cached: { readonly value: SecretValue; readonly loadedAt: number } | undefined;
  let loading: Promise<SecretValue> | undefined;
  let renewedAt = Number.NEGATIVE_INFINITY;
  let failedAt = Number.NEGATIVE_INFINITY;

  const load = (): Promise<SecretValue> => {
    loading ??= fetchSecret(client, arn)
      .then(
        (value) => {
          cached = { value, loadedAt: clock() };
          return value;
        },
        (error: unknown) => {
          failedAt = clock();
          throw error;
        },
      )
      .finally(() => {
        loading = undefined;
      });
    return loading;
  };

  return {
    async read() {
      if (cached === undefined) return load();
      const stale = cached.value;
      const isFresh = clock() - cached.loadedAt < CACHE_SECONDS;
      const isPaused = clock() - failedAt < PAUSE_AFTER_FAILURE_SECONDS;
      return isFresh || isPaused ? stale : load().catch(() => stale);
    },
    async renew(refused) {
      // Somebody else may have loaded the new value since this caller read the old one.
      if (cached !== undefined && cached.value.value !== refused) return cached.value;
      if (loading === undefined) {
        if (clock() - renewedAt < RENEW_AT_MOST_EVERY_SECONDS) return null;
        renewedAt = clock();
      }
      const after = await load().catch((error: unknown) => {
        // Nothing was learned: whoever is refused next asks again.
        renewedAt = Number.NEGATIVE_INFINITY;
        throw error;
      });
      return after.value === refused ? null : after;
    },
  };
}

async function fetchSecret(client: SecretsManagerClient, arn: string): Promise<SecretValue> {
  const command = new GetSecretValueCommand({ SecretId: arn });
  const text = await callAws((options) => client.send(command, options)).then(
    (answer) => answer.SecretString,
    (cause: unknown) => {
      const isEmpty = cause instanceof Error && cause.name === 'ResourceNotFoundException';
      throw new ServiceError(isEmpty ? 'not_configured' : 'temporarily_unavailable', {
        reason: isEmpty ? 'secret_empty' : 'secrets_manager',
        retryAfterSeconds: 5,
        // The SDK's own error may hold the request; its name is all that we keep.
        upstream: { provider: 'aws', operation: 'get_secret_value', vendorCode: nameOf(cause) },
      });
    },
  );
  const parsed = parseSecret(text ?? '');
  if (parsed === undefined) throw new ServiceError('not_configured', { reason: 'secret_malformed' });
  return parsed;
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown');

/**
 * Calls with the secret; when the vendor refuses it, calls once more with a value that has changed since
 * (standards E3), so that a rotation fails no request.
 */
export async function withSecret<T>(
  secret: Secret,
  call: (value: string) => Promise<T>,
  isRefused: (outcome: T) => boolean,
): Promise<T> {
  const { value } = await secret.read();
  const outcome = await call(value);
  if (!isRefused(outcome)) return outcome;
  const renewed = await secret.renew(value);
  return renewed === null ? outcome : call(renewed.value);
}

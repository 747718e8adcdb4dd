// Secrets Manager: cached, loaded once at a time, old values served while new ones are fetched, re-read after a 401.
import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod/mini';
import { ServiceError } from '../core/errors.ts';
import type { Log } from '../core/ports.ts';
import { AWS_CALL_MS, callAws } from './aws.ts';
import { parseJson } from './json.ts';
import { keepValue } from './kept-value.ts';

/** Goes out in headers, where a line's end that a file or `echo` has put behind it would be refused. */
const text = z.string().check(z.minLength(8), z.regex(/^[\x21-\x7e]+$/));

/** What every secret of ours holds; `previous` while a rotation is under way. */
const secretValue = z.object({ value: text, previous: z.optional(text) });
export type SecretValue = z.infer<typeof secretValue>;

/** The text of a secret; undefined where it is none of ours. */
export const parseSecret = (text: string): SecretValue | undefined =>
  secretValue.safeParse(parseJson(text)).data;

export interface Secret {
  /**
   * The value at hand, however old it is; one that has grown old is fetched anew meanwhile.
   * @throws ServiceError `not_configured` while the secret is empty, `temporarily_unavailable`
   */
  read(): Promise<SecretValue>;
  /**
   * One that has not grown old, for what comes in: there nobody but us refuses a value that was withdrawn. An old one
   * serves for a day at most while Secrets Manager fails.
   * @throws ServiceError `not_configured`, `temporarily_unavailable`
   */
  readFresh(): Promise<SecretValue>;
  /**
   * The value to try after a vendor refused one; null when there is no other. Secrets Manager is asked at most once a
   * minute, once a second while it fails, and once for all who ask at the same time.
   * @throws ServiceError `not_configured`, `temporarily_unavailable`
   */
  renew(refused: string): Promise<SecretValue | null>;
}

const ages = { freshSeconds: 900, staleSeconds: 86_400, pauseSeconds: 30 } as const;
const RENEW_AT_MOST_EVERY_SECONDS = 60;
/** In an outage Secrets Manager is asked again for a refused value no sooner than this: a flood of guesses makes no flood of calls. */
const RENEW_AFTER_FAILURE_SECONDS = 1;

/** One secret by its ARN. `clock` gives seconds. A read that fails leaves a line in the log, though an old value serves. */
export function createSecret(
  client: SecretsManagerClient,
  arn: string,
  clock: () => number,
  log: Log,
): Secret {
  const kept = keepValue(() => fetchSecret(client, arn, log), AWS_CALL_MS, clock);
  let renewedAt = Number.NEGATIVE_INFINITY;

  const failureWithin = (seconds: number) => {
    const failure = kept.failure();
    return failure !== undefined && clock() - failure.askedAt < seconds ? failure : undefined;
  };

  return {
    async read() {
      const held = kept.value();
      if (held === undefined) return kept.fetch();
      const isFresh = clock() - held.askedAt < ages.freshSeconds;
      // Nobody waits for the new value: whoever is refused for the old one renews it.
      if (!isFresh && failureWithin(ages.pauseSeconds) === undefined) kept.fetch().catch(() => {});
      return held.value;
    },
    readFresh: () => kept.current(ages),
    async renew(refused) {
      const held = kept.value();
      // Somebody else may have loaded the new value since this caller read the old one.
      if (held !== undefined && held.value.value !== refused) return held.value;
      if (!kept.isUnderWay()) {
        const failure = failureWithin(RENEW_AFTER_FAILURE_SECONDS);
        if (failure !== undefined) throw failure.error;
        if (clock() - renewedAt < RENEW_AT_MOST_EVERY_SECONDS) return null;
        renewedAt = clock();
      }
      const after = await kept.fetch().catch((error: unknown) => {
        // Nothing was learned: whoever is refused next may ask again.
        renewedAt = Number.NEGATIVE_INFINITY;
        throw error;
      });
      return after.value === refused ? null : after;
    },
  };
}

async function fetchSecret(client: SecretsManagerClient, arn: string, log: Log): Promise<SecretValue> {
  const command = new GetSecretValueCommand({ SecretId: arn });
  const text = await callAws((options) => client.send(command, options)).then(
    (answer) => answer.SecretString,
    (cause: unknown) => {
      const isEmpty = cause instanceof Error && cause.name === 'ResourceNotFoundException';
      const reason = isEmpty ? 'secret_empty' : 'secrets_manager';
      const vendorCode = nameOf(cause);
      log.record('secret.read_failed', { secretArn: arn, reason, vendorCode });
      throw new ServiceError(isEmpty ? 'not_configured' : 'temporarily_unavailable', {
        reason,
        retryAfterSeconds: 5,
        // The SDK's own error may hold the request; its name is all that we keep.
        upstream: { provider: 'aws', operation: 'get_secret_value', vendorCode },
      });
    },
  );
  const parsed = parseSecret(text ?? '');
  if (parsed !== undefined) return parsed;
  log.record('secret.read_failed', { secretArn: arn, reason: 'secret_malformed' });
  throw new ServiceError('not_configured', { reason: 'secret_malformed' });
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

/**
 * Whether what somebody brings fits the secret, or the previous value while it is being rotated. Where it does not, the
 * secret may have been rotated since it was cached: it is renewed, once, and tried again.
 * @throws ServiceError `not_configured`, `temporarily_unavailable`
 */
export async function fits(secret: Secret, test: (text: string) => boolean): Promise<boolean> {
  const fitsEither = ({ value, previous }: SecretValue): boolean =>
    test(value) || (previous !== undefined && test(previous));
  const present = await secret.readFresh();
  if (fitsEither(present)) return true;
  await secret.renew(present.value);
  // Read and not taken from it: `previous` alone may be new.
  return fitsEither(await secret.read());
}

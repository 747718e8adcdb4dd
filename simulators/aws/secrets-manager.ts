// Secrets Manager, as far as functions and operators call it: versions, empty secrets, and its error texts.
import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import { Faults } from '../faults.ts';
import type { Handle } from '../server.ts';
import type { Authorize } from './permissions.ts';

export interface SecretsManager {
  readonly handle: Handle;
  readonly faults: Faults;
  /** Gives the secret a new current value; the one before becomes AWSPREVIOUS. `id`: ARN or name. */
  put(id: string, value: string): void;
  /** Takes every value away, as the stack leaves a secret that nobody has filled. */
  empty(id: string): void;
  requests(): readonly SecretRequest[];
}

export interface SecretRequest {
  readonly action: string;
  readonly arn: string;
}

export interface SecretSlot {
  readonly arn: string;
  readonly name: string;
}

interface Version {
  readonly id: string;
  readonly value: string;
  readonly createdAt: number;
}

interface Secret extends SecretSlot {
  readonly createdAt: number;
  /** Oldest first: the last is AWSCURRENT, the one before it AWSPREVIOUS. */
  versions: Version[];
}

const getSchema = z.object({
  SecretId: z.string(),
  VersionId: z.optional(z.string()),
  VersionStage: z.optional(z.string()),
});
const putSchema = z.object({
  SecretId: z.string(),
  SecretString: z.string(),
  ClientRequestToken: z.optional(z.string().check(z.minLength(32), z.maxLength(64))),
});
const describeSchema = z.object({ SecretId: z.string() });

export function createSecretsManager(
  slots: readonly SecretSlot[],
  authorize: Authorize = () => undefined,
): SecretsManager {
  const secrets = slots.map((slot): Secret => ({ ...slot, createdAt: Date.now() / 1000, versions: [] }));
  const faults = new Faults();
  const log: SecretRequest[] = [];

  /** By ARN, by name, or by the ARN without the six random characters at its end. */
  const find = (id: string): Secret | undefined =>
    secrets.find(({ arn, name }) => arn === id || name === id || arn.slice(0, -7) === id);

  function must(id: string): Secret {
    const secret = find(id);
    if (secret === undefined) throw new Error(`no secret ${id}`);
    return secret;
  }

  function add(secret: Secret, value: string, id: string = randomUUID()): Version {
    const version = { id, value, createdAt: Date.now() / 1000 };
    secret.versions.push(version);
    return version;
  }

  function respond(action: string, input: unknown): Response {
    switch (action) {
      case 'GetSecretValue':
        return withInput(getSchema, input, ({ SecretId, VersionId, VersionStage }) => {
          const secret = find(SecretId);
          if (secret === undefined) return notFound('.');
          log.push({ action, arn: secret.arn });
          const { versions } = secret;
          const stage = VersionStage ?? 'AWSCURRENT';
          const version =
            VersionId === undefined ? at(versions, stage) : versions.find(({ id }) => id === VersionId);
          if (version === undefined)
            return notFound(
              VersionId === undefined
                ? ` value for staging label: ${stage}`
                : ` value for VersionId: ${VersionId}`,
            );
          return json({
            ARN: secret.arn,
            Name: secret.name,
            VersionId: version.id,
            SecretString: version.value,
            VersionStages: stagesOf(versions, version),
            CreatedDate: version.createdAt,
          });
        });
      case 'PutSecretValue':
        return withInput(putSchema, input, ({ SecretId, SecretString, ClientRequestToken }) => {
          const secret = find(SecretId);
          if (secret === undefined) return notFound('.');
          log.push({ action, arn: secret.arn });
          // The token becomes the version's id: the same content again is no second version, another is refused.
          const made = secret.versions.find((version) => version.id === ClientRequestToken);
          if (made !== undefined && made.value !== SecretString)
            return failure(400, 'ResourceExistsException', 'You can not modify an existing version.');
          const { id } = made ?? add(secret, SecretString, ClientRequestToken);
          return json({ ARN: secret.arn, Name: secret.name, VersionId: id, VersionStages: ['AWSCURRENT'] });
        });
      case 'DescribeSecret':
        return withInput(describeSchema, input, ({ SecretId }) => {
          const secret = find(SecretId);
          if (secret === undefined) return notFound('.');
          log.push({ action, arn: secret.arn });
          const { arn, name, versions } = secret;
          const stages = versions.map((version) => [version.id, stagesOf(versions, version)]);
          const staged = stages.filter(([, labels]) => labels !== undefined && labels.length > 0);
          return json({
            ARN: arn,
            Name: name,
            LastChangedDate: versions.at(-1)?.createdAt ?? secret.createdAt,
            ...(staged.length === 0 ? {} : { VersionIdsToStages: Object.fromEntries(staged) }),
          });
        });
      default:
        return failure(400, 'UnknownOperationException');
    }
  }

  return {
    faults,
    handle: faults.around(async (request) => {
      const action = (request.headers.get('x-amz-target') ?? '').replace(/^secretsmanager\./, '');
      const input: unknown = JSON.parse((await request.text()) || '{}');
      const named = describeSchema.safeParse(input);
      const arn = named.success ? (find(named.data.SecretId)?.arn ?? named.data.SecretId) : '*';
      const denial = authorize(request.headers.get('authorization'), `secretsmanager:${action}`, arn);
      return denial === undefined ? respond(action, input) : failure(400, 'AccessDeniedException', denial);
    }, secretsError),
    put: (id, value) => void add(must(id), value),
    empty: (id) => {
      must(id).versions = [];
    },
    requests: () => [...log],
  };
}

function withInput<T extends z.ZodMiniType>(
  schema: T,
  input: unknown,
  answer: (parsed: z.infer<T>) => Response,
): Response {
  const parsed = z.safeParse(schema, input);
  return parsed.success ? answer(parsed.data) : failure(400, 'ValidationException', 'Invalid request.');
}

function at(versions: readonly Version[], stage: string): Version | undefined {
  if (stage === 'AWSCURRENT') return versions.at(-1);
  return stage === 'AWSPREVIOUS' ? versions.at(-2) : undefined;
}

const stagesOf = (versions: readonly Version[], version: Version): string[] =>
  ['AWSCURRENT', 'AWSPREVIOUS'].filter((stage) => at(versions, stage) === version);

const notFound = (what: string): Response =>
  failure(400, 'ResourceNotFoundException', `Secrets Manager can't find the specified secret${what}`);

/** As Secrets Manager words them: it knows no 429, and throttles with a 400. */
export function secretsError(status: number): Response {
  if (status >= 500) return failure(status, 'InternalServiceError');
  return status === 429 ? failure(400, 'ThrottlingException') : failure(status, 'InvalidRequestException');
}

function failure(status: number, type: string, message?: string): Response {
  const response = json({ __type: type, ...(message === undefined ? {} : { Message: message }) }, status);
  response.headers.set('x-amzn-errortype', type);
  return response;
}

const json = (body: unknown, status = 200): Response =>
  new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': randomUUID() },
  });

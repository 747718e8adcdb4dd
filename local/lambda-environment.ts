// The environment of a function's process: the template's, with the vendors' hosts and AWS's endpoints on loopback.
import { devNull } from 'node:os';
import { region } from '../simulators/aws/intrinsics.ts';
import { accessKeyOf } from '../simulators/aws/permissions.ts';
import type { FunctionPiece } from '../simulators/aws/template.ts';

export interface Endpoints {
  readonly stytchUrl: string;
  readonly unitUrl: string;
  readonly tableUrl: string;
  readonly secretsUrl: string;
}

export function lambdaEnvironment(piece: FunctionPiece, endpoints: Endpoints): Record<string, string> {
  const { environment, functionName, handler, memoryMb } = piece;
  // Only what the template has is replaced: a setting that is missing there is missing here.
  const vendors = {
    ...(environment['STYTCH_BASE_URL'] === undefined ? {} : { STYTCH_BASE_URL: endpoints.stytchUrl }),
    ...(environment['UNIT_BASE_URL'] === undefined ? {} : { UNIT_BASE_URL: endpoints.unitUrl }),
  };
  return {
    ...environment,
    ...vendors,
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.tableUrl,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoints.secretsUrl,
    AWS_ACCESS_KEY_ID: accessKeyOf(piece.name),
    AWS_SECRET_ACCESS_KEY: 'local',
    // Lambda has no such files; the developer's own must not reach the functions.
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_REGION: region,
    AWS_LAMBDA_FUNCTION_NAME: functionName,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    _HANDLER: handler,
    PATH: process.env['PATH'] ?? '',
    TZ: 'UTC',
  };
}

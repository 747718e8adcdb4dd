// What a competent developer writes from Stytch's and Unit's guides, with both vendors' SDKs and AWS's DocumentClient:
// the yardstick of docs/performance.md. It does one exchange as ours does, with nothing of our rules beyond the guides'.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { Unit, UnitError } from '@unit-finance/unit-node-sdk';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import * as stytch from 'stytch';

const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));
const secretsManager = new SecretsManagerClient({});

async function readSecret(arn: string | undefined): Promise<string> {
  const { SecretString = '{}' } = await secretsManager.send(new GetSecretValueCommand({ SecretId: arn }));
  return JSON.parse(SecretString).value;
}

const answer = (statusCode: number, body: object): APIGatewayProxyStructuredResultV2 => ({
  statusCode,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

export const handler = async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
  const sessionJwt = event.headers['authorization']?.replace(/^Bearer /, '');
  if (sessionJwt === undefined) return answer(401, { error: 'unauthorized' });
  const { scopes } = JSON.parse(event.body ?? '{}');

  const [stytchSecret, unitToken] = await Promise.all([
    readSecret(process.env['STYTCH_SECRET_ARN']),
    readSecret(process.env['UNIT_ORG_TOKEN_SECRET_ARN']),
  ]);
  const client = new stytch.Client({
    project_id: process.env['STYTCH_PROJECT_ID'] ?? '',
    secret: stytchSecret,
    env: stytch.envs.test,
  });

  try {
    const { session, session_jwt: freshJwt } = await client.sessions.authenticate({
      session_jwt: sessionJwt,
    });
    if (session.authentication_factors.length < 2) return answer(403, { error: 'second_factor_required' });

    const { Item: mapping } = await table.send(
      new GetCommand({
        TableName: process.env['ID_MAPPING_TABLE_NAME'],
        Key: { pk: `BASELINE#${session.user_id}`, sk: 'CUSTOMER' },
      }),
    );
    if (mapping === undefined) return answer(404, { error: 'no_customer' });

    const unit = new Unit(unitToken, 'https://api.s.unit.sh');
    const token = await unit.customerToken.createToken(mapping['unitCustomerId'], {
      type: 'customerToken',
      attributes: { scope: scopes.join(' '), jwtToken: freshJwt },
    });
    const { attributes } = token.data;
    return answer(201, { customerToken: attributes.token, expiresIn: attributes.expiresIn });
  } catch (error) {
    if (error instanceof stytch.StytchError) return answer(error.status_code, { error: error.error_type });
    if (error instanceof UnitError) return answer(502, { error: 'unit' });
    throw error;
  }
};

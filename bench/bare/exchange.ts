// The outside calls of one exchange and nothing else: no proof, no policy, no schema, no log. What CPU and latency of
// an exchange are divided by.
import {
  DynamoDBClient,
  GetItemCommand,
  type GetItemCommandInput,
  QueryCommand,
  type QueryCommandInput,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';

/** As our functions make it. */
const client = new DynamoDBClient({
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 1000, requestTimeout: 1000, throwOnRequestTimeout: true },
});

export interface BareRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Sends one request to a vendor and resolves to the text of its answer. */
export type BareSend = (url: string, request: BareRequest) => Promise<string>;

/** The requests that our function was seen to make; bench/vendors recorded them. */
interface Recorded {
  readonly stytch: BareRequest & { readonly url: string };
  readonly unit: BareRequest & { readonly url: string };
  readonly query: QueryCommandInput;
  readonly get: GetItemCommandInput;
  readonly update: UpdateItemCommandInput;
}

export const bareExchange =
  (send: BareSend) =>
  async (event: APIGatewayProxyEventV2): Promise<{ statusCode: number; body: string }> => {
    const { stytch, unit, query, get, update }: Recorded = JSON.parse(event.body ?? '{}');
    const [session] = await Promise.all([
      send(stytch.url, stytch),
      client.send(new QueryCommand(query)).then(() => client.send(new GetItemCommand(get))),
      client.send(new UpdateItemCommand(update)),
    ]);
    JSON.parse(session);
    const token = await send(unit.url, unit);
    return { statusCode: 201, body: JSON.stringify(JSON.parse(token)) };
  };

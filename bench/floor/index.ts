// The least that a function with a table can be: a DynamoDB client, and an answer.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';

const client = new DynamoDBClient({});

export const handler = async () => ({ statusCode: 200, body: typeof client.send });

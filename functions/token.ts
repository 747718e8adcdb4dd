// The token exchange: the gate between a Stytch session and a Unit customer token.
import { routes } from './contract/routes.ts';
import { exchangeToken } from './core/exchange/exchange-token.ts';
import { createDeps } from './deps.ts';
import { signedInJson } from './http/endpoint.ts';
import { serve } from './http/serve.ts';

const { runtime, exchange, warm, warming } = createDeps('token');

export const handler = serve(
  runtime,
  signedInJson(routes.exchangeToken, async ({ session, body, signal }) => ({
    status: 201,
    body: await exchangeToken(exchange(), session, body, signal),
  })),
);

void warm(warming.keys, warming.stytchSecret, warming.unitOrgToken, warming.hashKey);

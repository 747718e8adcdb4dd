// The token exchange: the gate between a Stytch session and a Unit customer token.
import { tokenRoutes as routes } from './contract/token-routes.ts';
import { exchangeToken } from './core/exchange/exchange-token.ts';
import { whereUserStands } from './core/exchange/where-user-stands.ts';
import { createTokenDeps } from './deps/exchange.ts';
import { created, ok, signedIn, signedInJson } from './http/endpoint.ts';
import { serve } from './http/serve.ts';

const { runtime, exchange, standing, warm, warming } = createTokenDeps();

export const handler = serve(
  runtime,
  signedInJson(routes.exchangeToken, async ({ session, body, signal }) =>
    created(await exchangeToken(exchange(), session, body, signal)),
  ),
  signedIn(routes.me, async ({ session, signal }) => ok(await whereUserStands(standing(), session, signal))),
);

void warm(warming.keys, warming.stytchSecret, warming.unitOrgToken, warming.hashKey);

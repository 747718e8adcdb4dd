// The only routes that show a card's number, and only to its holder's own token with the sensitive scope.
import { reaches } from './auth.ts';
import { forbidden, notFound, refusal } from './errors.ts';
import { answer } from './jsonapi.ts';
import { listQuery } from './lists.ts';
import type { Card } from './records.ts';
import type { Call, Route } from './route.ts';

function ownCard(call: Call): Card {
  const card = call.world.cards.get(call.param('cardId'));
  if (call.caller.kind !== 'customer') throw forbidden('only the holder may see this');
  if (card === undefined) throw notFound('card');
  if (!reaches(call.caller.token, 'card', card)) throw forbidden('the token does not reach this card');
  return card;
}

/** The routes of card numbers and PINs. */
export const cardSecretRoutes: readonly Route[] = [
  {
    // assumed: the real number travels through a vault in the client; this stands for it
    method: 'GET',
    path: '/cards/:cardId/secure-data',
    scope: 'cards-sensitive',
    holder: 'any',
    body: 'none',
    run: (call) => {
      listQuery(call.url, {});
      const card = ownCard(call);
      if (card.isPhysical && !call.world.switches.showSensitiveDataForPhysicalCards) {
        throw forbidden('the numbers of physical cards are not shown');
      }
      if (card.status !== 'Active') {
        throw refusal(400, 'not_supported_for_card_status', `the card is ${card.status}`);
      }
      const { pan, cvv2, expirationDate } = card;
      return answer(200, { data: { type: 'cardSecureData', attributes: { pan, cvv2, expirationDate } } });
    },
  },
  {
    method: 'GET',
    path: '/cards/:cardId/secure-data/pin/status',
    scope: 'cards-sensitive',
    holder: 'any',
    body: 'none',
    run: (call) => {
      ownCard(call);
      return answer(200, { data: { type: 'pinStatus', attributes: { status: 'NotSet' } } });
    },
  },
];

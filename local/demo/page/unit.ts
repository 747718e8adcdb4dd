// Calls that the browser makes at Unit itself, with the customer token; the bridge is not on the way.
import type { CardSecureData } from '../contract.ts';
import { UnitRefusal } from './problem-view.ts';

interface UnitAccounts {
  readonly data: readonly {
    readonly id: string;
    readonly attributes: { readonly name?: string; readonly balance?: number; readonly status?: string };
  }[];
}

/** The bridge bounds its own calls; here nobody else does. */
const DEADLINE_MS = 15_000;

async function read<Answer>(url: string, customerToken: string): Promise<Answer> {
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${customerToken}` },
    signal: AbortSignal.timeout(DEADLINE_MS),
  });
  const answer = await response.json().catch(() => {
    throw new UnitRefusal(response.status, 'an answer that is not Unit’s');
  });
  if (!response.ok) throw new UnitRefusal(response.status, answer.errors?.[0]?.title ?? 'no reason given');
  return answer;
}

export const readAccounts = (unitUrl: string, customerToken: string): Promise<UnitAccounts> =>
  read(`${unitUrl}/accounts`, customerToken);

export const readCardNumber = (
  unitUrl: string,
  cardId: string,
  customerToken: string,
): Promise<CardSecureData> => read(`${unitUrl}/cards/${cardId}/secure-data`, customerToken);

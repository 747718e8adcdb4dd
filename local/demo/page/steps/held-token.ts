// The customer token that the page has got: in memory alone, gone with a reload.
import type { ExchangeTokenAnswer } from '../../../../client/index.ts';

export type HeldToken = ExchangeTokenAnswer & { readonly until: number };

let held: HeldToken | undefined;

export const hold = (answer: ExchangeTokenAnswer): void => {
  held = { ...answer, until: Date.now() + answer.expiresIn * 1000 };
};
export const heldToken = (): HeldToken | undefined => held;
export const letGo = (): void => {
  held = undefined;
};

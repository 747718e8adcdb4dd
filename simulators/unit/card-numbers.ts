// Card numbers for tests: sixteen digits with a valid check digit, in a range that no issuer uses for customers.
import { randomInt } from 'node:crypto';

const PREFIX = '400000';

/** A new number with its security code and expiry. */
export function newCardNumber(now: number): { pan: string; cvv2: string; expirationDate: string } {
  const body = PREFIX + digits(9);
  return {
    pan: body + checkDigit(body),
    cvv2: digits(3),
    expirationDate: new Date(now + 4 * 365 * 86_400_000).toISOString().slice(0, 7),
  };
}

const digits = (count: number): string => String(randomInt(10 ** count)).padStart(count, '0');

/** The Luhn digit that makes a number valid. */
export function checkDigit(body: string): string {
  const sum = Array.from(body)
    .toReversed()
    .reduce((total, digit, i) => {
      const value = Number(digit) * (i % 2 === 0 ? 2 : 1);
      return total + (value > 9 ? value - 9 : value);
    }, 0);
  return String((10 - (sum % 10)) % 10);
}

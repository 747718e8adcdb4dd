// The whole factor-pair table (NIST SP 800-63B-4 and Stytch's rule), as its own text: the oracle of the factor tests.
import type { AssurancePreset } from '../../functions/core/factors/presets.ts';
import type { FactorKind } from '../../functions/core/session/session.ts';

/** `S`: stytch-mfa, `A`: aal2, `P`: phishing-resistant, `-`: none of them. The diagonal is one factor alone. */
const table = `
|                   | email | oauth | password | sms   | whatsapp | totp | passkey | verified-passkey | biometric |
| email             | -     | -     | -        | S     | S        | S    | S       | S A P            | -         |
| oauth             | -     | -     | -        | S     | S        | S    | S       | S A P            | -         |
| password          | -     | -     | -        | S A   | S        | S A  | S A P   | S A P            | -         |
| sms               | S     | S     | S A      | -     | -        | S    | S       | S A P            | -         |
| whatsapp          | S     | S     | S        | -     | -        | S    | S       | S A P            | -         |
| totp              | S     | S     | S A      | S     | S        | -    | -       | A P              | -         |
| passkey           | S     | S     | S A P    | S     | S        | -    | -       | A P              | -         |
| verified-passkey  | S A P | S A P | S A P    | S A P | S A P    | A P  | A P     | A P              | A P       |
| biometric         | -     | -     | -        | -     | -        | -    | -       | A P              | -         |
`;

/** A passkey whose user verification is proved is a passkey under a setting. */
export type Column = Exclude<FactorKind, 'recovery_code' | 'other' | 'impersonated'> | 'verified-passkey';

export interface Cell {
  readonly one: Column;
  readonly other: Column;
  readonly met: readonly AssurancePreset[];
}

const letters = { S: 'stytch-mfa', A: 'aal2', P: 'phishing-resistant' } as const;

const isLetter = (text: string): text is keyof typeof letters => text in letters;

const named = (verdict: string): readonly AssurancePreset[] =>
  verdict.split(' ').flatMap((letter) => (isLetter(letter) ? [letters[letter]] : []));

const cellsOf = (line: string): readonly string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map((text) => text.trim());

const columnNames: readonly Column[] = [
  'email',
  'oauth',
  'password',
  'sms',
  'whatsapp',
  'totp',
  'passkey',
  'verified-passkey',
  'biometric',
];

const isColumn = (text: string | undefined): text is Column => columnNames.some((name) => name === text);

export const columns = columnNames;

/** Every cell, row by row: 81 of them. */
export const factorPairs: readonly Cell[] = table
  .trim()
  .split('\n')
  .slice(1)
  .flatMap((line) => {
    const [one, ...verdicts] = cellsOf(line);
    return verdicts.map((verdict, i) => {
      const other = columnNames[i];
      if (!isColumn(one) || other === undefined) throw new Error(`the table has a bad line: ${line}`);
      return { one, other, met: [...anySession(one, other), ...named(verdict)] };
    });
  });

/** The table has no letter for it: one factor of the kinds that count, and a biometric alone is none. */
function anySession(one: Column, other: Column): readonly AssurancePreset[] {
  return one === 'biometric' && other === 'biometric' ? [] : ['any-session'];
}

export const kindOf = (column: Column): FactorKind => (column === 'verified-passkey' ? 'passkey' : column);

export const isVerifiedPair = ({ one, other }: Pick<Cell, 'one' | 'other'>): boolean =>
  one === 'verified-passkey' || other === 'verified-passkey';

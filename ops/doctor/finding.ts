// What the doctor says: how bad it is, what it saw, and what to do about it.

/** `by_hand`: nothing that a program may ask shows it, so nobody may take it for fine. */
export type Severity = 'error' | 'warning' | 'by_hand' | 'fine';

export interface Finding {
  readonly severity: Severity;
  /** `lower_snake`, stable. */
  readonly code: string;
  readonly text: string;
  /** Null where there is nothing to do. */
  readonly fix: string | null;
}

const make =
  (severity: Severity) =>
  (code: string, text: string, fix: string): Finding => ({ severity, code, text, fix });

export const wrong = make('error');
export const doubtful = make('warning');
export const byHand = make('by_hand');
export const fine = (code: string, text: string): Finding => ({ severity: 'fine', code, text, fix: null });

const order = ['error', 'warning', 'by_hand', 'fine'] as const;

/** The worst first, else as they came. */
export const sorted = (findings: readonly Finding[]): readonly Finding[] =>
  findings.toSorted((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));

export const countOf = (findings: readonly Finding[], severity: Severity): number =>
  findings.filter((finding) => finding.severity === severity).length;

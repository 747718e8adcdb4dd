// Logs for adapters: one that keeps nothing, one that keeps every line.
import type { Log, LogFields } from '../../functions/core/ports.ts';

export const silent: Log = { record: () => {} };

export interface Recorded {
  readonly log: Log;
  readonly lines: { readonly code: string; readonly fields: LogFields }[];
}

export function recording(): Recorded {
  const lines: Recorded['lines'] = [];
  return { lines, log: { record: (code, fields) => lines.push({ code, fields }) } };
}

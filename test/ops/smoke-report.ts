// What `npm run smoke -- --json` told.

interface Seen {
  readonly name: string;
  readonly verdict: string;
  readonly note: string;
}
export const seen = (document: Record<string, unknown>): readonly Seen[] => document['checks'] as Seen[];
export const failed = (document: Record<string, unknown>): readonly string[] =>
  seen(document).flatMap(({ name, verdict }) => (verdict === 'failed' ? [name] : []));
export const noteOf = (document: Record<string, unknown>, name: string): string =>
  seen(document).find((one) => one.name === name)?.note ?? '';

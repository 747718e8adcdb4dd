// Time as Stytch writes it, and the units that the simulator counts in (milliseconds).

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60_000;

/** RFC 3339 in UTC with whole seconds. */
export function timestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

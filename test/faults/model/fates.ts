// What may become of a call that leaves the container.

/** Most things go well. What does nothing of its own to a table (a status, say) is a table that fails. */
export type Fate =
  | { readonly fate: 'ok' }
  /** Nothing happened, and the caller learns of a failure. */
  | { readonly fate: 'fails' }
  /** It happened, and the caller learns of a failure. */
  | { readonly fate: 'answer_lost' }
  /** Nothing happened, and the caller learns nothing until its own deadline. */
  | { readonly fate: 'silent' }
  | { readonly fate: 'silent_after' }
  /** The caller gives up; it happens all the same, so many seconds later. */
  | { readonly fate: 'late'; readonly seconds: number }
  /** The SDK sends it twice, since the first answer got lost; the caller sees the second answer. */
  | { readonly fate: 'sent_twice' }
  /** The index shows what was some writes ago. */
  | { readonly fate: 'stale' }
  | { readonly fate: 'status'; readonly status: number }
  /** It happened, and the answer is such a status. */
  | { readonly fate: 'status_after'; readonly status: number }
  /** It happened, and the answer cannot be read. */
  | { readonly fate: 'malformed' }
  /** The container is gone before the call left, or before its answer came. */
  | { readonly fate: 'dies' }
  | { readonly fate: 'dies_after' };

export const ok: Fate = { fate: 'ok' };

const words: Readonly<Record<Fate['fate'], string>> = {
  ok: 'works',
  fails: 'fails, and nothing happened',
  answer_lost: 'works, but its answer is lost',
  silent: 'goes nowhere, and nobody answers',
  silent_after: 'works, but nobody answers',
  late: 'is not answered, and works later',
  sent_twice: 'is sent twice by the SDK',
  stale: 'is answered from an old index',
  status: 'is refused',
  status_after: 'works, but is answered with an error',
  malformed: 'works, but its answer is unreadable',
  dies: 'is never sent: the container dies',
  dies_after: 'works, and the container dies',
};

export const fateNames = Object.keys(words) as readonly Fate['fate'][];

/** A fate in words, with its number. */
export function inWords(fate: Fate): string {
  const number = 'status' in fate ? ` (${fate.status})` : 'seconds' in fate ? ` (${fate.seconds} s)` : '';
  return `${words[fate.fate]}${number}`;
}

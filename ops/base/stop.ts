// How a command ends: done, or stopped with a word for programs, a sentence for people and an exit code for both.

/** The exit codes; every command's --help lists them. */
export const exitCodes = { done: 0, refused: 1, usage: 2, failed: 3 } as const;

export type StopKind = Exclude<keyof typeof exitCodes, 'done'>;

/** What a program may read beside the sentence. */
export type Details = Readonly<Record<string, unknown>>;

/** Ends a command. The sentence and the details are printed: no secret, token or whole address in either. */
export class Stop extends Error {
  readonly kind: StopKind;
  /** `lower_snake`, stable. */
  readonly code: string;
  readonly details: Details;

  constructor(kind: StopKind, code: string, sentence: string, details: Details = {}) {
    super(sentence);
    this.name = 'Stop';
    this.kind = kind;
    this.code = code;
    this.details = details;
  }
}

/** The rules say no; nothing was changed unless the sentence says so. */
export const refusal = (code: string, sentence: string, details?: Details): Stop =>
  new Stop('refused', code, sentence, details);

/** The command line cannot be followed. */
export const misuse = (sentence: string): Stop => new Stop('usage', 'wrong_usage', sentence);

// What a team has to mend in its own files: told as it is, without a stack trace.
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

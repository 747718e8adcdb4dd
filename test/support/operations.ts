// The calls to other services by their names, as the adapters' source has them.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const ADAPTERS = 'functions/adapters';

/** `operation = 'x'`, `operation: 'x'`, the first argument of what sends, and Stytch's names wherever they stand. */
const forms = [
  /\boperation\s*[:=]\s*(['`])(?<name>.+?)\1/g,
  /\b(?:call|prove|guarded|conditional)(?:<\w+>)?\(\s*(['`])(?<name>.+?)\1/g,
  /'(?<name>(?:sessions|users|otps|totps|magic_links|webauthn|passwords|oauth)(?:\.[a-z_]+)+)'/g,
] as const;

export const operationsIn = (text: string): readonly string[] =>
  forms.flatMap((form) => [...text.matchAll(form)].map(({ groups }) => groups?.['name'] ?? ''));

/** Of a folder of the adapters, or of all; sorted, each once. */
export function adapterOperations(folder = ''): readonly string[] {
  const root = path.join(ADAPTERS, folder);
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  const found = names.flatMap((name) => operationsIn(readFileSync(path.join(root, name), 'utf8')));
  return [...new Set(found)].toSorted();
}

// The source as the compiler sees it: what each file imports, and which constructs it holds.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseSync } from '@swc/core';

export interface Import {
  /** As written. */
  readonly specifier: string;
  /** From the root of the repository, for a relative one. */
  readonly target: string | null;
  readonly isTypeOnly: boolean;
  readonly isDynamic: boolean;
}

export interface SourceFile {
  /** From the root of the repository. */
  readonly name: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  /** The types of all nodes of the syntax tree. */
  readonly nodes: ReadonlySet<string>;
  readonly hasAny: boolean;
  /** Whether it reads `process.env`. */
  readonly readsEnvironment: boolean;
  /** Names, strings and patterns, without what is said in comments. */
  readonly words: readonly string[];
  readonly text: string;
}

type Node = Readonly<Record<string, unknown>>;

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;

function* nodesIn(value: unknown): Generator<Node> {
  if (Array.isArray(value)) for (const one of value) yield* nodesIn(one);
  else if (isNode(value)) {
    if (typeof value['type'] === 'string') yield value;
    for (const inner of Object.values(value)) yield* nodesIn(inner);
  }
}

const named = (node: unknown, type: string, name: string): boolean =>
  isNode(node) && node['type'] === type && node['value'] === name;

/** What a node says by itself: a name, a string, a piece of a template or a pattern. */
const wordsOf = (node: Node): readonly string[] =>
  [node['value'], node['raw'], node['pattern']].filter((one) => typeof one === 'string');

/** Whether an import or export statement brings types alone. */
function bringsTypesAlone(node: Node): boolean {
  if (node['typeOnly'] === true) return true;
  const { specifiers } = node;
  return (
    Array.isArray(specifiers) &&
    specifiers.length > 0 &&
    specifiers.every((one: unknown) => isNode(one) && one['isTypeOnly'] === true)
  );
}

function specifierOf(node: Node): string | null {
  const { type, source, callee, arguments: given } = node;
  if (type === 'CallExpression' && isNode(callee) && callee['type'] === 'Import') {
    const [first]: unknown[] = Array.isArray(given) ? given : [];
    const argument = isNode(first) ? first['expression'] : undefined;
    return isNode(argument) ? String(argument['value']) : null;
  }
  return isNode(source) && typeof source['value'] === 'string' ? source['value'] : null;
}

/** Reads a text as the file of that name. */
export function parseSource(name: string, text: string): SourceFile {
  const all = [...nodesIn(parseSync(text, { syntax: 'typescript', target: 'es2022' }))];
  const imports = all.flatMap((node): Import[] => {
    const specifier = specifierOf(node);
    if (specifier === null) return [];
    return [
      {
        specifier,
        target: specifier.startsWith('.') ? path.posix.join(path.posix.dirname(name), specifier) : null,
        isTypeOnly: bringsTypesAlone(node),
        isDynamic: node['type'] === 'CallExpression',
      },
    ];
  });
  return {
    name,
    lines: text.trimEnd().split('\n').length,
    imports,
    nodes: new Set(all.map((node) => String(node['type']))),
    hasAny: all.some((node) => node['type'] === 'TsKeywordType' && node['kind'] === 'any'),
    readsEnvironment: all.some(
      (node) =>
        node['type'] === 'MemberExpression' &&
        named(node['object'], 'Identifier', 'process') &&
        named(node['property'], 'Identifier', 'env'),
    ),
    words: all.flatMap(wordsOf),
    text,
  };
}

/** Every TypeScript file under a folder. */
export const readTree = (folder: string): readonly SourceFile[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => path.posix.join(folder, name.replaceAll(path.sep, '/')))
    .toSorted()
    .map((name) => parseSource(name, readFileSync(name, 'utf8')));

// Edits of the source that a build makes and the tree never sees: to break one line on purpose and see a test notice.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Plugin } from 'esbuild';

export interface SourceEdit {
  /** From the repository's root. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
}

/**
 * The text with one edit made.
 * @throws Error when the place is not there exactly once, so that no edit goes stale unnoticed
 */
export function edited(text: string, { file, find, replace }: SourceEdit): string {
  const parts = text.split(find);
  if (parts.length === 2) return parts.join(replace);
  throw new Error(`${file} holds ${parts.length - 1} times: ${find}`);
}

/** An esbuild plugin that reads the edited files with their edits. */
export const sourceEdits = (edits: readonly SourceEdit[]): Plugin => ({
  name: 'source-edits',
  setup(build) {
    build.onLoad({ filter: /\.ts$/ }, async ({ path: file }) => {
      const own = edits.filter((edit) => path.resolve(edit.file) === file);
      if (own.length === 0) return null;
      const contents = own.reduce(edited, await readFile(file, 'utf8'));
      return { contents, loader: 'ts' };
    });
  },
});

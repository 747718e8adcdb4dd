// @ts-check
// Loads a file as Lambda's runtime does: CommonJS by `require`. `import()` of it is far dearer on Node 20, where it reads the
// names that the file exports first.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(import.meta.url);

/** @param {string} file an absolute path */
export const loadAsLambda = async (file) =>
  file.endsWith('.cjs') ? require(file) : import(pathToFileURL(file).href);

// JSON from outside, where text that is no JSON is one more answer that a schema refuses.

/** The parsed value, or undefined. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

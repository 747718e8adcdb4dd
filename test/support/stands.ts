// Whether a secret stands in a text.

/** Short values are looked for as words, since their digits may stand in a time; a CVV is too short to tell. */
export function stands(value: string, text: string): boolean {
  if (value.length > 10) return text.includes(value);
  return value.length > 5 && new RegExp(`(?<![\\w.-])${escaped(value)}(?![\\w.-])`).test(text);
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

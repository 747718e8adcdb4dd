// HTML from template literals: whatever is put in is escaped, unless it is HTML already.

export interface Html {
  readonly html: string;
}

type Value = string | number | Html | readonly Html[];

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => entities[sign] ?? sign);

function written(value: Value): string {
  if (typeof value === 'string' || typeof value === 'number') return escaped(String(value));
  return 'html' in value ? value.html : value.map(written).join('');
}

export const html = (strings: TemplateStringsArray, ...values: readonly Value[]): Html => ({
  html: strings.map((text, i) => text + written(values[i] ?? '')).join(''),
});

export const nothing: Html = html``;

/** Plain text with `code` in backticks; an empty line starts a paragraph. */
export const prose = (text: string): Html =>
  html`${text.split(/\n{2,}/).map((part) => html`<p>${inline(part)}</p>`)}`;

/** The same, within one line. */
export const inline = (text: string): Html =>
  html`${text.split('`').map((part, i) => (i % 2 === 1 ? html`<code>${part}</code>` : html`${part}`))}`;

export const json = (value: unknown): Html =>
  html`<pre tabindex="0"><code>${JSON.stringify(value, null, 2)}</code></pre>`;

/** A whole page. `base`: where the pages are, without a slash at the end. */
export const page = (base: string, title: string, body: Html): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="stylesheet" href="${base}/style.css">
<link rel="icon" href="data:,">
</head>
<body>
<header><nav aria-label="Pages"><a href="${base}/">Reference</a> <a href="${base}/problems/">Problems</a></nav></header>
<main>
${body}
</main>
</body>
</html>
`.html;

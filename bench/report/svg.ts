// As much of SVG as three plots need.

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const at = (value: number): string => String(Math.round(value * 10) / 10);

export const colours = { ours: '#1f6feb', other: '#8c959f', network: '#2da44e', connect: '#bf8700' } as const;

export const bar = (x: number, y: number, width: number, height: number, fill: string): string =>
  `<rect x="${at(x)}" y="${at(y)}" width="${at(Math.max(width, 0.5))}" height="${at(height)}" fill="${fill}"/>`;

export const line = (x1: number, y1: number, x2: number, y2: number, stroke = '#57606a', width = 1): string =>
  `<line x1="${at(x1)}" y1="${at(y1)}" x2="${at(x2)}" y2="${at(y2)}" stroke="${stroke}" stroke-width="${width}"/>`;

export const path = (points: readonly (readonly [number, number])[], stroke: string): string =>
  `<polyline fill="none" stroke="${stroke}" stroke-width="1.5" points="${points
    .map(([x, y]) => `${at(x)},${at(y)}`)
    .join(' ')}"/>`;

export const label = (
  x: number,
  y: number,
  text: string,
  anchor: 'start' | 'middle' | 'end' = 'start',
): string => `<text x="${at(x)}" y="${at(y)}" text-anchor="${anchor}">${escaped(text)}</text>`;

/** A whole picture; `title` is what a screen reader says. */
export const picture = (width: number, height: number, title: string, parts: readonly string[]): string =>
  [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"`,
    ` role="img" font-family="system-ui, sans-serif" font-size="12" fill="#24292f">`,
    `<title>${escaped(title)}</title><rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...parts,
    '</svg>\n',
  ].join('\n');

/** Steps of 1, 2 or 5 that make about six marks up to `most`. */
export function marksUpTo(most: number): readonly number[] {
  const rough = most / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough) ?? power * 10;
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, index) => index * step);
}

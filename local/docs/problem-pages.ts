// A page for each problem type, at the address that errors name in `type`, and the list of them all.
import { problemSlug, problemTypes } from '../../functions/contract/problems.ts';
import { type ErrorCode, errorCodes } from '../../functions/core/errors.ts';
import { type ProblemProse, problemProse } from '../../scripts/openapi/problem-prose.ts';
import { namedRoutes } from '../../scripts/openapi/schemas.ts';
import { type Html, html, inline, json, nothing, page } from './html.ts';
import { problemAdvice, problemCauses } from './problem-advice.ts';

export interface Site {
  /** Where the pages are: `/docs`. */
  readonly base: string;
  /** Of the examples; ends with a slash. */
  readonly problemTypeBaseUrl: string;
}

const memberProse = (site: Site, code: ErrorCode): object => {
  const { members }: ProblemProse = problemProse[code];
  const { status, title } = problemTypes[code];
  const type = `${site.problemTypeBaseUrl}${problemSlug(code)}`;
  return { type, title, status, code, instance: 'urn:request-id:Nq3rTgX8oAMEVhQ=', ...members };
};

function routesOf({ base }: Site, code: ErrorCode): Html {
  const routes = namedRoutes.filter(([, { problems }]) => problems.includes(code));
  if (routes.length === 0)
    return html`<p>None that is reached behind the gateway, which answers 404 itself.</p>`;
  const items = routes.map(
    ([name, { method, path }]) =>
      html`<li><a href="${base}/#${name}"><code>${method} ${path}</code></a></li>\n`,
  );
  return html`<ul>\n${items}</ul>`;
}

export function problemPage(site: Site, code: ErrorCode): string {
  const { status, title } = problemTypes[code];
  const { description, headers = [] }: ProblemProse = problemProse[code];
  const named = headers.map((name) => html` <code>${name}</code>`);
  return page(
    site.base,
    `${code}: ${title}`,
    html`<h1>${title}</h1>
<p class="soft"><code>${code}</code>, status ${status}</p>
<h2>When it comes</h2>
<p>${inline(problemCauses[code] ?? description)}</p>
<h2>What to do</h2>
<p>${inline(problemAdvice[code])}</p>
<h2>Example</h2>
${json(memberProse(site, code))}
<p>Sent as <code>application/problem+json</code>${named.length === 0 ? nothing : html`, with the header${named}`}. <code>instance</code> holds the request id: quote it to support.</p>
<h2>Where</h2>
${routesOf(site, code)}`,
  );
}

export function problemIndex({ base }: Site): string {
  const rows = errorCodes.map(
    (code) => html`<tr>
<td>${problemTypes[code].status}</td>
<td><a href="${base}/problems/${problemSlug(code)}"><code>${code}</code></a></td>
<td>${inline(problemCauses[code] ?? problemProse[code].description)}</td>
</tr>
`,
  );
  return page(
    base,
    'Problems',
    html`<h1>Problems</h1>
<p>Every refusal is problem details (RFC 9457): its <code>type</code> is the address of one of these pages, and its <code>code</code> is what an app decides by.</p>
<div class="scroll"><table>
<thead><tr><th scope="col">Status</th><th scope="col">Code</th><th scope="col">When it comes</th></tr></thead>
<tbody>
${rows}</tbody></table></div>`,
  );
}

export const notFoundPage = ({ base }: Site): string =>
  page(
    base,
    'Not found',
    html`<h1>There is no such page</h1>
<p>The <a href="${base}/">reference</a> and the <a href="${base}/problems/">problems</a> are here.</p>`,
  );

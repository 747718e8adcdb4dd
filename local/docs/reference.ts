// The reference of the API as one page, from the same document as openapi.yaml.
import { problemSlug } from '../../functions/contract/problems.ts';
import { errorCodes } from '../../functions/core/errors.ts';
import {
  type Answer,
  type ApiDocument,
  type Media,
  type Operation,
  type Parameter,
  resolved,
} from './document.ts';
import { type Html, html, inline, json, nothing, page, prose } from './html.ts';
import { schemaTable, typeOf } from './schema-table.ts';

interface Place {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

export function referencePage(base: string, document: ApiDocument): string {
  const { info, tags, paths, components } = document;
  const places = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      operation,
    })),
  );
  const groups = tags.map((tag) => ({
    ...tag,
    places: places.filter(({ operation }) => operation.tags.includes(tag.name)),
  }));
  const contents = groups.map(
    ({ name, places: own }) => html`<li>${name}<ul>
${own.map(({ method, path, operation }) => html`<li><a href="#${operation.operationId}"><code>${method} ${path}</code></a></li>\n`)}</ul></li>
`,
  );
  const sections = groups.map(
    ({ name, description, places: own }) => html`<h2>${name}</h2>
<p>${inline(description)}</p>
${own.map((place) => operationSection(base, document, place))}`,
  );
  const everyHeader = Object.entries(components.headers).map(
    ([name, { description, required }]) =>
      html`<tr><th scope="row"><code>${name}</code></th><td>${required ? 'always' : 'sometimes'}</td><td>${inline(description)}</td></tr>\n`,
  );
  const named = Object.entries(components.schemas).filter(([name]) => !name.endsWith('Problem'));
  const types = named.map(
    ([name, schema]) => html`<h3 id="${name}">${name}</h3>
${typeof schema['description'] === 'string' ? html`<p>${inline(schema['description'])}</p>` : nothing}
${schemaTable(schema)}
`,
  );
  return page(
    base,
    `${info.title} ${info.version}: reference`,
    html`<h1>${info.title} <span class="soft">${info.version}</span></h1>
${prose(info.description)}
<nav aria-label="Routes"><ul class="contents">
${contents}<li><a href="#headers">Headers</a></li>
<li><a href="#types">Types</a></li>
</ul></nav>
${sections}
<h2 id="headers">Headers of answers</h2>
<div class="scroll"><table><tbody>
${everyHeader}</tbody></table></div>
<h2 id="types">Types</h2>
${types}`,
  );
}

function operationSection(base: string, document: ApiDocument, { method, path, operation }: Place): Html {
  const { components } = document;
  const parameters = (operation.parameters ?? []).map((one) => resolved(one, components.parameters));
  const answers = Object.entries(operation.responses).map(([status, one]) =>
    answerRow(base, document, status, resolved(one, components.responses)),
  );
  const { requestBody } = operation;
  return html`<section aria-labelledby="${operation.operationId}">
<h3 id="${operation.operationId}"><span class="method">${method}</span> <code>${path}</code></h3>
<p><strong>${inline(operation.summary)}.</strong></p>
${prose(operation.description)}
<p class="soft">${security(document, operation)}</p>
${parameters.length === 0 ? nothing : parameterTable(parameters)}
${
  requestBody === undefined
    ? nothing
    : html`<h4>Body</h4>
${requestBody.description === undefined ? nothing : html`<p>${inline(requestBody.description)}</p>`}
${Object.entries(requestBody.content).map(([type, media]) => mediaSection(document, type, media))}`
}
<h4>Answers</h4>
<div class="scroll"><table>
<thead><tr><th scope="col">Status</th><th scope="col">Means</th><th scope="col">Body</th></tr></thead>
<tbody>
${answers}</tbody></table></div>
</section>
`;
}

function security({ components }: ApiDocument, { security: ways }: Operation): Html {
  if (ways.length === 0) return html`Needs no authentication.`;
  const names = ways.flatMap((way) => Object.keys(way));
  const isOptional = ways.some((way) => Object.keys(way).length === 0);
  const about = names.map((name) => components.securitySchemes[name]?.description ?? name).join(' ');
  return html`${isOptional ? 'May be authenticated: ' : 'Authenticated: '}${inline(about)}`;
}

const parameterTable = (parameters: readonly Parameter[]): Html => html`<h4>Parameters</h4>
<div class="scroll"><table>
<thead><tr><th scope="col">Name</th><th scope="col">In</th><th scope="col">Type</th><th scope="col">Means</th></tr></thead>
<tbody>
${parameters.map(
  (
    one,
  ) => html`<tr><th scope="row"><code>${one.name}</code></th><td>${one.in}</td><td>${typeOf(one.schema)}</td><td>${inline(one.description)}</td></tr>
`,
)}</tbody></table></div>`;

function mediaSection(document: ApiDocument, type: string, media: Media): Html {
  return html`<p><code>${type}</code>: ${typeOf(media.schema)}</p>
${examplesOf(document, media)}`;
}

function examplesOf({ components }: ApiDocument, { examples = {} }: Media): Html {
  return html`${Object.entries(examples).map(
    ([name, one]) => html`<details><summary>Example: ${name}</summary>
${json(resolved(one, components.examples).value)}</details>
`,
  )}`;
}

/** A problem links to its page instead of showing its members. */
function answerRow(base: string, document: ApiDocument, status: string, answer: Answer): Html {
  const bodies = Object.entries(answer.content ?? {}).map(([type, media]) =>
    type === 'application/problem+json'
      ? html`<p><code>${type}</code></p>`
      : mediaSection(document, type, media),
  );
  return html`<tr>
<th scope="row">${status}</th>
<td>${linked(base, answer.description)}</td>
<td>${bodies.length === 0 ? 'none' : bodies}</td>
</tr>
`;
}

/** Descriptions of problems begin with the code in backticks. */
function linked(base: string, description: string): Html {
  return html`${description.split(/\n{2,}/).map((part) => {
    const [, first = '', rest = ''] = /^`(\w+)`(.*)$/s.exec(part) ?? [];
    const code = errorCodes.find((one) => one === first);
    if (code === undefined) return html`<p>${inline(part)}</p>`;
    return html`<p><a href="${base}/problems/${problemSlug(code)}"><code>${code}</code></a>${inline(rest)}</p>`;
  })}`;
}

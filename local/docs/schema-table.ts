// A JSON Schema as a table: one row for each member, inner ones by their path; of several forms one table each.
import type { Schema } from './document.ts';
import { type Html, html, inline } from './html.ts';

interface Row {
  readonly path: string;
  readonly type: Html;
  readonly isRequired: boolean;
  readonly about: string;
}

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const schemas = (value: unknown): readonly Schema[] => list(value).filter(isSchema);

const joined = (parts: readonly Html[], between: string): Html =>
  html`${parts.map((part, i) => (i === 0 ? part : html`${between}${part}`))}`;

/** Of a schema that takes one of several. An object's own `oneOf` only narrows its members. */
const choicesOf = (schema: Schema): readonly Schema[] => [
  ...schemas(schema['anyOf']),
  ...(isSchema(schema['properties']) ? [] : schemas(schema['oneOf'])),
];

/** `string`, `integer, 60 to 86400`, a link to a named schema, or all of the values. */
export function typeOf(schema: Schema): Html {
  const { $ref, type, format, pattern } = schema;
  if (typeof $ref === 'string') {
    const name = $ref.split('/').at(-1) ?? '';
    return html`<a href="#${name}">${name}</a>`;
  }
  const choices = choicesOf(schema);
  if (choices.length > 0) return joined(choices.map(typeOf), ' or ');
  if ('const' in schema) return html`<code>${JSON.stringify(schema['const'])}</code>`;
  const values = list(schema['enum']);
  if (values.length > 0)
    return joined(
      values.map((value) => html`<code>${JSON.stringify(value)}</code>`),
      ' or ',
    );
  if (type === 'array' && isSchema(schema['items']))
    return html`array of ${typeOf(schema['items'])}${limits(schema)}`;
  const name = Array.isArray(type) ? type.map(String).join(' or ') : typeof type === 'string' ? type : 'any';
  const form = typeof format === 'string' ? format : typeof pattern === 'string' ? pattern : undefined;
  return html`${name}${limits(schema)}${form === undefined ? '' : html`, <code>${form}</code>`}`;
}

/** `, 1 to 32`: of a number its values, of a text its characters, of a list its entries. */
function limits(schema: Schema): string {
  const of = (...names: readonly string[]) =>
    names.map((name) => schema[name]).find((value) => typeof value === 'number');
  const least = of('minimum', 'minLength', 'minItems');
  const most = of('maximum', 'maxLength', 'maxItems');
  const unit = 'minLength' in schema || 'maxLength' in schema ? ' characters' : '';
  if (least === undefined && most === undefined) return '';
  if (most === undefined) return `, at least ${String(least)}${unit}`;
  return least === undefined
    ? `, at most ${String(most)}${unit}`
    : `, ${String(least)} to ${String(most)}${unit}`;
}

function rowsOf(schema: Schema, at: string): readonly Row[] {
  const { properties, items } = schema;
  if (isSchema(items)) return rowsOf(items, `${at}[]`);
  if (!isSchema(properties)) return [];
  const required = list(schema['required']);
  return Object.entries(properties).flatMap(([name, member]) => {
    if (!isSchema(member)) return [];
    const path = at === '' ? name : `${at}.${name}`;
    const { description } = member;
    const about = typeof description === 'string' ? description : '';
    return [
      { path, type: typeOf(member), isRequired: required.includes(name), about },
      ...rowsOf(member, path),
    ];
  });
}

/** `method: "email_otp"`: the required member whose value tells the form; where there is none, all that it requires. */
function formName(schema: Schema): Html {
  const members = isSchema(schema['properties']) ? schema['properties'] : {};
  const required = list(schema['required']).map(String);
  const telling = required.flatMap((name) => {
    const member = members[name];
    return isSchema(member) && ('const' in member || 'enum' in member)
      ? [html`<code>${name}</code>: ${typeOf(member)}`]
      : [];
  });
  return (
    telling[0] ??
    joined(
      required.map((name) => html`<code>${name}</code>`),
      ', ',
    )
  );
}

/** Of a schema that is no object: what it is. Under an `h3`. */
export function schemaTable(schema: Schema): Html {
  const forms = choicesOf(schema);
  if (forms.length > 0 && forms.every((form) => isSchema(form['properties'])))
    return html`<p>One of ${forms.length} forms.</p>
${forms.map((form) => html`<h4>${formName(form)}</h4>\n${schemaTable(form)}\n`)}`;
  const rows = rowsOf(schema, '').map(
    ({ path, type, isRequired, about }) => html`<tr>
<th scope="row"><code>${path}</code></th><td>${type}</td><td>${isRequired ? 'yes' : 'no'}</td><td>${inline(about)}</td>
</tr>
`,
  );
  if (rows.length === 0) return html`<p>${typeOf(schema)}</p>`;
  return html`<div class="scroll"><table>
<thead><tr><th scope="col">Member</th><th scope="col">Type</th><th scope="col">Required</th><th scope="col">Means</th></tr></thead>
<tbody>
${rows}</tbody></table></div>`;
}

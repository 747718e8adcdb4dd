// The hosted page behind a form link: shows the fields, takes the answers, makes the application.

import { formPath } from './application-forms.ts';
import { createApplication, parseApplicant } from './applications.ts';
import { UnitError } from './errors.ts';
import { type FormField, groupsOf, prefilled } from './form-fields.ts';
import { type ApplicationForm, type FormApplicationType, formApplicationTypes } from './form-records.ts';
import { requestOf } from './form-request.ts';
import type { Call, Route } from './route.ts';
import { escapeHtml } from './state-page.ts';

function show(call: Call): Response {
  const form = formOf(call);
  const closed = closedPage(call, form);
  if (form === undefined || closed !== undefined) return closed ?? missing();
  return formPage(form, typeOf(form, call.url), new Map(), []);
}

function submit(call: Call): Response {
  const form = formOf(call);
  const closed = closedPage(call, form);
  if (form === undefined || closed !== undefined) return closed ?? missing();
  const type = typeOf(form, call.url);
  const posted = new Map(new URLSearchParams(new TextDecoder().decode(call.bytes)));
  const request = requestOf(type, form, posted);
  call.world.received.noteBody(request);
  try {
    const application = createApplication(call.world, parseApplicant(call.world, request), form.id);
    form.applicationId = application.id;
    form.updatedAt = call.world.timestamp();
  } catch (error) {
    if (!(error instanceof UnitError)) throw error;
    const faults = error.entries.map(({ title, details, pointer }) => `${pointer ?? ''} ${details ?? title}`);
    return formPage(form, type, posted, faults);
  }
  const { redirectUrl } = form.settings;
  if (typeof redirectUrl === 'string') {
    return new Response(null, { status: 303, headers: { location: redirectUrl } });
  }
  return html(200, 'Thank you', '<p>Your application was received.</p>');
}

const formOf = (call: Call): ApplicationForm | undefined =>
  [...call.world.forms.values()].find(({ token }) => token === call.param('token'));

const missing = (): Response => html(404, 'Not found', '<p>This form does not exist.</p>');

function closedPage(call: Call, form: ApplicationForm | undefined): Response | undefined {
  if (form === undefined) return undefined;
  if (form.applicationId !== undefined) {
    return html(409, 'Already sent', '<p>This form was sent already.</p>');
  }
  if (form.expiresAt <= call.world.now()) return html(410, 'Expired', '<p>This link has expired.</p>');
  return undefined;
}

function typeOf(form: ApplicationForm, url: URL): FormApplicationType {
  const asked = url.searchParams.get('type') ?? form.prefill['applicationType'];
  const allowed = form.allowedApplicationTypes;
  return allowed.find((type) => type === asked) ?? allowed[0] ?? formApplicationTypes[0];
}

function formPage(
  form: ApplicationForm,
  type: FormApplicationType,
  posted: ReadonlyMap<string, string>,
  faults: readonly string[],
): Response {
  const value = (name: string): string => posted.get(name) ?? prefilled(form, name);
  const groups = groupsOf(type, form).map(
    ({ title, fields }) =>
      `<fieldset><legend>${escapeHtml(title)}</legend>\n${fields
        .map((field) => input(field, value(field.name)))
        .join('\n')}\n</fieldset>`,
  );
  const list = faults.map((fault) => `<li>${escapeHtml(fault)}</li>`).join('');
  return html(
    faults.length === 0 ? 200 : 400,
    'Apply for an account',
    `${choices(form, type)}
${list === '' ? '' : `<div role="alert"><p>Please correct:</p><ul>${list}</ul></div>`}
<form method="post" action="${formPath(form.token)}?type=${type}">
${groups.join('\n')}
<button type="submit">Send the application</button>
</form>`,
  );
}

function choices(form: ApplicationForm, chosen: FormApplicationType): string {
  if (form.allowedApplicationTypes.length < 2) return '';
  const links = form.allowedApplicationTypes.map((type) =>
    type === chosen
      ? `<strong>${type}</strong>`
      : `<a href="${formPath(form.token)}?type=${type}">${type}</a>`,
  );
  return `<nav aria-label="Kind of applicant">${links.join(' | ')}</nav>`;
}

function input({ name, label, isRequired, inputType, options }: FormField, value: string): string {
  const attributes = `id="${name}" name="${name}"${isRequired ? ' required' : ''}`;
  const text = `<label for="${name}">${escapeHtml(label)}${isRequired ? '' : ' (optional)'}</label>`;
  if (options === undefined) {
    return `<p>${text}<input ${attributes} type="${inputType}" value="${escapeHtml(value)}" autocomplete="off"></p>`;
  }
  const choices = ['', ...options].map(
    (option) => `<option${option === value ? ' selected' : ''}>${escapeHtml(option)}</option>`,
  );
  return `<p>${text}<select ${attributes}>${choices.join('')}</select></p>`;
}

const html = (status: number, title: string, body: string): Response =>
  new Response(
    `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 34rem; padding: 0 1rem }
label { display: block } input, select { width: 100%; font: inherit; padding: .3rem } fieldset { margin-bottom: 1rem }
</style>
</head>
<body>
<main>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`,
    {
      status,
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
        'referrer-policy': 'no-referrer',
      },
    },
  );

/** The routes of the hosted page. */
export const formPageRoutes: readonly Route[] = [
  { method: 'GET', path: formPath(':token'), holder: 'public', body: 'none', run: show },
  { method: 'POST', path: formPath(':token'), holder: 'public', body: 'raw', run: submit },
];

// A page that shows what the simulated org holds; plain HTML, nothing to run.
import type { UnitControls } from './controls.ts';

/** The page at the root of the control API. */
export function statePage(controls: UnitControls): Response {
  const sections = [
    section(
      'Applications',
      ['Id', 'Type', 'Status', 'Subject', 'Customer', 'Documents', 'Created'],
      controls
        .applications()
        .map(({ id, applicant, status, customerId, documents, createdAt }) => [
          id,
          applicant.type,
          status,
          (applicant.type === 'businessApplication'
            ? applicant.attributes.contact.jwtSubject
            : applicant.attributes.jwtSubject) ?? '',
          customerId ?? '',
          documents.map((document) => `${document.documentType} ${document.status}`).join(', '),
          createdAt,
        ]),
    ),
    section(
      'Customers',
      ['Id', 'Type', 'Status', 'Application', 'Created'],
      controls
        .customers()
        .map(({ id, person, status, applicationId, createdAt }) => [
          id,
          person.type,
          status,
          applicationId,
          createdAt,
        ]),
    ),
    section(
      'Cards',
      ['Id', 'Type', 'Status', 'Number', 'Customer'],
      controls
        .cards()
        .map(({ id, type, status, pan, customerId }) => [
          id,
          type,
          status,
          `ends in ${pan.slice(-4)}`,
          customerId,
        ]),
    ),
    section(
      'Webhooks',
      ['Id', 'Label', 'URL', 'Mode', 'Status', 'Waiting', 'Failures'],
      controls
        .webhooks()
        .map(({ id, label, url, deliveryMode, status, queue, failures }) => [
          id,
          label,
          url,
          deliveryMode,
          status,
          String(queue.length),
          String(failures),
        ]),
    ),
    section(
      'Latest deliveries',
      ['At', 'Webhook', 'Events', 'Attempt', 'Outcome', 'Status'],
      controls
        .webhookLog()
        .slice(-20)
        .toReversed()
        .map(({ at, webhookId, eventTypes, attempt, outcome, status, error }) => [
          at,
          webhookId,
          eventTypes.join(', '),
          String(attempt),
          outcome,
          String(status ?? error ?? ''),
        ]),
    ),
    section(
      'Armed faults',
      ['Method', 'Path', 'Left', 'Fault'],
      controls.faults
        .armed()
        .map(({ method, path, times, fault }) => [method, path, String(times), JSON.stringify(fault)]),
    ),
    section(
      'Switches',
      ['Name', 'Value'],
      Object.entries(controls.switches).map(([name, value]) => [name, JSON.stringify(value)]),
    ),
  ];
  return new Response(page(sections.join('\n')), {
    headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' },
  });
}

const page = (body: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Unit simulator</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #1a1a1a }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #ddd; overflow-wrap: anywhere }
caption { text-align: left; font-weight: 600; font-size: 1.1rem; margin: 1.5rem 0 .3rem }
</style>
</head>
<body>
<main>
<h1>Unit simulator</h1>
${body}
</main>
</body>
</html>
`;

function section(title: string, heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = heads.map((text) => `<th scope="col">${escapeHtml(text)}</th>`).join('');
  const body = rows.map((row) => `<tr>${row.map((text) => `<td>${escapeHtml(text)}</td>`).join('')}</tr>`);
  const none = `<tr><td colspan="${heads.length}">none</td></tr>`;
  return `<table><caption>${escapeHtml(title)}</caption><thead><tr>${head}</tr></thead><tbody>${
    body.length === 0 ? none : body.join('\n')
  }</tbody></table>`;
}

/** Text that may stand in HTML, in an attribute too. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

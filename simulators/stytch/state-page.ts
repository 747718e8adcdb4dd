// The control API's front page: what is in the simulator, readable without scripts.
import type { StytchControls } from './controls.ts';

interface Listed {
  readonly method: string;
  readonly path: string;
  readonly about: string;
}

/** The state of the simulator, and the list of controls, as HTML. */
export function statePage(controls: StytchControls, listed: readonly Listed[]): Response {
  const users = controls.users();
  const sessions = users.flatMap(({ userId }) => controls.sessions(userId));
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Stytch simulator</title>
<style>body{font:15px/1.5 system-ui,sans-serif;margin:2rem;max-width:75rem}
table{border-collapse:collapse;width:100%;margin:0 0 2rem}
th,td{border:1px solid #ccc;padding:.3rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}</style></head><body>
<h1>Stytch simulator</h1>
${table(
  'Users',
  ['user', 'status', 'addresses', 'second factors'],
  users.map((user) => [
    user.userId,
    user.isLocked ? `${user.status}, locked` : user.status,
    [...user.emails, ...user.phones]
      .map(({ value, verified }) => `${value}${verified ? '' : ' (unproved)'}`)
      .join(', '),
    [
      ...user.totps.map(({ totpId, verified }) => `${totpId}${verified ? '' : ' (unconfirmed)'}`),
      ...user.webauthnRegistrationIds,
    ].join(', '),
  ]),
)}
${table(
  'Sessions',
  ['session', 'user', 'started', 'ends', 'factors'],
  sessions.map((session) => [
    session['session_id'],
    session['user_id'],
    session['started_at'],
    session['expires_at'],
    JSON.stringify(session['authentication_factors']),
  ]),
)}
${table(
  'Inbox',
  ['to', 'kind', 'sent', 'link'],
  controls.inbox().map((mail) => [mail.to, mail.kind, mail.sentAt, mail.url]),
)}
${table(
  'Passcodes',
  ['to', 'channel', 'sent', 'code'],
  controls.outbox().map((sent) => [sent.to, sent.channel, sent.sentAt, sent.code]),
)}
${table(
  'Faults',
  ['calls', 'left', 'fault'],
  controls.faults
    .armed()
    .map((armed) => [`${armed.method} ${armed.path}`, armed.times, JSON.stringify(armed.fault)]),
)}
${table('Switches', ['switch', 'position'], Object.entries(controls.switches()))}
${table(
  'Last requests',
  ['request', 'status', 'error'],
  controls
    .requests()
    .slice(-30)
    .map((request) => [`${request.method} ${request.path}`, request.status, request.errorType ?? '']),
)}
${table(
  'Controls',
  ['call', 'does'],
  listed.map(({ method, path, about }) => [`${method} ${path}`, about]),
)}
</body></html>`;
  return new Response(html, {
    headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' },
  });
}

function table(title: string, heads: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const cells = (tag: string, values: readonly unknown[]): string =>
    values.map((value) => `<${tag}>${escaped(String(value))}</${tag}>`).join('');
  const body = rows.map((row) => `<tr>${cells('td', row)}</tr>`).join('\n');
  return `<h2>${title}</h2><table><tr>${cells('th', heads)}</tr>\n${body || `<tr><td colspan="${heads.length}">none</td></tr>`}</table>`;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

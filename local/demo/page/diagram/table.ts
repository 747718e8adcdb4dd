// The diagram as a table, for those who read it better so: a row for each call.
import type { TraceMessage } from '../../contract.ts';
import { button, h } from '../dom.ts';
import { partyNames } from './draw.ts';
import type { Group } from './groups.ts';
import { isProblem, labelOf } from './labels.ts';

export function tableOf(groups: readonly Group[], onOpen: (message: TraceMessage) => void): HTMLElement {
  return h(
    'table',
    {},
    h('caption', { class: 'visually-hidden' }, 'Every call, newest last'),
    h(
      'thead',
      {},
      h('tr', {}, ...['From and to', 'Request', 'Answer'].map((name) => h('th', { scope: 'col' }, name))),
    ),
    ...groups.map(({ heading, messages }) =>
      h(
        'tbody',
        {},
        h('tr', {}, h('th', { colspan: 3, scope: 'rowgroup' }, heading)),
        ...messages
          .filter(({ direction }) => direction === 'request')
          .map((message) => row(message, messages, onOpen)),
      ),
    ),
  );
}

function row(
  request: TraceMessage,
  messages: readonly TraceMessage[],
  onOpen: (message: TraceMessage) => void,
): HTMLElement {
  const answer = messages.find(
    ({ callId, direction }) => callId === request.callId && direction === 'answer',
  );
  const opener = button(labelOf(request), () => onOpen(request), 'small');
  opener.dataset['id'] = String(request.id);
  return h(
    'tr',
    {},
    h('td', {}, `${partyNames[request.from]} → ${partyNames[request.to]}`),
    h('td', {}, opener),
    h('td', { class: answer && isProblem(answer) ? 'problem' : '' }, answer ? labelOf(answer) : 'waiting …'),
  );
}

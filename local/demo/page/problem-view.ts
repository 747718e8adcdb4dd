// What went wrong, in words: problem details of the API, Unit's own errors, and answers that never came.
import { ProblemError } from '../../../client/index.ts';
import { DemoRefusal } from './demo-api.ts';
import { h } from './dom.ts';

/** Unit's refusal of a call by the browser itself. */
export class UnitRefusal extends Error {
  readonly status: number;

  constructor(status: number, title: string) {
    super(title);
    this.status = status;
  }
}

/** The user closed a dialog: nothing to be told. */
export class GivenUp extends Error {}

/** @param isBroken whether somebody has broken a vendor on purpose */
export function problemView(error: unknown, isBroken: boolean, heal: () => unknown): HTMLElement {
  return h(
    'div',
    { class: 'problem' },
    ...(error instanceof ProblemError ? ofApi(error) : ofElse(error)),
    isBroken &&
      h(
        'p',
        { class: 'broken' },
        'Something is broken on purpose: see ‘Break something’. ',
        h('button', { type: 'button', class: 'small', onclick: () => void heal() }, 'Heal all'),
      ),
  );
}

function ofApi(error: ProblemError): HTMLElement[] {
  const { details, status, code, fieldErrors, requestId, retryAfterSeconds } = error;
  const type = 'type' in details && typeof details.type === 'string' ? details.type : '';
  return [
    h('p', { class: 'title' }, error.message),
    details.detail !== undefined && details.detail !== error.message
      ? h('p', {}, details.detail)
      : h('p', {}),
    h(
      'ul',
      { class: 'fields' },
      ...fieldErrors.map(({ pointer, reason }) => h('li', {}, h('code', {}, pointer), ` ${reason}`)),
    ),
    h(
      'p',
      { class: 'small-print' },
      h('code', {}, `${status} ${code}`),
      ' · ',
      h('a', { href: pageOf(type, code), target: '_blank' }, 'what it means'),
      retryAfterSeconds === undefined ? '' : ` · try again in ${retryAfterSeconds} s`,
      requestId === undefined ? '' : ` · request ${requestId.slice(0, 8)}…`,
    ),
  ].filter((element) => element.hasChildNodes());
}

/** The problem type's page, on this origin, wherever it runs. */
const pageOf = (type: string, code: string): string =>
  URL.canParse(type) ? new URL(type).pathname : `/docs/problems/${code.replaceAll('_', '-')}`;

function ofElse(error: unknown): HTMLElement[] {
  const [title, detail] = wordsOf(error);
  return [h('p', { class: 'title' }, title), h('p', {}, detail)];
}

function wordsOf(error: unknown): readonly [string, string] {
  if (error instanceof UnitRefusal) return ['Unit refused.', `${error.status}: ${error.message}`];
  if (error instanceof DemoRefusal) return ['The simulator refused.', error.message];
  if (error instanceof DOMException && error.name === 'NotAllowedError')
    return ['No passkey was used.', 'The browser asked, and was told no, or nobody answered.'];
  if (error instanceof DOMException && error.name === 'TimeoutError')
    return ['There was no answer in time.', 'Try again; the page has stopped waiting.'];
  if (error instanceof TypeError) return ['There was no answer.', 'The connection was cut. Try again.'];
  return ['Something went wrong.', error instanceof Error ? error.message : String(error)];
}

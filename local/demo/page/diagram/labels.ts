// What stands over an arrow: the call in few words, and how it ended.
import type { TraceMessage } from '../../contract.ts';
import { tableWords } from './table-words.ts';

/** Whether something was refused or has failed; a condition of the table that does not hold is an answer like others. */
export const isProblem = (message: TraceMessage): boolean =>
  message.status === 'cut' ||
  (message.status !== undefined && message.status >= 400 && !isUnmetCondition(message));

export function labelOf(message: TraceMessage): string {
  if (message.direction === 'request') {
    const words =
      message.to === 'dynamodb' || message.to === 'secrets_manager' ? tableWords(message.body) : '';
    return words === '' ? shortIds(message.title) : `${message.title}: ${words}`;
  }
  return [outcomeOf(message), duration(message)].filter(Boolean).join(' · ');
}

export const duration = ({ durationMs }: TraceMessage): string =>
  durationMs === undefined
    ? ''
    : durationMs < 1000
      ? `${Math.round(durationMs)} ms`
      : `${(durationMs / 1000).toFixed(1)} s`;

function outcomeOf(message: TraceMessage): string {
  if (message.status === 'cut') return 'no answer';
  if (isUnmetCondition(message)) return 'condition not met';
  return [message.status, isProblem(message) && codeOf(message.body)].filter(Boolean).join(' ');
}

const isUnmetCondition = ({ from, body }: TraceMessage): boolean =>
  from === 'dynamodb' && textAt(body, '__type')?.endsWith('#ConditionalCheckFailedException') === true;

/** The code of a problem, ours, Stytch's or Unit's. */
function codeOf(body: unknown): string | undefined {
  const own = textAt(body, 'code') ?? textAt(body, 'error_type');
  if (own !== undefined || typeof body !== 'object' || body === null || !('errors' in body)) return own;
  const first: unknown = Array.isArray(body.errors) ? body.errors[0] : undefined;
  return textAt(first, 'code') ?? textAt(first, 'title');
}

function textAt(body: unknown, name: string): string | undefined {
  const value: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** Enough of an id to know it again. */
const shortIds = (title: string): string =>
  title.replaceAll(/\/([\w-]*[0-9A-Z][\w-]*)/g, (whole, id: string) =>
    id.length > 14 ? `/${id.slice(0, 5)}…` : whole,
  );

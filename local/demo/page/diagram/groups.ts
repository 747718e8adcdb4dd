// Messages -> groups: what one call of the browser's, or one webhook, has caused, in the order of time.
import type { Party, TraceMessage } from '../../contract.ts';
import { headingOf } from './headings.ts';

export interface Group {
  readonly key: string;
  readonly heading: string;
  /** `direct`: between browser and Unit alone; `background`: caused by nobody's call. */
  readonly kind: 'call' | 'webhook' | 'direct' | 'background';
  readonly messages: readonly TraceMessage[];
}

/** Calls of the background that are closer than this belong together. */
const TOGETHER_MS = 3000;

/** Groups in the order in which they began, and each group's messages in the order of time. */
export function groupMessages(messages: readonly TraceMessage[]): readonly Group[] {
  const groups = new Map<string, TraceMessage[]>();
  const keys = new Map<string, string>();
  let background = { key: '', until: -Infinity };
  for (const message of [...messages].sort(byTime)) {
    let key = keys.get(message.callId) ?? message.exchange ?? undefined;
    if (key === undefined && isDirect(message)) key = message.callId;
    if (key === undefined) {
      if (message.at > background.until) background = { key: `background-${message.id}`, until: 0 };
      key = background.key;
    }
    if (key === background.key) background.until = message.at + TOGETHER_MS;
    keys.set(message.callId, key);
    const group = groups.get(key);
    if (group) group.push(message);
    else groups.set(key, [message]);
  }
  return Array.from(groups, ([key, grouped]) => ({ key, ...named(key, grouped), messages: grouped }));
}

/** The parties that need a lifeline: Secrets Manager only once it was asked. */
export const lifelinesOf = (messages: readonly TraceMessage[]): readonly Party[] => [
  'browser',
  'api',
  'stytch',
  'dynamodb',
  ...(messages.some(({ from, to }) => from === 'secrets_manager' || to === 'secrets_manager')
    ? (['secrets_manager'] as const)
    : []),
  'unit',
];

const byTime = (a: TraceMessage, b: TraceMessage): number => a.at - b.at || a.id - b.id;

/** The browser's own calls that the API is not on the way of. */
const isDirect = ({ from, to }: TraceMessage): boolean =>
  (from === 'browser' && to !== 'api') || (to === 'browser' && from !== 'api');

const directHeadings = {
  stytch: 'The mailed link leads over Stytch',
  unit: 'Straight to Unit, past the bridge',
} as const;

function named(key: string, [first]: readonly TraceMessage[]): Pick<Group, 'heading' | 'kind'> {
  if (first === undefined || key.startsWith('background-'))
    return { heading: 'In the background', kind: 'background' };
  if (isDirect(first))
    return { heading: directHeadings[first.to === 'stytch' ? 'stytch' : 'unit'], kind: 'direct' };
  return { heading: headingOf(first.title), kind: first.from === 'unit' ? 'webhook' : 'call' };
}

// Server-sent events: each is one message of the trace. The browser connects again by itself.
import type { TraceMessage } from '../contract.ts';

export function listen(onMessage: (message: TraceMessage) => void): void {
  const source = new EventSource('/demo/events');
  source.addEventListener('message', ({ data }) => onMessage(JSON.parse(data)));
}

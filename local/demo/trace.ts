// The recorder of the sequence diagram: what passed, masked, the last few hundred kept, and everybody told who listens.
import { keptMessages, type TraceMessage } from './contract.ts';

export type NewMessage = Omit<TraceMessage, 'id'>;

export interface Trace {
  add(message: NewMessage): void;
  /** Those that are still kept, after this id. @default - all */
  messages(after?: number): readonly TraceMessage[];
  /** Calls back for each new one; the returned function ends that. */
  subscribe(listener: (message: TraceMessage) => void): () => void;
}

/** @param firstId the time rises from run to run, so that an open page takes nothing of this one for what it has seen */
export function createTrace(firstId = Date.now()): Trace {
  const kept: TraceMessage[] = [];
  const listeners = new Set<(message: TraceMessage) => void>();
  let lastId = firstId - 1;
  return {
    add: (message) => {
      lastId += 1;
      const whole = { id: lastId, ...message };
      kept.push(whole);
      if (kept.length > keptMessages) kept.shift();
      for (const listener of listeners) listener(whole);
    },
    messages: (after = 0) => kept.filter(({ id }) => id > after),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

const KEEP_ALIVE_MS = 15_000;

/** The trace as server-sent events, until the reader goes away. To a reader of an earlier run all of this one is new. */
export function eventStream(trace: Trace, lastEventId: number, gone: AbortSignal): Response {
  let stop = (): void => {};
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const send = (text: string): void => controller.enqueue(encoder.encode(text));
      const show = (message: TraceMessage): void =>
        send(`id: ${message.id}\ndata: ${JSON.stringify(message)}\n\n`);
      send('retry: 1000\n\n');
      for (const message of trace.messages(lastEventId)) show(message);
      const unsubscribe = trace.subscribe(show);
      const timer = setInterval(() => send(': still here\n\n'), KEEP_ALIVE_MS);
      const end = (): void => {
        stop();
        controller.close();
      };
      stop = () => {
        unsubscribe();
        clearInterval(timer);
        gone.removeEventListener('abort', end);
      };
      gone.addEventListener('abort', end);
    },
    cancel: () => stop(),
  });
  return new Response(body, {
    headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
  });
}

// The recorder's memory: the last messages, in order, for whoever connects, and nobody is told who has gone.
import { describe, expect, it } from '@jest/globals';
import { keptMessages, type TraceMessage } from '../../local/demo/contract.ts';
import { createTrace, eventStream, type NewMessage } from '../../local/demo/trace.ts';

const message = (title: string): NewMessage => ({
  callId: title,
  exchange: null,
  from: 'api',
  to: 'unit',
  direction: 'request',
  at: 0,
  title,
});

/** What a stream has told. */
const titles = (text: string): readonly string[] =>
  [...text.matchAll(/^data: (.*)$/gm)].map(([, data = '']) => JSON.parse(data).title);

/** A trace that counts who listens. */
function counted() {
  const trace = createTrace(1);
  let listeners = 0;
  const subscribe = (listener: (one: TraceMessage) => void) => {
    const unsubscribe = trace.subscribe(listener);
    listeners += 1;
    return () => {
      listeners -= 1;
      unsubscribe();
    };
  };
  return { trace: { ...trace, subscribe }, listeners: () => listeners };
}

describe('the trace', () => {
  it('keeps the last messages and numbers them on', () => {
    const trace = createTrace(1);
    for (let i = 1; i <= keptMessages + 5; i += 1) trace.add(message(String(i)));
    expect(trace.messages()).toHaveLength(keptMessages);
    expect(trace.messages()[0]).toMatchObject({ id: 6, title: '6' });
    expect(trace.messages(keptMessages + 3).map(({ id }) => id)).toEqual([
      keptMessages + 4,
      keptMessages + 5,
    ]);
  });

  it('sends what is kept after the last seen id, then what comes, and forgets a reader who has gone', async () => {
    const { trace, listeners } = counted();
    trace.add(message('seen'));
    trace.add(message('missed'));
    const gone = new AbortController();
    const response = eventStream(trace, 1, gone.signal);
    expect(listeners()).toBe(1);
    trace.add(message('new'));
    gone.abort();
    expect(listeners()).toBe(0);
    trace.add(message('late'));
    const text = await response.text();
    expect(titles(text)).toEqual(['missed', 'new']);
    expect(text).toMatch(/^retry: \d+\n\nid: 2\ndata: /);
  });

  it('is all new, and under other ids, to a reader of the run before', async () => {
    const before = createTrace();
    for (let i = 0; i < 50; i += 1) before.add(message('before'));
    const seen = before.messages().map(({ id }) => id);
    // No process starts within 50 milliseconds of another's beginning.
    await new Promise((resolve) => setTimeout(resolve, 60));
    const trace = createTrace();
    trace.add(message('anew'));
    trace.add(message('and on'));
    const gone = new AbortController();
    const response = eventStream(trace, seen.at(-1) ?? 0, gone.signal);
    gone.abort();
    expect(titles(await response.text())).toEqual(['anew', 'and on']);
    expect(trace.messages().filter(({ id }) => seen.includes(id))).toEqual([]);
  });

  it('forgets a reader who stops reading', async () => {
    const { trace, listeners } = counted();
    const gone = new AbortController();
    const response = eventStream(trace, 0, gone.signal);
    await response.body?.cancel();
    expect(listeners()).toBe(0);
    trace.add(message('late'));
    // An error in the listener would be nobody's to catch.
    const uncaught: unknown[] = [];
    const note = (error: unknown) => uncaught.push(error);
    process.on('uncaughtException', note);
    gone.abort();
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off('uncaughtException', note);
    expect(uncaught).toEqual([]);
  });
});

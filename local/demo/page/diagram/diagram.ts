// The live sequence diagram: messages come in, changed groups are drawn again, the newest stays in view.
import { keptMessages, type Party, type TraceMessage } from '../../contract.ts';
import { byId, h } from '../dom.ts';
import { createDetails } from './details.ts';
import { drawHeads, drawRows } from './draw.ts';
import { type Group, groupMessages, lifelinesOf } from './groups.ts';
import { duration } from './labels.ts';
import { columns, place } from './layout.ts';
import { tableOf } from './table.ts';

interface Drawn {
  readonly section: HTMLElement;
  readonly signature: string;
}

/** How far from the end still counts as being at the end, in pixels. */
const NEAR = 60;

export function createDiagram() {
  const scroller = byId('diagram');
  const heads = byId('heads');
  const newest = byId('newest');
  const asTable = byId('as-table');
  const background = byId('background');
  const drawn = new Map<string, Drawn>();
  let messages: TraceMessage[] = [];
  let isScheduled = false;
  let returnTo: number | undefined;
  const details = createDetails(byId('details'), () => {
    if (returnTo !== undefined) arrowOf(returnTo)?.focus();
  });
  const measure = measurer();

  const arrowOf = (id: number): HTMLElement | SVGElement | null =>
    scroller.querySelector<HTMLElement | SVGElement>(`[data-id="${id}"]`);
  const open = (message: TraceMessage): void => {
    returnTo = message.id;
    details.show(
      messages.filter(({ callId }) => callId === message.callId),
      message,
    );
    arrowOf(message.id)?.scrollIntoView({ block: 'nearest' });
  };
  const isOn = (element: HTMLElement): boolean => element.getAttribute('aria-pressed') === 'true';

  function schedule(): void {
    if (isScheduled) return;
    isScheduled = true;
    requestAnimationFrame(() => {
      isScheduled = false;
      draw();
    });
  }

  function draw(): void {
    const wasAtEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR;
    const groups = groupMessages(messages).filter(({ kind }) => kind !== 'background' || isOn(background));
    const parties = lifelinesOf(groups.flatMap((group) => group.messages));
    scroller.classList.toggle('is-empty', groups.length === 0);
    if (isOn(asTable)) {
      heads.replaceChildren();
      drawn.clear();
      const focused = document.activeElement?.getAttribute('data-id');
      scroller.replaceChildren(tableOf(groups, open));
      scroller.querySelector<HTMLElement>(`[data-id="${focused}"]`)?.focus();
    } else drawGroups(groups, parties);
    if (wasAtEnd) scroller.scrollTop = scroller.scrollHeight;
    newest.hidden = wasAtEnd || groups.length === 0;
  }

  function drawGroups(groups: readonly Group[], parties: readonly Party[]): void {
    const width = Math.max(280, scroller.clientWidth);
    const at = columns(parties, width);
    heads.replaceChildren(drawHeads(at, width));
    const focused = document.activeElement?.getAttribute('data-id');
    const sections = groups.map((group) => {
      const signature = [group.heading, width, parties.length, ...group.messages.map(({ id }) => id)].join();
      const before = drawn.get(group.key);
      if (before?.signature === signature) return before.section;
      const rows = drawRows(place(group.messages, at, width, measure), at, width, ({ message }) =>
        open(message),
      );
      const section = h('section', { class: `group ${group.kind}` }, headingOf(group), rows);
      before?.section.replaceWith(section);
      drawn.set(group.key, { section, signature });
      return section;
    });
    const stays = new Set<Element>(sections);
    for (const [key, { section }] of drawn) if (!stays.has(section)) drawn.delete(key);
    const gone = Array.from(scroller.children).filter((child) => !stays.has(child));
    for (const child of gone) child.remove();
    // What is in its place already is not moved, so that no focus is lost.
    sections.forEach((section, i) => {
      if (scroller.children[i] !== section) scroller.insertBefore(section, scroller.children[i] ?? null);
    });
    const arrows = scroller.querySelectorAll<SVGElement>('.arrow');
    const current = (focused && arrowOf(Number(focused))) || arrows[arrows.length - 1];
    for (const arrow of arrows) arrow.setAttribute('tabindex', arrow === current ? '0' : '-1');
    if (focused && current && document.activeElement === document.body) current.focus();
  }

  scroller.addEventListener('keydown', (event) => {
    const arrows = [...scroller.querySelectorAll<SVGElement>('.arrow')];
    const i = arrows.findIndex((arrow) => arrow === document.activeElement);
    const next = { ArrowDown: i + 1, ArrowUp: i - 1, Home: 0, End: arrows.length - 1 }[event.key];
    const target = i < 0 || next === undefined ? undefined : arrows[next];
    if (target === undefined) return;
    event.preventDefault();
    arrows[i]?.setAttribute('tabindex', '-1');
    target.setAttribute('tabindex', '0');
    target.focus();
  });
  scroller.addEventListener('scroll', () => {
    if (scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR) newest.hidden = true;
  });
  newest.addEventListener('click', () => {
    scroller.scrollTop = scroller.scrollHeight;
  });
  for (const toggle of [asTable, background])
    toggle.addEventListener('click', () => {
      toggle.setAttribute('aria-pressed', String(!isOn(toggle)));
      schedule();
    });
  new ResizeObserver(schedule).observe(scroller);

  return {
    add(message: TraceMessage): void {
      if (messages.some(({ id }) => id === message.id)) return;
      messages = [...messages, message].slice(-keptMessages);
      schedule();
    },
    clear(): void {
      messages = [];
      details.close();
      schedule();
    },
  };
}

/** What it was for, and how long all of it took. */
function headingOf({ heading, messages }: Group): HTMLElement {
  const [first] = messages;
  const last = messages.find((one) => one.callId === first?.callId && one.direction === 'answer');
  return h('h3', {}, heading, last !== undefined && h('small', {}, ` ${duration(last)}`));
}

/** The width of a label as the style sheet sets it. */
function measurer(): (text: string) => number {
  const context = document.createElement('canvas').getContext('2d');
  if (context) context.font = `12px ${getComputedStyle(document.body).fontFamily}`;
  const known = new Map<string, number>();
  return (text) => {
    const width = known.get(text) ?? context?.measureText(text).width ?? text.length * 7;
    known.set(text, width);
    return width;
  };
}

// Elements made in one expression, and the few things that every part of the page does with them.

type Child = Node | string | number | false | null | undefined;
type Attributes = Readonly<Record<string, string | number | boolean | EventListener | undefined>>;

/** An element with attributes (`true` is an empty one, `on...` a listener) and children. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  dress(element, attributes);
  element.append(...present(children));
  return element;
}

/** The same for SVG. */
export function svg<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[Tag] {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  dress(element, attributes);
  element.append(...present(children));
  return element;
}

function dress(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value !== undefined) element.setAttribute(name, String(value));
  }
}

const present = (children: readonly Child[]): (Node | string)[] =>
  children.flatMap((child) =>
    child === false || child === null || child === undefined
      ? []
      : [typeof child === 'number' ? String(child) : child],
  );

/** The element that index.html has under this id. */
export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`index.html has no #${id}`);
  return found;
}

/** A button; the first of a step is the one to press. */
export const button = (label: string, onclick: () => unknown, look: 'main' | 'plain' | 'small' = 'plain') =>
  h('button', { type: 'button', class: look, onclick: () => void onclick() }, label);

/** A field with its label above and, if there is one, its hint below. */
export function field(label: string, input: HTMLElement, hint?: string): HTMLElement {
  const id = `field-${label.toLowerCase().replaceAll(/\W+/g, '-')}`;
  input.id = id;
  if (hint !== undefined) input.setAttribute('aria-describedby', `${id}-hint`);
  return h(
    'div',
    { class: 'field' },
    h('label', { for: id }, label),
    input,
    hint !== undefined && h('p', { class: 'hint', id: `${id}-hint` }, hint),
  );
}

/** A form that is sent by Enter as well, and never by the browser itself. */
export const form = (onsubmit: () => unknown, ...children: readonly Child[]): HTMLFormElement =>
  h(
    'form',
    {
      onsubmit: (event: Event) => {
        event.preventDefault();
        void onsubmit();
      },
    },
    ...children,
  );

export const actions = (...children: readonly Child[]): HTMLElement =>
  h('div', { class: 'actions' }, ...children);

/** Terms and what they are, as rows. */
export const facts = (rows: readonly (readonly [string, Node | string])[]): HTMLElement =>
  h(
    'dl',
    { class: 'facts' },
    ...rows.map(([term, what]) => h('div', {}, h('dt', {}, term), h('dd', {}, what))),
  );

/** Tells a screen reader without moving the focus. */
export function announce(text: string): void {
  byId('announcer').textContent = text;
}

/** So much of a secret that one knows it again, and no more. */
export const masked = (secret: string): string => `${secret.slice(0, 8)}${'•'.repeat(12)}`;

/** @returns a promise that ends after so long, or at the signal's abort */
export const sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });

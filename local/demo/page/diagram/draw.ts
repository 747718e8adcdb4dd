// Draws the rows of a group, and the heads of the lifelines, as SVG.
import type { Party } from '../../contract.ts';
import { svg } from '../dom.ts';
import { isProblem, labelOf } from './labels.ts';
import { type Placed, ROW_HEIGHT, type Row } from './layout.ts';

export const partyNames = {
  browser: 'Browser',
  api: 'API',
  stytch: 'Stytch',
  dynamodb: 'DynamoDB',
  secrets_manager: 'Secrets Manager',
  unit: 'Unit',
} as const satisfies Record<Party, string>;

const shortNames = { ...partyNames, dynamodb: 'Dynamo', secrets_manager: 'Secrets' } as const;

const HEAD_HEIGHT = 30;

/** The names over the lifelines; a list for screen readers is in every arrow's own name. */
export function drawHeads(at: ReadonlyMap<Party, number>, width: number): SVGSVGElement {
  const names = width < 560 ? shortNames : partyNames;
  return svg(
    'svg',
    { width, height: HEAD_HEIGHT, class: 'heads', 'aria-hidden': 'true' },
    ...Array.from(at, ([party, x]) =>
      svg('text', { x, y: 20, class: `head ${party}`, 'text-anchor': 'middle' }, names[party]),
    ),
  );
}

/** @param onOpen called with a row's message when it is clicked, or Enter is pressed on it */
export function drawRows(
  { rows, height }: Placed,
  at: ReadonlyMap<Party, number>,
  width: number,
  onOpen: (row: Row) => void,
): SVGSVGElement {
  return svg(
    'svg',
    { width, height, class: 'rows', role: 'group', 'aria-label': 'Requests and answers' },
    ...Array.from(at, ([party, x]) =>
      svg('line', { x1: x, x2: x, y1: 0, y2: height, class: `lifeline ${party}` }),
    ),
    ...rows.map((row, i) => drawRow(row, i, width, onOpen)),
  );
}

/** What a screen reader says of an arrow. */
export const spoken = ({ message }: Row): string =>
  message.direction === 'request'
    ? `${partyNames[message.from]} asks ${partyNames[message.to]}: ${labelOf(message)}`
    : `${partyNames[message.from]} answers ${partyNames[message.to]}: ${labelOf(message)}`;

function drawRow(row: Row, i: number, width: number, onOpen: (row: Row) => void): SVGGElement {
  const { message, y, fromX, toX, label, labelX, labelY } = row;
  const toTheRight = toX > fromX;
  const tip = toTheRight ? -7 : 7;
  const isCut = message.status === 'cut';
  const open = (): void => onOpen(row);
  return svg(
    'g',
    {
      class: ['arrow', message.direction, isProblem(message) && 'problem'].filter(Boolean).join(' '),
      role: 'button',
      tabindex: -1,
      'data-id': message.id,
      'aria-label': spoken(row),
      onclick: open,
      onkeydown: (event) => {
        if (!(event instanceof KeyboardEvent) || (event.key !== 'Enter' && event.key !== ' ')) return;
        event.preventDefault();
        open();
      },
    },
    svg('rect', {
      x: 1,
      y: i * ROW_HEIGHT + 1,
      width: width - 2,
      height: ROW_HEIGHT - 4,
      rx: 6,
      class: 'hit',
    }),
    svg('text', { x: labelX, y: labelY, 'text-anchor': 'middle', class: 'label' }, label),
    svg('line', { x1: fromX, x2: isCut ? (fromX + toX) / 2 : toX + tip / 2, y1: y, y2: y, class: 'line' }),
    isCut
      ? svg('path', { d: cross((fromX + toX) / 2, y), class: 'line solid' })
      : svg('polygon', { points: `${toX},${y} ${toX + tip},${y - 4} ${toX + tip},${y + 4}`, class: 'tip' }),
  );
}

const cross = (x: number, y: number): string => `M${x - 4} ${y - 4}l8 8m0 -8l-8 8`;

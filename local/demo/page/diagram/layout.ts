// Where everything of a group stands: lifelines, arrows and their labels, in pixels.
import type { Party, TraceMessage } from '../../contract.ts';
import { labelOf } from './labels.ts';

export interface Row {
  readonly message: TraceMessage;
  /** Of the line; its head is at `toX`. */
  readonly y: number;
  readonly fromX: number;
  readonly toX: number;
  readonly label: string;
  /** The middle of the label. */
  readonly labelX: number;
  readonly labelY: number;
}

export interface Placed {
  readonly height: number;
  readonly rows: readonly Row[];
}

export const ROW_HEIGHT = 32;
const LABEL_BASE = 13;
const LINE_BASE = 20;
const BOTTOM = 6;
const EDGE = 4;

/** The middle of each lifeline. */
export function columns(parties: readonly Party[], width: number): ReadonlyMap<Party, number> {
  const margin = Math.min(56, width / (parties.length * 2));
  const gap = (width - 2 * margin) / Math.max(1, parties.length - 1);
  return new Map(parties.map((party, i) => [party, Math.round(margin + i * gap)]));
}

/** @param measure the width of a text in pixels */
export function place(
  messages: readonly TraceMessage[],
  at: ReadonlyMap<Party, number>,
  width: number,
  measure: (text: string) => number,
): Placed {
  const rows = messages.map((message, i): Row => {
    const fromX = at.get(message.from) ?? 0;
    const toX = at.get(message.to) ?? 0;
    const label = shorten(labelOf(message), width - 2 * EDGE, measure);
    const half = measure(label) / 2;
    const middle = Math.max(EDGE + half, Math.min(width - EDGE - half, (fromX + toX) / 2));
    return {
      message,
      y: i * ROW_HEIGHT + LINE_BASE,
      fromX,
      toX,
      label,
      labelX: Math.round(middle * 10) / 10,
      labelY: i * ROW_HEIGHT + LABEL_BASE,
    };
  });
  return { height: rows.length * ROW_HEIGHT + BOTTOM, rows };
}

/** The text, or as much of it as fits with an ellipsis. */
export function shorten(text: string, room: number, measure: (text: string) => number): string {
  if (measure(text) <= room) return text;
  let end = text.length;
  while (end > 1 && measure(`${text.slice(0, end)}…`) > room) end -= 1;
  return `${text.slice(0, end)}…`;
}

// Unit's events, as a webhook delivers them and as a list shows them: of each its id, its type and what it names.
import * as z from 'zod/mini';
import type { UnitEvent } from '../../core/onboarding/apply-events.ts';
import { related, unitId } from './resources.ts';

const event = z.looseObject({
  id: unitId,
  type: z.string().check(z.maxLength(100)),
  relationships: z.optional(z.looseObject({ application: related, customer: related })),
});

const dated = z.looseObject({
  attributes: z.looseObject({ createdAt: z.iso.datetime({ offset: true }) }),
});

export interface ParsedEvents {
  readonly events: readonly UnitEvent[];
  /** Entries that are no events at all; they cannot be recorded, only counted. */
  readonly unreadable: number;
}

/** Reads entries one by one: a broken one does not hide the others. */
export function toEvents(entries: readonly unknown[]): ParsedEvents {
  const events = entries.flatMap((entry): readonly UnitEvent[] => {
    const one = event.safeParse(entry);
    if (!one.success) return [];
    const { id, type, relationships } = one.data;
    return [
      {
        eventId: id,
        type,
        unitApplicationId: relationships?.application?.data?.id ?? null,
        unitCustomerId: relationships?.customer?.data?.id ?? null,
      },
    ];
  });
  return { events, unreadable: entries.length - events.length };
}

/**
 * When the oldest of the entries came about; null where none tells. Only to measure how late they come: Unit sends in
 * any order, so no rule may read it.
 */
export function oldestOf(entries: readonly unknown[]): number | null {
  const times = entries.flatMap((entry) => {
    const one = dated.safeParse(entry);
    return one.success ? [Date.parse(one.data.attributes.createdAt) / 1000] : [];
  });
  return times.length === 0 ? null : Math.min(...times);
}

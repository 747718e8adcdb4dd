// Lists: paging, bracket filters, sort and include, read strictly so that a misspelled filter is not ignored.
import { invalidValue } from './errors.ts';
import { answer, type Resource } from './jsonapi.ts';

/** What a list or a read may be asked. */
export interface ListRules {
  readonly filters?: readonly string[];
  readonly sorts?: boolean;
  readonly pages?: boolean;
  readonly includes?: readonly string[];
}

/** A query string, read by its rules. */
export interface ListQuery {
  readonly filter: (name: string) => string | undefined;
  readonly filterList: (name: string) => readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly limit: number;
  readonly offset: number;
  readonly newestFirst: boolean;
  readonly include: readonly string[];
}

/**
 * Reads the query of a list.
 * @throws UnitError on a parameter that the call does not know
 */
export function listQuery(url: URL, rules: ListRules): ListQuery {
  const filters = new Map<string, string[]>();
  let limit = 100;
  let offset = 0;
  let newestFirst = true;
  let include: string[] = [];
  for (const [name, value] of url.searchParams) {
    const filter = /^filter\[([A-Za-z]+)\](?:\[\d+\])?$/.exec(name)?.[1];
    if (filter !== undefined && rules.filters?.includes(filter) === true) {
      filters.set(filter, [...(filters.get(filter) ?? []), value]);
    } else if (name === 'page[limit]' && rules.pages === true) {
      limit = integer(name, value, 1, 1000);
    } else if (name === 'page[offset]' && rules.pages === true) {
      offset = integer(name, value, 0, Number.MAX_SAFE_INTEGER);
    } else if (name === 'sort' && rules.sorts === true && /^-?createdAt$/.test(value)) {
      newestFirst = value.startsWith('-');
    } else if (name === 'include' && partsOf(value).every((part) => rules.includes?.includes(part))) {
      include = partsOf(value);
    } else {
      throw invalidValue(`the query parameter ${name} or its value is not known here`);
    }
  }
  return {
    filter: (name) => filters.get(name)?.[0],
    filterList: (name) => filters.get(name) ?? [],
    tags: tagsOf(filters.get('tags')?.[0]),
    limit,
    offset,
    newestFirst,
    include,
  };
}

/** Unit's own SDK sends an empty `include` where nothing is to be included. */
const partsOf = (include: string): string[] => (include === '' ? [] : include.split(','));

function integer(name: string, value: string, least: number, most: number): number {
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < least || number > most) throw invalidValue(`${name} is out of range`);
  return number;
}

function tagsOf(text: string | undefined): Record<string, string> {
  if (text === undefined) return {};
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw new Error('no object');
    return Object.fromEntries(Object.entries(parsed).map(([key, value]) => [key, String(value)]));
  } catch {
    throw invalidValue('filter[tags] must be a JSON object');
  }
}

/** Whether a resource has all the tags asked for. */
export const hasTags = (
  tags: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>>,
): boolean => Object.entries(wanted).every(([key, value]) => Object.hasOwn(tags, key) && tags[key] === value);

/** Whether a text answers `filter[query]`: words are joined by and, `OR` splits, `-` forbids, quotes keep a phrase. */
export function matchesQuery(text: string, query: string | undefined): boolean {
  if (query === undefined || query.trim() === '') return true;
  const haystack = text.toLowerCase();
  return query.split(/\s+OR\s+/).some((alternative) =>
    [...alternative.matchAll(/(-?)(?:"([^"]*)"|(\S+))/g)].every(([, minus, phrase, word]) => {
      const hit = haystack.includes((phrase ?? word ?? '').toLowerCase());
      return minus === '-' ? !hit : hit;
    }),
  );
}

/** Answers one page of records that came oldest first. */
export function listAnswer<Row>(
  rows: readonly Row[],
  query: ListQuery,
  toResource: (row: Row) => Resource,
  included: (rows: readonly Row[]) => readonly Resource[] = () => [],
): Response {
  const sorted = query.newestFirst ? rows.toReversed() : rows;
  const page = sorted.slice(query.offset, query.offset + query.limit);
  const beside = included(page);
  return answer(200, {
    data: page.map(toResource),
    ...(beside.length === 0 ? {} : { included: beside }),
    meta: { pagination: { total: rows.length, limit: query.limit, offset: query.offset } },
  });
}

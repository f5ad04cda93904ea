import { createFileFinder, foldAscii } from './file-finder.ts';
import type { Item, Section, TagKind } from './item.ts';
import { TAG_ELEMENTS, TYPE_NUMBERS } from './item.ts';
import type { Query } from './query.ts';
import { queryValue } from './query.ts';
import type { Quirks } from './quirks.ts';

type Test = (item: Item) => boolean;
type Filter = { field: string; operator: string; value: string };

const TEXT_FIELDS = new Set(['title', 'titleSort', 'originalTitle', 'studio', 'summary', 'tagline', 'contentRating']);
const NUMBER_FIELDS: Record<string, (item: Item) => number> = {
  id: (item) => item.order,
  year: (item) => item.year ?? 0,
  duration: (item) => item.durationMs,
  userRating: (item) => Number(item.values.userRating ?? 0),
  addedAt: (item) => Number(item.values.addedAt ?? 0),
  updatedAt: (item) => item.updatedAt,
  originallyAvailableAt: (item) => Date.parse(item.values.originallyAvailableAt ?? '') / 1000 || 0,
};

/**
 * The items a listing request asks for, in its order; undefined for `file` without `type`, which Plex answers with 500
 * (plex-api.md 2.4). Unknown filters are ignored, so the whole library may be returned.
 */
export function selectItems(
  section: Section,
  query: Query,
  { nowSeconds, quirks }: { nowSeconds: number; quirks: Quirks },
): Item[] | undefined {
  const type = queryValue(query, 'type');
  const filters = query.flatMap(([key, value]) => toFilter(key, value));
  if (filters.some(({ field }) => field === 'file') && (type === undefined || quirks.fileFilter === 'error')) {
    return undefined;
  }
  if (type !== undefined && Number(type) !== TYPE_NUMBERS[section.type]) return [];
  const sort = queryValue(query, 'sort') ?? 'titleSort';
  const used = filters.filter(({ field }) => field !== 'file' || quirks.fileFilter !== 'ignored');
  const quick = used.find(({ field, operator, value }) => field === 'file' && operator === '' && isOneWord(value));
  const tests = used.flatMap((filter) => (filter === quick ? [] : (toTest(filter, nowSeconds, quirks) ?? [])));
  if (!quick && tests.length === 0) return wholeSection(section, sort);
  let found = quick ? findByFile(section, quick.value, quirks) : section.items;
  if (tests.length > 0) found = found.filter((item) => tests.every((test) => test(item)));
  return sorted(found, sort);
}

/** Splits `file>` into field and operator: the part of the key before the separating `=` (plex-api.md 2.2). */
function toFilter(key: string, value: string): Filter[] {
  const match = /^(?:[a-z]+\.)?([A-Za-z]+)(!?(?:=|<<|>>|<|>)?)$/.exec(key);
  return match?.[1] ? [{ field: match[1], operator: match[2] ?? '', value }] : [];
}

function isOneWord(value: string): boolean {
  return value !== '' && !value.includes(',');
}

function findByFile(section: Section, needle: string, quirks: Quirks): Item[] {
  section.findByFile ??= createFileFinder(section.items);
  const { fileCase } = quirks;
  const found = section.findByFile(needle);
  if (fileCase === 'ascii') return found;
  return found.filter(({ media }) => media.some(({ parts }) => parts.some(({ file }) => file.includes(needle))));
}

/** A comma in the value means OR, and an empty alternative matches everything (plex-api.md 2.2). */
function toTest({ field, operator, value }: Filter, nowSeconds: number, quirks: Quirks): Test | undefined {
  const negated = operator.startsWith('!');
  const bare = negated ? operator.slice(1) : operator;
  const some = anyOf(field, { operator: bare, alternatives: value.split(','), nowSeconds, quirks });
  if (!some) return undefined;
  return negated ? (item) => !some(item) : some;
}

function anyOf(
  field: string,
  {
    operator,
    alternatives,
    nowSeconds,
    quirks,
  }: { operator: string; alternatives: string[]; nowSeconds: number; quirks: Quirks },
): Test | undefined {
  if (alternatives.includes('') && (TEXT_FIELDS.has(field) || field === 'file')) return () => true;
  const numeric = NUMBER_FIELDS[field];
  if (numeric) return numberTest(numeric, { operator, wanted: alternatives.map((text) => instant(text, nowSeconds)) });
  const wanted = alternatives.map((text) => text.toLowerCase());
  if (Object.hasOwn(TAG_ELEMENTS, field)) return tagTest(field as TagKind, wanted);
  const compare = TEXT_OPERATORS[operator];
  if (!compare) return undefined;
  if (field === 'file') {
    const folded = (text: string): string => (quirks.fileCase === 'ascii' ? foldAscii(text) : text);
    const parts = alternatives.map(folded);
    return ({ media }) =>
      media.some(({ parts: held }) => held.some(({ file }) => parts.some((part) => compare(folded(file), part))));
  }
  if (!TEXT_FIELDS.has(field)) return undefined;
  return (item) => {
    const text = textOf(item, field);
    return wanted.some((part) => compare(text, part));
  };
}

const TEXT_OPERATORS: Record<string, (text: string, wanted: string) => boolean> = {
  '': (text, wanted) => text.includes(wanted),
  '=': (text, wanted) => text === wanted,
  '<': (text, wanted) => text.startsWith(wanted),
  '>': (text, wanted) => text.endsWith(wanted),
};

function numberTest(
  read: (item: Item) => number,
  { operator, wanted }: { operator: string; wanted: number[] },
): Test | undefined {
  if (operator === '>>') return (item) => wanted.some((bound) => read(item) > bound);
  if (operator === '<<') return (item) => wanted.some((bound) => read(item) < bound);
  if (operator === '' || operator === '=') return (item) => wanted.includes(read(item));
  return undefined;
}

/** Clients ask for tags by id; the plain name is accepted too, as python-plexapi may send it. */
function tagTest(kind: TagKind, wanted: string[]): Test {
  return (item) =>
    (item.lists[kind] ?? []).some(
      ({ tag }) => wanted.includes(String(tag.id)) || wanted.includes(tag.name.toLowerCase()),
    );
}

const SECONDS: Record<string, number> = {
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
  mon: 2_592_000,
  y: 31_536_000,
};

/** Epoch seconds, or `-30d` counted back from now. */
function instant(text: string, nowSeconds: number): number {
  const relative = /^-(\d+)(s|mon|m|h|d|w|y)$/.exec(text);
  return relative ? nowSeconds - Number(relative[1]) * (SECONDS[relative[2] ?? 's'] ?? 1) : Number(text);
}

function textOf(item: Item, field: string): string {
  const values = item.values as Record<string, string | undefined>;
  return (values[field] ?? (field === 'titleSort' ? item.values.title : undefined) ?? '').toLowerCase();
}

/**
 * Sorting 100,000 items for each page of a listing would cost more than everything else, so a section caches its
 * orders.
 */
function wholeSection(section: Section, sort: string): Item[] {
  let order = section.orders.get(sort);
  if (!order) {
    order = sorted(section.items, sort);
    section.orders.set(sort, order);
  }
  return order;
}

/** Sorts by the comma-separated keys of `sort`; unknown keys are ignored, ties are broken by id. */
function sorted(items: Item[], sort: string): Item[] {
  const keys = sort.split(',').flatMap((part) => {
    const [field = '', ...flags] = part.split(':');
    const numeric = NUMBER_FIELDS[field];
    if (!numeric && !TEXT_FIELDS.has(field)) return [];
    return [{ read: numeric ?? ((item: Item) => textOf(item, field)), sign: flags.includes('desc') ? -1 : 1 }];
  });
  const rows = items.map((item) => ({ item, values: keys.map(({ read }) => read(item)) }));
  rows.sort((a, b) => {
    for (const [index, { sign }] of keys.entries()) {
      const left = a.values[index] ?? 0;
      const right = b.values[index] ?? 0;
      if (left !== right) return left < right ? -sign : sign;
    }
    return a.item.order - b.item.order;
  });
  return rows.map(({ item }) => item);
}

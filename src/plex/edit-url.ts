import type { PlexItem, Tag } from '../core/model/plex-item.ts';
import type { FieldEdit, LabelEdit, ListEdit } from '../core/write/edit-plan.ts';
import type { Part } from '../core/write/parts.ts';

/** The edits of one item, and how they are sent. */
export type ItemEdit = Part & {
  readonly item: Pick<PlexItem, 'ratingKey' | 'sectionKey'>;
  readonly lock: 'lock' | 'leave_unlocked';
};

/**
 * The target of the PUT for an edit. The only place that builds one: `id` is only a filter there, and without it every
 * item of the section would be edited (plex-api.md 4.1).
 */
export function editTarget({ item, fields, lists, locks = [], labels, lock }: ItemEdit): string {
  const isSetApart = (name: string): boolean => locks.some((other) => other.name === name);
  const lockFor = (name: string): ItemEdit['lock'] => (isSetApart(name) ? 'leave_unlocked' : lock);
  return target(item, [
    ...fields.flatMap((field) => fieldParameters(field, lockFor(field.field))),
    ...lists.flatMap((list) => listParameters(list, lockFor(list.kind))),
    ...(labels === undefined ? [] : labelParameters(labels)),
    ...locks.map(({ name, locked }): Parameter => [`${name}.locked`, locked ? '1' : '0']),
  ]);
}

type Built = Pick<ItemEdit, 'item' | 'lock'> & { readonly target: string };

/** The target for a part of an item's edits, built once: its length is asked for, more than once, before it is sent. */
export function createTargets(): (item: ItemEdit['item'], part: Part, lock: ItemEdit['lock']) => string {
  const built = new WeakMap<Part, Built>();
  return (item, part, lock) => {
    const known = built.get(part);
    if (known?.item === item && known.lock === lock) return known.target;
    const target = editTarget({ item, ...part, lock });
    built.set(part, { item, lock, target });
    return target;
  };
}

type Parameter = readonly [name: string, value: string];

function fieldParameters({ field, value }: FieldEdit, lock: ItemEdit['lock']): Parameter[] {
  return [[`${field}.value`, value], ...lockParameter(field, lock)];
}

/**
 * The whole list by index, and the removed names by name: right whether the server merges or replaces (plex-api.md
 * 4.3). The list is never cleared first, since that would lose roles and portraits.
 */
function listParameters({ kind, whole, remove }: ListEdit, lock: ItemEdit['lock']): Parameter[] {
  const entries = whole.flatMap((tag, index) => tagParameters(`${kind}[${index}]`, tag));
  return [...entries, ...removalParameter(kind, remove), ...lockParameter(kind, lock)];
}

function tagParameters(prefix: string, { tag, role, thumb }: Tag): Parameter[] {
  const parameters: Parameter[] = [[`${prefix}.tag.tag`, tag]];
  // A server that replaces the list may drop whatever is not sent again with its entry.
  if (role) parameters.push([`${prefix}.tagging.text`, role]);
  if (thumb) parameters.push([`${prefix}.tagging.thumb`, thumb]);
  return parameters;
}

/** The lock of the labels stays as it is, unless it is given. */
function labelParameters({ whole, remove }: LabelEdit): Parameter[] {
  return [
    ...whole.flatMap((tag, index) => tagParameters(`label[${index}]`, { tag })),
    ...removalParameter('label', remove),
  ];
}

/** The value is a comma list: each name is encoded once more, so that its own commas do not split it. */
function removalParameter(kind: string, remove: readonly string[]): Parameter[] {
  return remove.length === 0 ? [] : [[`${kind}[].tag.tag-`, remove.map(encode).join(',')]];
}

function lockParameter(name: string, lock: ItemEdit['lock']): Parameter[] {
  return lock === 'lock' ? [[`${name}.locked`, '1']] : [];
}

function target({ sectionKey, ratingKey }: ItemEdit['item'], parameters: readonly Parameter[]): string {
  if (!/^\d+$/.test(ratingKey) || !/^\d+$/.test(sectionKey)) {
    throw new Error(`refusing to edit without the id of one item (section "${sectionKey}", item "${ratingKey}")`);
  }
  const query = [['type', '1'], ['id', ratingKey], ...parameters].map(
    ([name = '', value = '']) => `${encode(name)}=${encode(value)}`,
  );
  return `/library/sections/${sectionKey}/all?${query.join('&')}`;
}

/** Percent-encodes every character that a proxy might read as syntax; half a character becomes U+FFFD. */
export function encode(value: string): string {
  return encodeURIComponent(value.toWellFormed()).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

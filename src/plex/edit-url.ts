import type { FieldEdit, ListEdit } from '../core/edits.ts';
import type { PlexItem, Tag } from '../core/plex-item.ts';

/** The edits of one item, and how they are sent. */
export type ItemEdit = {
  readonly item: Pick<PlexItem, 'ratingKey' | 'sectionKey'>;
  readonly fields: readonly FieldEdit[];
  readonly lists: readonly ListEdit[];
  readonly lock: 'lock' | 'leave_unlocked';
  /** Longest target wanted; a longer edit gets a request per field or kind, but a kind is never split. */
  readonly maxBytes: number;
};

/**
 * The targets of the PUTs that carry out an edit, usually one. The only place that builds them: `id` is a mere filter
 * there, and without it every item of the section would be edited (plex-api.md 4.1).
 */
export function editTargets(edit: ItemEdit): readonly string[] {
  const parts = [
    ...edit.fields.map((field) => fieldParameters(field, edit.lock)),
    ...edit.lists.map((list) => listParameters(list, edit.lock)),
  ];
  if (parts.length === 0) return [];
  const whole = target(edit.item, parts.flat());
  return whole.length <= edit.maxBytes ? [whole] : parts.map((part) => target(edit.item, part));
}

type Parameter = readonly [name: string, value: string];

function fieldParameters({ field, value }: FieldEdit, lock: ItemEdit['lock']): Parameter[] {
  return [[`${field}.value`, value], ...lockParameter(field, lock)];
}

/**
 * The whole list by index, and the removed names by name: right whether the server merges or replaces (plex-api.md 4.3).
 * Never cleared first, since roles and portraits would go.
 */
function listParameters({ kind, whole, remove }: ListEdit, lock: ItemEdit['lock']): Parameter[] {
  const entries = whole.flatMap((tag, index) => tagParameters(`${kind}[${index}]`, tag));
  // The value is a comma list: each name is encoded once more, so that its own commas stay in it.
  const removal: Parameter[] = remove.length === 0 ? [] : [[`${kind}[].tag.tag-`, remove.map(encode).join(',')]];
  return [...entries, ...removal, ...lockParameter(kind, lock)];
}

function tagParameters(prefix: string, { tag, role, thumb }: Tag): Parameter[] {
  const parameters: Parameter[] = [[`${prefix}.tag.tag`, tag]];
  // What is not sent again with its entry may be lost where the server replaces.
  if (role) parameters.push([`${prefix}.tagging.text`, role]);
  if (thumb) parameters.push([`${prefix}.tagging.thumb`, thumb]);
  return parameters;
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

/** Percent-encoding that leaves nothing a proxy might read as syntax. */
export function encode(value: string): string {
  return encodeURIComponent(value).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

import type { Section } from './item.ts';
import { ITEM_TYPES } from './item.ts';
import type { Tree } from './render.ts';

const FIELDS = [
  ['title', 'string'],
  ['studio', 'string'],
  ['userRating', 'integer'],
  ['year', 'integer'],
  ['addedAt', 'date'],
  ['originallyAvailableAt', 'date'],
] as const;

const OPERATORS = {
  string: ['=', '!=', '==', '!==', '<=', '>='],
  integer: ['=', '!=', '>>=', '<<='],
  date: ['>>=', '<<='],
} as const;

/** What `includeMeta=1` lists: neither `file` nor `updatedAt`, although both are accepted (plex-api.md 2.3 and 2.4). */
export function filterMeta({ key, type }: Section): Tree {
  const path = `/library/sections/${key}/all`;
  return {
    Type: [
      {
        key: path,
        type: ITEM_TYPES[type],
        title: 'Items',
        active: true,
        Filter: FIELDS.map(([name, kind]) => ({
          filter: name,
          filterType: kind,
          key: path,
          title: name,
          type: 'filter',
        })),
        Sort: ['titleSort', 'addedAt', 'originallyAvailableAt', 'userRating', 'duration'].map((name) => ({
          key: name,
          descKey: `${name}:desc`,
          defaultDirection: 'asc',
          title: name,
        })),
        Field: FIELDS.map(([name, kind]) => ({ key: name, title: name, type: kind })),
      },
    ],
    FieldType: Object.entries(OPERATORS).map(([kind, operators]) => ({
      type: kind,
      Operator: operators.map((operator) => ({ key: operator, title: operator })),
    })),
  };
}

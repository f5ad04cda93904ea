/** Whatever may meet in a merge: what the scene says, what Plex has and what was written, at random. */
import fc from 'fast-check';
import type { ListKind, PlexItem, ScalarField } from '../../../src/core/model/plex-item.ts';
import { LIST_KINDS, SCALAR_FIELDS } from '../../../src/core/model/plex-item.ts';
import type { OurNames, Written, WrittenField } from '../../../src/core/model/scene-record.ts';
import { foldName } from '../../../src/core/text/text.ts';
import type { DesiredState } from '../../../src/core/write/desired-state.ts';
import { itemWith, PRESERVE, RULES } from './plex-model.ts';

const VALUES = ['', 'Boats', 'boats', 'Ships', '8', 'Café'];
const NAMES = ['Harbour', 'HARBOUR', 'Lighthouse', 'Garden', 'garden ', 'Tide', 'Café', 'Cafe\u0301', '1990'];
const OWN_FORM = ' (Plex)';
const value = fc.constantFrom(...VALUES);
const names = fc.uniqueArray(fc.constantFrom(...NAMES), { selector: foldName, maxLength: 6 });
const optional = { requiredKeys: [], noNullPrototype: true } satisfies { requiredKeys: []; noNullPrototype: true };

const desiredList = fc
  .tuple(names, fc.constantFrom(0, 3))
  .map(([all, capped]) => ({ names: all, clearsAll: all.length === 0, capped }));
export const anyWanted: fc.Arbitrary<DesiredState> = fc.record({
  fields: fc.record(
    {
      title: fc.constantFrom('Harbour', 'Garden'),
      summary: value,
      studio: value,
      tagline: value,
      originallyAvailableAt: value,
      userRating: value,
    },
    optional,
  ),
  lists: fc.record(
    { actor: desiredList, genre: desiredList, collection: desiredList.map((list) => ({ ...list, clearsAll: false })) },
    optional,
  ),
  clearsOurs: fc.constantFrom<ReadonlySet<ScalarField>>(new Set(), new Set(['summary', 'studio', 'userRating'])),
  yielding: fc.constantFrom<ReadonlySet<ScalarField>>(new Set(), new Set(['userRating'])),
  saidByStash: fc.constantFrom<ReadonlySet<ScalarField | ListKind>>(new Set(), new Set(['summary', 'genre'])),
});

// Plex may hold our name as sent, in another case, or in a form of its own.
const keptForm = fc.constantFrom<(name: string) => string>(
  (name) => name,
  (name) => name.toUpperCase(),
  (name) => name.trim() + OWN_FORM,
);
const ourNames: fc.Arbitrary<OurNames> = names.chain((all) =>
  fc
    .tuple(...all.map(() => keptForm))
    .map((forms) => Object.fromEntries(all.map((name, index) => [name, forms[index]?.(name) ?? name]))),
);
const writtenField: fc.Arbitrary<WrittenField> = fc.record({ sent: value, kept: value });
export const anyWritten: fc.Arbitrary<Written> = fc.record({
  fields: fc.record(
    {
      title: writtenField,
      summary: writtenField,
      studio: writtenField,
      tagline: writtenField,
      originallyAvailableAt: writtenField,
      userRating: writtenField,
    },
    optional,
  ),
  lists: fc.record({ actor: ourNames, genre: ourNames, collection: ourNames }, optional),
});

const presentTags = fc
  .tuple(names, names)
  .map(([plain, own]) => [...plain, ...own.map((name) => name.trim() + OWN_FORM)].map((tag) => ({ tag })));
export const anyItem: fc.Arbitrary<PlexItem> = fc
  .record({
    fields: fc.record({
      title: fc.constantFrom('Harbour', 'Quay'),
      summary: value,
      studio: value,
      tagline: value,
      originallyAvailableAt: value,
      userRating: value,
    }),
    lists: fc.record({ actor: presentTags, genre: presentTags, collection: presentTags }),
    locked: fc.subarray([...SCALAR_FIELDS, ...LIST_KINDS]),
  })
  .map(itemWith);
export const anyRules = fc.constantFrom(RULES, PRESERVE);

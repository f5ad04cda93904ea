import * as z from 'zod/mini';
import type { ListedItem } from '../core/match/listing.ts';
import type { ListedPicture } from '../core/model/picture.ts';
import type { PlexFile, PlexItem, Section, Tag } from '../core/model/plex-item.ts';
import { madeOnce } from '../http/made-once.ts';

/** Plex sends numbers and ids as either type, depending on version and format (plex-api.md 11). */
const id = z.pipe(z.union([z.string(), z.number()]), z.transform(String));
const number = z.pipe(z.union([z.number(), z.string()]), z.transform(Number));
/** One odd value must not make a whole answer fail: it counts as absent. */
function lenient<Schema extends z.ZodMiniType>(schema: Schema) {
  return z.catch(z.optional(schema), undefined);
}
const text = z.catch(z._default(id, ''), '');
const word = lenient(z.string());
/** A whole number used only as a hint. */
const hint = lenient(z.pipe(number, z.int()));
const flag = z.union([z.boolean(), z.literal([0, 1, '0', '1'])]);

const yesOrNo = z.union([flag, z.literal(['true', 'false'])]);

/** Entries without a name are dropped. What is no list at all is an error: an empty one would be written over it. */
const tags = z._default(
  z.pipe(
    z.array(lenient(z.object({ tag: id, role: word, thumb: word }))),
    z.transform((entries) => entries.filter((entry) => entry !== undefined)),
  ),
  [],
);

const durationMs = lenient(number);

/** A list of which nothing is written back: none where it is `null`, and without odd entries. */
function entries<Schema extends z.ZodMiniType>(schema: Schema) {
  return z.pipe(
    z.nullish(z.array(lenient(schema))),
    z.transform((list) => (list ?? []).flatMap((entry) => (entry === undefined ? [] : [entry as z.output<Schema>]))),
  );
}

const media = entries(
  z.object({
    proxyType: lenient(number),
    deletedAt: lenient(number),
    duration: durationMs,
    Part: entries(z.object({ file: word, size: hint, duration: durationMs })),
  }),
);

/** `GET /library/sections` (plex-api.md 2.1). */
const sectionsAnswer = madeOnce(() =>
  z.object({
    MediaContainer: z.object({
      Directory: z._default(
        z.array(
          z.object({
            key: id,
            type: z.string(),
            title: text,
            uuid: word,
            agent: word,
            Location: entries(z.object({ path: text })),
          }),
        ),
        [],
      ),
    }),
  }),
);

/** A page of `GET /library/sections/{id}/all` (plex-api.md 2.5): its rows are shortened, use only their files. */
const listingAnswer = madeOnce(() =>
  z.object({
    MediaContainer: z.object({
      size: lenient(number),
      totalSize: lenient(number),
      Metadata: z._default(z.array(z.unknown()), []),
    }),
  }),
);

const listingRow = madeOnce(() =>
  z.object({
    ratingKey: id,
    title: text,
    addedAt: hint,
    updatedAt: hint,
    deletedAt: lenient(number),
    Media: media,
  }),
);

/** `GET /library/metadata/{ids}` (plex-api.md 3). */
const itemsAnswer = madeOnce(() =>
  z.object({
    MediaContainer: z.object({
      librarySectionID: lenient(id),
      librarySectionTitle: word,
      Metadata: z._default(
        z.array(
          z.object({
            ratingKey: id,
            librarySectionID: lenient(id),
            librarySectionTitle: word,
            title: text,
            summary: text,
            studio: text,
            tagline: text,
            originallyAvailableAt: text,
            userRating: lenient(number),
            addedAt: hint,
            Role: tags,
            Genre: tags,
            Collection: tags,
            Label: tags,
            thumb: text,
            art: text,
            // Plex lists locked fields: one that does not say so is locked as well.
            Field: entries(z.object({ name: text, locked: z.catch(z._default(flag, true), true) })),
            Media: media,
          }),
        ),
        [],
      ),
    }),
  }),
);

/** `GET /library/metadata/{id}/posters` or `/arts` (plex-api.md 6). */
const picturesAnswer = madeOnce(() =>
  z.object({
    MediaContainer: z.object({
      Metadata: entries(
        z.object({ ratingKey: lenient(id), key: lenient(id), selected: z.catch(z.optional(yesOrNo), false) }),
      ),
    }),
  }),
);

const identityAnswer = madeOnce(() =>
  z.object({
    MediaContainer: z.object({ machineIdentifier: z.string().check(z.minLength(1)), version: word }),
  }),
);

/** Parses an answer; `undefined` when it does not have Plex's shape. */
export function toSections(value: unknown): Section[] | undefined {
  const parsed = z.safeParse(sectionsAnswer(), value);
  if (!parsed.success) return undefined;
  const libraries = parsed.data.MediaContainer.Directory;
  const foldersOf = ({ Location }: (typeof libraries)[number]): string[] =>
    Location.map(({ path }) => path).filter((path) => path !== '');
  const serverFolders = libraries.flatMap(foldersOf);
  return libraries.map((library) => {
    const { key, type, title, uuid, agent } = library;
    return { key, type, title, uuid, agent, folders: foldersOf(library), serverFolders };
  });
}

/** One page of a listing, with the total number of rows if the server tells it. */
export type ListingPage = { readonly rows: readonly ListedItem[]; readonly totalSize: number | undefined };

export function toListingPage(value: unknown): ListingPage | undefined {
  const parsed = z.safeParse(listingAnswer(), value);
  if (!parsed.success) return undefined;
  const { totalSize, Metadata } = parsed.data.MediaContainer;
  const rows: ListedItem[] = [];
  // Row by row, so that a long page never exists twice: that halves the memory a listing needs.
  for (const one of Metadata) {
    const row = z.safeParse(listingRow(), one);
    if (!row.success) return undefined;
    rows.push(toListedItem(row.data));
  }
  return { totalSize, rows };
}

function toListedItem({
  ratingKey,
  title,
  addedAt,
  updatedAt,
  deletedAt,
  Media,
}: z.infer<ReturnType<typeof listingRow>>): ListedItem {
  // A file in the trash cannot be matched (`deletedAt` is uncertain: it was only seen in the server's database).
  const versions = deletedAt === undefined ? Media.filter((version) => version.deletedAt === undefined) : [];
  return { ratingKey, title, addedAt, updatedAt, files: toFiles(versions) };
}

export function toItems(value: unknown): PlexItem[] | undefined {
  const parsed = z.safeParse(itemsAnswer(), value);
  if (!parsed.success) return undefined;
  // Values that all children share may be on the container instead (plex-api.md 11).
  const { librarySectionID = '', librarySectionTitle = '', Metadata } = parsed.data.MediaContainer;
  return Metadata.map((row) => ({
    ratingKey: row.ratingKey,
    sectionKey: row.librarySectionID ?? librarySectionID,
    sectionTitle: row.librarySectionTitle ?? librarySectionTitle,
    fields: {
      title: row.title,
      summary: row.summary,
      studio: row.studio,
      tagline: row.tagline,
      originallyAvailableAt: row.originallyAvailableAt.slice(0, 10),
      // Plex has no rating of 0: some clients take one away by it.
      userRating: row.userRating ? String(row.userRating) : '',
    },
    lists: { actor: toTags(row.Role), genre: toTags(row.Genre), collection: toTags(row.Collection) },
    locked: new Set(row.Field.filter(({ locked }) => locked === true || Number(locked) === 1).map(({ name }) => name)),
    pictures: { thumb: row.thumb, art: row.art },
    labels: row.Label.map(({ tag }) => tag),
    // Zero and less mean no date.
    addedAt: row.addedAt !== undefined && row.addedAt > 0 ? row.addedAt : undefined,
    files: toFiles(row.Media),
  }));
}

/** The pictures of one kind that an item has. An entry by which nothing could be chosen is passed over. */
export function toPictures(value: unknown): ListedPicture[] | undefined {
  const parsed = z.safeParse(picturesAnswer(), value);
  return parsed.data?.MediaContainer.Metadata.flatMap(({ ratingKey, key, selected }) => {
    const chosenBy = ratingKey || (key && keyWithin(key));
    return chosenBy ? [{ key: chosenBy, selected: YES.has(selected) }] : [];
  });
}

const YES: ReadonlySet<unknown> = new Set([true, 1, '1', 'true']);

/** The path of a picture's bytes names the picture; the picture of an agent has its own address as the key. */
function keyWithin(key: string): string {
  const url = key.startsWith('/') ? URL.parse(key, 'http://plex') : null;
  return url?.searchParams.get('url') ?? key;
}

export function toIdentity(
  value: unknown,
): { readonly machineIdentifier: string; readonly version: string | undefined } | undefined {
  const parsed = z.safeParse(identityAnswer(), value);
  if (!parsed.success) return undefined;
  const { machineIdentifier, version } = parsed.data.MediaContainer;
  return { machineIdentifier, version };
}

function toTags(list: z.infer<typeof tags>): Tag[] {
  return list.map(({ tag, role, thumb }) => ({ tag, role, thumb }));
}

/** Versions that Plex itself converted (`proxyType` 42) are not the scene's file (plex-api.md 12). */
const OPTIMISED_VERSION = 42;

function toFiles(list: z.infer<typeof media>): PlexFile[] {
  return list
    .filter(({ proxyType }) => proxyType !== OPTIMISED_VERSION)
    .flatMap(({ duration, Part }) =>
      // The duration of a version covers all its parts together.
      Part.map((part) => (Part.length === 1 ? { ...part, duration: part.duration ?? duration } : part)),
    )
    .flatMap(({ file, size, duration }) => (file === undefined ? [] : [{ path: file, size, durationMs: duration }]));
}

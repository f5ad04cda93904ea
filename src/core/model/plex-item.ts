import type { FileFacts } from './file-facts.ts';
import type { PictureField } from './picture.ts';

/** The single-valued fields we write, by the names Plex edits and locks them under (plex-api.md 4.2). */
export const SCALAR_FIELDS = ['title', 'summary', 'studio', 'tagline', 'originallyAvailableAt', 'userRating'] as const;
export type ScalarField = (typeof SCALAR_FIELDS)[number];

/** The tag lists we write, by the names Plex edits and locks them under (plex-api.md 4.3). */
export const LIST_KINDS = ['actor', 'genre', 'collection'] as const;
export type ListKind = (typeof LIST_KINDS)[number];

/** One entry of a tag list. Role and portrait belong to the entry and are sent again with it, or Plex may drop them. */
export type Tag = { readonly tag: string; readonly role?: string | undefined; readonly thumb?: string | undefined };

/** One file of a Plex item, with what Plex knows of it. */
export type PlexFile = FileFacts & { readonly path: string };

/** A full item, never a listing row, whose lists are shortened (plex-api.md 2.5). An empty field is `''`. */
export type PlexItem = {
  readonly ratingKey: string;
  readonly sectionKey: string;
  readonly sectionTitle: string;
  readonly fields: Readonly<Record<ScalarField, string>>;
  readonly lists: Readonly<Record<ListKind, readonly Tag[]>>;
  readonly locked: ReadonlySet<string>;
  /** The paths of the pictures that are shown; `''` where none is. A path changes with its picture. */
  readonly pictures: Readonly<Record<PictureField, string>>;
  readonly labels: readonly string[];
  /** Epoch seconds by Plex's clock; a person may edit it. Absent when the server gives none. */
  readonly addedAt: number | undefined;
  readonly files: readonly PlexFile[];
};

/** A library: a section of Plex with its folders, as Plex sees them. `uuid` is absent on some servers. */
export type Section = {
  readonly key: string;
  readonly title: string;
  readonly type: string;
  readonly uuid: string | undefined;
  /** What Plex fetches metadata with, e.g. `tv.plex.agents.none`; absent where the server does not say. */
  readonly agent?: string | undefined;
  readonly folders: readonly string[];
  /** The folders of every library of its server, of any type, including its own. */
  readonly serverFolders: readonly string[];
};

/** What a Plex server calls itself. */
export type ServerName = { readonly machineIdentifier: string };

/** The Plex server a data directory belongs to. The rest is absent where only its name was asked for. */
export type Binding = ServerName & {
  /** The uuids of its libraries, those that have one; an earlier plexsync reads them too. */
  readonly sectionUuids: readonly string[];
  /** Where it named itself last, without a name and a password. */
  readonly address?: string | undefined;
  /** When it named itself last: epoch ms. */
  readonly namedAt?: number | undefined;
};

/** Fields edited as `<field>.value` and locked as `<field>.locked` (plex-api.md 4.2). */
export const SCALAR_FIELDS = [
  'title',
  'titleSort',
  'originalTitle',
  'originallyAvailableAt',
  'summary',
  'studio',
  'tagline',
  'contentRating',
  'editionTitle',
  'userRating',
  'rating',
  'audienceRating',
  'addedAt',
] as const;
export type ScalarField = (typeof SCALAR_FIELDS)[number];

/**
 * Tag kinds by their edit name, with the element each is read back as: only `actor` changes its name (plex-api.md 4.3).
 */
export const TAG_ELEMENTS = {
  genre: 'Genre',
  actor: 'Role',
  collection: 'Collection',
  director: 'Director',
  writer: 'Writer',
  producer: 'Producer',
  country: 'Country',
  label: 'Label',
} as const;
export type TagKind = keyof typeof TAG_ELEMENTS;
export const TAG_KINDS = Object.keys(TAG_ELEMENTS) as TagKind[];

export type ImageKind = 'posters' | 'arts';

/** One row per name, kind and server: items share it, and so its spelling and its `thumb`. */
export type Tag = { id: number; name: string; thumb?: string };

/** A tag on one item; `text` is an actor's role, `thumb` the portrait sent with `tagging`. */
export type Tagging = { tag: Tag; text?: string | undefined; thumb?: string | undefined };

export type Part = { id: number; file: string; size: number };
export type Media = { id: number; parts: Part[]; optimized: boolean };
export type Image = { ratingKey: string; provider?: string };
export type Gallery = { images: Image[]; selected: string | undefined };

/** A section with its items; every change that could make a cache wrong drops it. */
export type Section = {
  key: string;
  title: string;
  type: 'movie' | 'show' | 'artist' | 'photo';
  agent: string;
  uuid: string;
  locations: string[];
  items: Item[];
  createdAt: number;
  scannedAt: number;
  changes: number;
  scanPollsLeft: number;
  orders: Map<string, Item[]>;
  findByFile: ((needle: string) => Item[]) | undefined;
  /** The `ratingKey`s of its collections, by the tag that makes each. */
  collectionKeys: Map<Tag, string>;
  smartCollections: SmartCollection[];
  lastCollectionKey: number;
};

/** A collection that is a stored filter: no item carries its name as a tag. `filter` is a query as of a listing. */
export type SmartCollection = { ratingKey: string; title: string; filter: [string, string][] };

/** An item as the simulator holds it; instants are epoch seconds, as Plex sends them. */
export type Item = {
  ratingKey: string;
  order: number;
  section: Section;
  values: Partial<Record<ScalarField, string>>;
  lists: Partial<Record<TagKind, Tagging[]>>;
  locked: Set<string>;
  media: Media[];
  guids: string[];
  year: number | undefined;
  durationMs: number;
  updatedAt: number;
  /** Epoch seconds; set while the item is in the trash. */
  deletedAt: number | undefined;
  galleries: Partial<Record<ImageKind, Gallery>>;
  imageVersions: Partial<Record<ImageKind, number>>;
};

export type RoleInput = { tag: string; role?: string | undefined; thumb?: string | undefined };

/** Fields and lists to set; an empty string, an empty list or a null clears. */
export type ItemPatch = {
  [field in Exclude<ScalarField, 'userRating' | 'rating' | 'audienceRating' | 'addedAt'>]?: string | undefined;
} & {
  userRating?: number | null | undefined;
  rating?: number | null | undefined;
  audienceRating?: number | null | undefined;
  /** Epoch seconds. */
  addedAt?: number | undefined;
  genres?: readonly string[] | undefined;
  roles?: readonly RoleInput[] | undefined;
  collections?: readonly string[] | undefined;
  directors?: readonly string[] | undefined;
  writers?: readonly string[] | undefined;
  producers?: readonly string[] | undefined;
  countries?: readonly string[] | undefined;
  labels?: readonly string[] | undefined;
};

/**
 * What `addItem` accepts besides the fields; several files are several versions (Media), or with `stacked` parts of
 * one.
 */
export type NewItem = ItemPatch & {
  sectionKey: string;
  file: string | readonly string[];
  stacked?: boolean | undefined;
  /** A file that Plex itself made, listed with `proxyType="42"`; not one of the user's versions. */
  optimizedFile?: string | undefined;
  /** Its file was deleted from the disk, and the trash was not emptied since. */
  inTrash?: boolean | undefined;
  ratingKey?: string | undefined;
  /** Bytes, of each part. */
  size?: number | undefined;
  /** Milliseconds. */
  duration?: number | undefined;
  year?: number | undefined;
  guids?: readonly string[] | undefined;
  locked?: readonly string[] | undefined;
  /** Posters that an agent found, e.g. `metadata://posters/one` or an http URL; the first is selected. */
  agentPosters?: readonly string[] | undefined;
  agentArts?: readonly string[] | undefined;
};

/** A plain copy of an item for assertions; a field that is not set is undefined. */
export type ItemState = {
  [field in Exclude<ScalarField, 'title' | 'userRating' | 'rating' | 'audienceRating' | 'addedAt'>]: string | undefined;
} & {
  ratingKey: string;
  sectionKey: string;
  title: string;
  userRating: number | undefined;
  rating: number | undefined;
  audienceRating: number | undefined;
  genres: string[];
  roles: RoleInput[];
  collections: string[];
  directors: string[];
  writers: string[];
  producers: string[];
  countries: string[];
  labels: string[];
  /** Sorted edit names (`actor`, not `Role`). */
  locked: string[];
  /** Every part of every version, without optimised ones. */
  files: string[];
  duration: number;
  /** Epoch seconds. */
  addedAt: number;
  /** Epoch seconds. */
  updatedAt: number;
  thumb: string | undefined;
  art: string | undefined;
  /** `ratingKey`s, e.g. `upload://posters/<sha1>`. */
  posters: string[];
  selectedPoster: string | undefined;
  arts: string[];
  selectedArt: string | undefined;
};

export const TYPE_NUMBERS = { movie: 1, show: 4, artist: 10, photo: 13 } as const;
export const ITEM_TYPES = { movie: 'movie', show: 'episode', artist: 'track', photo: 'photo' } as const;

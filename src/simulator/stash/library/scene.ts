export type RelatedKind = 'tag' | 'performer' | 'studio' | 'group';

/** A tag, performer, studio or group; its `updatedAt` is independent of any scene. */
export type Related = {
  id: number;
  kind: RelatedKind;
  name: string;
  disambiguation: string | null;
  gender: Gender | null;
  parent: Related | null;
  image: Buffer | undefined;
  createdAt: string;
  updatedAt: string;
};

export type Gender = 'MALE' | 'FEMALE' | 'TRANSGENDER_MALE' | 'TRANSGENDER_FEMALE' | 'INTERSEX' | 'NON_BINARY';

export type SceneFile = {
  id: number;
  path: string;
  size: number;
  duration: number;
  modTime: string;
  createdAt: string;
  updatedAt: string;
  oshash: string;
  phash: string | undefined;
};

export type StashId = { endpoint: string; stash_id: string };

/** Times are text in the server's zone, as in its database. */
export type Scene = {
  id: number;
  title: string | null;
  code: string | null;
  details: string | null;
  director: string | null;
  urls: string[];
  date: string | null;
  rating100: number | null;
  organized: boolean;
  oCounter: number;
  studio: Related | null;
  performers: Related[];
  tags: Related[];
  groups: { group: Related; index: number | null }[];
  /** The primary file first. */
  files: SceneFile[];
  stashIds: StashId[];
  cover: Buffer | undefined;
  createdAt: string;
  updatedAt: string;
};

export type NewFile = {
  path: string;
  size?: number | undefined;
  duration?: number | undefined;
  oshash?: string | undefined;
  phash?: string | undefined;
};

/** What a save in Stash may set; an unknown name creates a new tag, performer, studio or group. */
export type ScenePatch = {
  title?: string | null | undefined;
  code?: string | null | undefined;
  details?: string | null | undefined;
  director?: string | null | undefined;
  urls?: readonly string[] | undefined;
  /** `YYYY-MM-DD`; from v0.30 also `YYYY-MM` and `YYYY`. */
  date?: string | null | undefined;
  rating100?: number | null | undefined;
  organized?: boolean | undefined;
  studio?: string | null | undefined;
  performers?: readonly string[] | undefined;
  tags?: readonly string[] | undefined;
  groups?: readonly string[] | undefined;
  stashIds?: readonly StashId[] | undefined;
  /** null removes the cover: the screenshot is then the SVG placeholder. */
  cover?: Buffer | null | undefined;
};

/** How a bulk edit's lists combine with those of each scene. */
export type BulkMode = 'SET' | 'ADD' | 'REMOVE';

export type NewScene = ScenePatch & {
  /** The next free id by default. */
  id?: number | undefined;
  /** The primary file first; a scene may have none. */
  files?: readonly (string | NewFile)[] | undefined;
  /** Epoch milliseconds; now by default. */
  createdAt?: number | undefined;
  updatedAt?: number | undefined;
};

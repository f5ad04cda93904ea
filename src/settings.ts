import type { PathMapping } from './core/file-paths.ts';

/** What values a setting takes; `setting-schema.ts` makes the schema of it. */
export type SettingType =
  | { readonly kind: 'switch' }
  | { readonly kind: 'whole_number'; readonly min: number; readonly max: number }
  /** A bare number is in seconds; the value is in ms. */
  | { readonly kind: 'duration'; readonly minS: number; readonly maxS: number }
  | { readonly kind: 'names' }
  | { readonly kind: 'path_mappings' }
  | { readonly kind: 'web_address' }
  | { readonly kind: 'token' };

/** One setting, as the config file, the flags, the environment and `--help` know it. */
export type Setting = {
  readonly type: SettingType;
  /** As written in the config file; absent when nothing holds unless someone says so. */
  readonly fallback?: unknown;
  /** The environment variable; `PLEXSYNC_` and the name when absent. */
  readonly env?: string;
  /** What stands for the flag's value in `--help`; a switch has none. */
  readonly value?: string;
  readonly repeatable?: true;
  readonly secret?: true;
  readonly help: string;
};

const SWITCH = { kind: 'switch' } as const;
const LIST_CAP = { kind: 'whole_number', min: 10, max: 500 } as const;

/**
 * Every setting there is, once: flags, environment names, `--help`, the config file, its schema and its errors all come
 * from here. Plain data, since every command line pays for loading it.
 */
export const SETTINGS = {
  plex_url: { type: { kind: 'web_address' }, env: 'PLEX_URL', value: '<url>', help: 'address of the Plex server' },
  plex_token: {
    type: { kind: 'token' },
    env: 'PLEX_TOKEN',
    value: '<token>',
    secret: true,
    help: 'token of the server’s owner',
  },
  plex_library: {
    type: { kind: 'names' },
    fallback: [],
    env: 'PLEX_LIBRARY',
    value: '<name>',
    repeatable: true,
    help: 'library to look in; all movie libraries when not set',
  },
  path_map: {
    type: { kind: 'path_mappings' },
    fallback: [],
    value: '</stash=/plex>',
    repeatable: true,
    help: 'a folder as Stash sees it = as Plex sees it',
  },
  strict_matching: { type: SWITCH, fallback: true, help: 'write only to items proven to be the scene’s' },
  preserve_plex_edits: { type: SWITCH, fallback: false, help: 'only fill fields that are empty in Plex' },
  lock_fields: { type: SWITCH, fallback: true, help: 'lock what is written, so that Plex keeps it' },
  max_retries: {
    type: { kind: 'whole_number', min: 1, max: 20 },
    fallback: 5,
    value: '<n>',
    help: 'retries of a passing failure before a job becomes a dead letter',
  },
  connect_timeout: {
    type: { kind: 'duration', minS: 1, maxS: 30 },
    fallback: '5s',
    value: '<duration>',
    help: 'longest wait for a connection',
  },
  read_timeout: {
    type: { kind: 'duration', minS: 5, maxS: 120 },
    fallback: '30s',
    value: '<duration>',
    help: 'longest wait for an answer',
  },
  concurrency: {
    type: { kind: 'whole_number', min: 1, max: 8 },
    fallback: 2,
    value: '<n>',
    help: 'requests in flight',
  },
  max_tags: { type: LIST_CAP, fallback: 100, value: '<n>', help: 'most tags written per scene' },
  max_performers: { type: LIST_CAP, fallback: 50, value: '<n>', help: 'most performers written per scene' },
  sync_master: { type: SWITCH, fallback: true, help: 'write anything besides the title' },
  sync_studio: { type: SWITCH, fallback: true, help: 'write the studio' },
  sync_summary: { type: SWITCH, fallback: true, help: 'write the summary' },
  sync_tagline: { type: SWITCH, fallback: true, help: 'write the tagline' },
  sync_date: { type: SWITCH, fallback: true, help: 'write the date' },
  sync_rating: { type: SWITCH, fallback: true, help: 'write the rating' },
  sync_performers: { type: SWITCH, fallback: true, help: 'write performers as actors' },
  sync_tags: { type: SWITCH, fallback: true, help: 'write tags as genres' },
  sync_collection: { type: SWITCH, fallback: true, help: 'write the studio as a collection' },
} as const satisfies Readonly<Record<string, Setting>>;

export type SettingName = keyof typeof SETTINGS;
export const SETTING_NAMES = Object.keys(SETTINGS) as readonly SettingName[];

type ValueOf = {
  switch: boolean;
  whole_number: number;
  duration: number;
  names: readonly string[];
  path_mappings: readonly PathMapping[];
  web_address: string;
  token: string;
};

/** The settings of a run; durations in ms. A setting without a fallback may be missing. */
export type Settings = {
  readonly [Name in SettingName]:
    | ValueOf[(typeof SETTINGS)[Name]['type']['kind']]
    | ((typeof SETTINGS)[Name] extends { readonly fallback: unknown } ? never : undefined);
};

/** `plex_url` → `plex-url`: the flag without its dashes. */
export function flagOf(name: SettingName): string {
  return name.replaceAll('_', '-');
}

/** The environment variable of a setting. */
export function variableOf(name: SettingName): string {
  const { env }: Setting = SETTINGS[name];
  return env ?? `PLEXSYNC_${name.toUpperCase()}`;
}

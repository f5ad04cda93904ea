import type { LibraryName } from '../core/match/libraries.ts';
import type { PathMapping } from '../core/match/paths.ts';
import type { Setting, SettingType } from './setting.ts';

const SWITCH = { kind: 'switch' } as const;
const LIST_CAP = { kind: 'whole_number', min: 10, max: 500 } as const;

/**
 * Every setting, defined once: flags, environment names, `--help`, the config file, its schema and its errors all
 * derive from this table. Plain data, since every command loads it.
 */
export const SETTINGS = {
  plex_url: {
    group: 'connection',
    type: { kind: 'web_address' },
    env: 'PLEX_URL',
    value: '<url>',
    help: 'address of the Plex server',
  },
  plex_token: {
    group: 'connection',
    type: { kind: 'token' },
    env: 'PLEX_TOKEN',
    value: '<token>',
    secret: true,
    help: 'token of the server’s owner',
  },
  plex_token_file: {
    group: 'connection',
    type: { kind: 'file' },
    env: 'PLEX_TOKEN_FILE',
    value: '<file>',
    help: 'file that holds the token, such as a Docker secret',
  },
  plex_library: {
    group: 'connection',
    type: { kind: 'names' },
    fallback: [],
    env: 'PLEX_LIBRARY',
    value: '<name>',
    repeatable: true,
    help: 'library to look in; all movie libraries when not set',
  },
  plex_ca: {
    group: 'connection',
    type: { kind: 'file' },
    value: '<file>',
    help: 'certificate (PEM) to trust for an https address of Plex',
  },
  plex_insecure: {
    group: 'connection',
    type: SWITCH,
    fallback: false,
    help: 'accept any certificate of Plex',
  },
  stash_url: {
    group: 'connection',
    type: { kind: 'web_address' },
    env: 'STASH_URL',
    value: '<url>',
    help: 'address of the Stash server',
  },
  stash_api_key: {
    group: 'connection',
    type: { kind: 'token' },
    env: 'STASH_API_KEY',
    value: '<key>',
    secret: true,
    help: 'API key of Stash, where it asks for one',
  },
  stash_api_key_file: {
    group: 'connection',
    type: { kind: 'file' },
    env: 'STASH_API_KEY_FILE',
    value: '<file>',
    help: 'file that holds the API key of Stash',
  },
  stash_insecure: {
    group: 'connection',
    type: SWITCH,
    fallback: false,
    help: 'accept any certificate of Stash',
  },
  connect_timeout: {
    group: 'connection',
    type: { kind: 'duration', unit: 's', min: '1s', max: '30s' },
    fallback: '5s',
    value: '<duration>',
    help: 'longest wait for a connection',
  },
  read_timeout: {
    group: 'connection',
    type: { kind: 'duration', unit: 's', min: '5s', max: '120s' },
    fallback: '30s',
    value: '<duration>',
    help: 'longest wait for an answer',
  },
  path_map: {
    group: 'matching',
    type: { kind: 'path_mappings' },
    fallback: [],
    value: '</stash=/plex>',
    repeatable: true,
    help: 'a folder as Stash sees it = as Plex sees it',
  },
  strict_matching: {
    group: 'matching',
    type: SWITCH,
    fallback: true,
    help: 'write only to items proven to be the scene’s',
    off: 'write to the likeliest item where none is proven to be the scene’s',
  },
  not_found_max_wait: {
    group: 'matching',
    type: { kind: 'duration', unit: 's', min: '1m', max: '30d' },
    fallback: '2h',
    value: '<duration>',
    help: 'time over which the 12 tries for a file that Plex has not scanned are spread',
  },
  skip_not_found: {
    group: 'matching',
    type: SWITCH,
    fallback: false,
    help: 'skip scenes that Plex does not have, instead of waiting for them',
  },
  preserve_plex_edits: {
    group: 'writing',
    type: SWITCH,
    fallback: false,
    help: 'only fill fields that are empty in Plex',
  },
  clear_empty: {
    group: 'writing',
    type: { kind: 'choice', values: ['ours', 'always', 'never'] },
    fallback: 'ours',
    value: '<when>',
    help: 'whether a field that is empty in Stash is cleared in Plex; ours: only what we wrote there',
  },
  quality_gate: {
    group: 'writing',
    type: SWITCH,
    fallback: true,
    help: 'clear nothing for a scene that has only a title in Stash yet',
    off: 'let a scene that has only a title in Stash clear what it lacks',
  },
  lock_fields: {
    group: 'writing',
    type: SWITCH,
    fallback: true,
    help: 'lock what is written, so that Plex keeps it',
    off: 'do not lock what is written, so that Plex may change it',
  },
  max_tags: { group: 'writing', type: LIST_CAP, fallback: 100, value: '<n>', help: 'most tags written per scene' },
  max_performers: {
    group: 'writing',
    type: LIST_CAP,
    fallback: 50,
    value: '<n>',
    help: 'most performers written per scene',
  },
  max_removals: {
    group: 'writing',
    type: { kind: 'limit', min: 0, max: 1_000_000 },
    value: '<n>',
    help: 'most values of its own that plexsync removes within a day unasked, or off; unless set 500, or a fifth of those it met if that is more',
  },
  sync_master: {
    group: 'writing',
    type: SWITCH,
    fallback: true,
    help: 'write anything besides the title',
    off: 'write nothing but the title',
  },
  sync_studio: {
    group: 'writing',
    type: SWITCH,
    fallback: true,
    help: 'write the studio',
    off: 'do not write the studio',
  },
  sync_summary: {
    group: 'writing',
    type: SWITCH,
    fallback: true,
    help: 'write the summary',
    off: 'do not write the summary',
  },
  sync_tagline: {
    group: 'writing',
    type: SWITCH,
    fallback: true,
    help: 'write the tagline',
    off: 'do not write the tagline',
  },
  sync_date: {
    group: 'writing',
    type: SWITCH,
    fallback: true,
    help: 'write the date',
    off: 'do not write the date',
  },
  sync_rating: {
    group: 'writing',
    type: SWITCH,
    fallback: true,
    help: 'write the rating',
    off: 'do not write the rating',
  },
  sync_performers: {
    group: 'writing',
    type: SWITCH,
    fallback: true,
    help: 'write performers as actors',
    off: 'do not write performers as actors',
  },
  sync_tags: {
    group: 'writing',
    type: SWITCH,
    fallback: true,
    help: 'write tags as genres',
    off: 'do not write tags as genres',
  },
  sync_poster: {
    group: 'writing',
    type: SWITCH,
    help: 'write the scene’s picture as the poster; where this is not set, a run only says how many would come',
    off: 'do not write the poster, and say nothing of it',
  },
  sync_background: {
    group: 'writing',
    type: SWITCH,
    fallback: false,
    help: 'write the scene’s picture as the background too',
  },
  poster_takeover: {
    group: 'writing',
    type: { kind: 'choice', values: ['unlocked', 'never', 'always'] },
    fallback: 'unlocked',
    value: '<which>',
    help: 'which pictures of an item give way to the scene’s; unlocked: those that nobody uploaded or locked; never: only where no picture was ever uploaded; always: locked and foreign ones too',
  },
  overlay_label: {
    group: 'writing',
    type: { kind: 'choice', values: ['respect', 'release'] },
    fallback: 'respect',
    value: '<how>',
    help: 'what becomes of a poster under Kometa’s label Overlay; respect: it stays; release: the scene’s new one is written and the label removed',
  },
  sync_collection: {
    group: 'writing',
    type: SWITCH,
    fallback: true,
    help: 'write the studio as a collection',
    off: 'do not write the studio as a collection',
  },
  enabled: {
    group: 'running',
    type: SWITCH,
    fallback: true,
    help: 'let runs do their work; without it a run says so and ends',
    off: 'do no work: a run says so and ends',
  },
  concurrency: {
    group: 'running',
    type: { kind: 'whole_number', min: 1, max: 8 },
    fallback: 2,
    value: '<n>',
    help: 'requests in flight',
  },
  max_retries: {
    group: 'running',
    type: { kind: 'whole_number', min: 1, max: 20 },
    fallback: 5,
    value: '<n>',
    help: 'retries of a passing failure before a job becomes a dead letter',
  },
  poll_interval: {
    group: 'running',
    type: { kind: 'duration', unit: 's', min: '0.1s', max: '1h' },
    fallback: '30s',
    value: '<duration>',
    help: 'how often process --watch looks for work',
  },
  trigger_plex_scan: {
    group: 'running',
    type: SWITCH,
    fallback: false,
    help: 'ask Plex to scan the folder of a file that it does not have yet',
  },
  dlq_retention_days: {
    group: 'running',
    type: { kind: 'duration', unit: 'd', min: '1d', max: '365d' },
    fallback: '30d',
    value: '<days>',
    help: 'age at which a dead letter is removed',
  },
  journal_days: {
    group: 'running',
    type: { kind: 'duration', unit: 'd', min: '1d', max: '365d' },
    fallback: '30d',
    value: '<days>',
    help: 'age at which an edit leaves the journal, and can no longer be undone',
  },
  obfuscate_paths: {
    group: 'running',
    type: SWITCH,
    fallback: false,
    help: 'mask file paths and names in the log and in what a run prints',
  },
} as const satisfies Readonly<Record<string, Setting>>;

export type SettingName = keyof typeof SETTINGS;
export const SETTING_NAMES = Object.keys(SETTINGS) as readonly SettingName[];

type ValueOf = {
  switch: boolean;
  whole_number: number;
  limit: number | 'off';
  duration: number;
  names: readonly LibraryName[];
  path_mappings: readonly PathMapping[];
  web_address: string;
  token: string;
  file: string;
};

type ValueOfType<Type extends SettingType> = Type extends {
  readonly kind: 'choice';
  readonly values: readonly (infer V)[];
}
  ? V
  : Type['kind'] extends keyof ValueOf
    ? ValueOf[Type['kind']]
    : never;

/** The settings of a run; durations in ms. A setting without a fallback may be missing. */
export type Settings = {
  readonly [Name in SettingName]:
    | ValueOfType<(typeof SETTINGS)[Name]['type']>
    | ((typeof SETTINGS)[Name] extends { readonly fallback: unknown } ? never : undefined);
};

/** A library's name as it was given. */
export function libraryText(name: LibraryName): string {
  return typeof name === 'string' ? name : name.typed;
}

/** Shown in place of a secret. */
export const HIDDEN = '(hidden)';

/** `plex_url` → `plex-url`: the flag without its dashes. */
export function flagOf(name: SettingName): string {
  return name.replaceAll('_', '-');
}

/** The environment variable of a setting. */
export function variableOf(name: SettingName): string {
  const { env }: Setting = SETTINGS[name];
  return env ?? `PLEXSYNC_${name.toUpperCase()}`;
}

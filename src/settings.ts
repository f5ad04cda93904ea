import * as z from 'zod/mini';
import { parseDurationMs } from './core/duration.ts';
import type { PathMapping } from './core/file-paths.ts';

/** One setting: its schema (which takes text from a flag or the environment as well as JSON), and how people see it. */
type Setting<T extends z.ZodMiniType> = {
  readonly schema: T;
  /** As written in the config file and shown in `--help`; `undefined` when the setting has none. */
  readonly fallback: unknown;
  readonly env: string;
  /** The flag's value, such as `<url>`; a setting without one is a switch with a `--no-` form. */
  readonly value?: string;
  readonly repeatable?: true;
  readonly secret?: true;
  readonly help: string;
};

const switchWords: Readonly<Record<string, boolean>> = {
  true: true,
  '1': true,
  yes: true,
  false: false,
  '0': false,
  no: false,
};

const onOff = z.pipe(
  z.union([
    z.boolean(),
    z.pipe(
      z.string(),
      z.transform((word) => switchWords[word.toLowerCase()] ?? word),
    ),
  ]),
  z.boolean('must be true or false'),
);

function wholeNumber(min: number, max: number) {
  const message = `must be a whole number from ${min} to ${max}`;
  return z.pipe(
    z.union(
      [
        z.number(),
        z.pipe(
          z.string(),
          z.transform((text) => (text.trim() === '' ? Number.NaN : Number(text))),
        ),
      ],
      message,
    ),
    z.int(message).check(z.minimum(min, message), z.maximum(max, message)),
  );
}

/** Seconds or a duration with a unit; the value is in ms. */
function durationMs(minS: number, maxS: number) {
  const message = `must be from ${minS}s to ${maxS}s, such as ${minS}, ${minS}s or 1m`;
  return z.pipe(
    z.pipe(
      z.union([z.number(), z.string()], message),
      z.transform((value) => parseDurationMs(value, 's') ?? Number.NaN),
    ),
    z.number(message).check(z.minimum(minS * 1_000, message), z.maximum(maxS * 1_000, message)),
  );
}

const names = z.pipe(
  z.union(
    [
      z.array(z.string()),
      z.pipe(
        z.string(),
        z.transform((text) => [text]),
      ),
    ],
    'must be a name or a list of names',
  ),
  z.transform((list: string[]) =>
    list
      .flatMap((entry) => entry.split(','))
      .map((name) => name.trim())
      .filter((name) => name !== ''),
  ),
);

const MAPPING_FORM = 'must look like /stash/folder=/plex/folder';
const mappingText = z.pipe(
  z.string().check(z.regex(/^[^=]+=[^=]+$/, MAPPING_FORM)),
  z.transform((text): PathMapping => {
    const [from = '', to = ''] = text.split('=');
    return { from: from.trim(), to: to.trim() };
  }),
);
const mapping = z.union(
  [mappingText, z.object({ from: z.string().check(z.minLength(1)), to: z.string().check(z.minLength(1)) })],
  MAPPING_FORM,
);
const mappings = z.pipe(
  z.union(
    [
      z.array(z.unknown()),
      z.pipe(
        z.string(),
        z.transform((text) => text.split(/[,;]/).filter((part) => part.trim() !== '')),
      ),
    ],
    MAPPING_FORM,
  ),
  z.array(mapping),
);

const webAddress = z.pipe(
  z
    .string('must be an http or https address')
    .check(z.refine(isWebAddress, 'must be an http or https address without user, password or query')),
  z.transform((url) => url.trim().replace(/\/+$/, '')),
);

function isWebAddress(text: string): boolean {
  const url = URL.parse(text.trim());
  if (url === null || !/^https?:$/.test(url.protocol)) return false;
  return url.username === '' && url.password === '' && url.search === '' && url.hash === '';
}

const token = z
  .string('must be text')
  .check(
    z.trim(),
    z.minLength(10, 'must have at least 10 characters'),
    z.regex(/^[\x21-\x7e]+$/, 'must be plain ASCII without spaces'),
  );

function setting<T extends z.ZodMiniType>(entry: Omit<Setting<T>, 'env'> & { env?: string }, name: string): Setting<T> {
  return { ...entry, env: entry.env ?? `PLEXSYNC_${name.toUpperCase()}` } as Setting<T>;
}

function syncSwitch(name: string, what: string) {
  return setting({ schema: onOff, fallback: true, help: `write ${what}` }, name);
}

/**
 * Every setting there is, once: flags, environment names, `--help`, the config file and its errors all come from here.
 */
export const SETTINGS = {
  plex_url: setting(
    { schema: webAddress, fallback: undefined, env: 'PLEX_URL', value: '<url>', help: 'address of the Plex server' },
    'plex_url',
  ),
  plex_token: setting(
    {
      schema: token,
      fallback: undefined,
      env: 'PLEX_TOKEN',
      value: '<token>',
      secret: true,
      help: 'token of the server’s owner',
    },
    'plex_token',
  ),
  plex_library: setting(
    {
      schema: names,
      fallback: [],
      env: 'PLEX_LIBRARY',
      value: '<name>',
      repeatable: true,
      help: 'library to look in; all movie libraries when not set',
    },
    'plex_library',
  ),
  path_map: setting(
    {
      schema: mappings,
      fallback: [],
      value: '</stash=/plex>',
      repeatable: true,
      help: 'a folder as Stash sees it = as Plex sees it',
    },
    'path_map',
  ),
  strict_matching: setting(
    { schema: onOff, fallback: true, help: 'write only to items proven to be the scene’s' },
    'strict_matching',
  ),
  preserve_plex_edits: setting(
    { schema: onOff, fallback: false, help: 'only fill fields that are empty in Plex' },
    'preserve_plex_edits',
  ),
  lock_fields: setting(
    { schema: onOff, fallback: true, help: 'lock what is written, so that Plex keeps it' },
    'lock_fields',
  ),
  max_retries: setting(
    {
      schema: wholeNumber(1, 20),
      fallback: 5,
      value: '<n>',
      help: 'retries of a passing failure before a job becomes a dead letter',
    },
    'max_retries',
  ),
  connect_timeout: setting(
    { schema: durationMs(1, 30), fallback: '5s', value: '<duration>', help: 'longest wait for a connection' },
    'connect_timeout',
  ),
  read_timeout: setting(
    { schema: durationMs(5, 120), fallback: '30s', value: '<duration>', help: 'longest wait for an answer' },
    'read_timeout',
  ),
  concurrency: setting(
    { schema: wholeNumber(1, 8), fallback: 2, value: '<n>', help: 'requests in flight' },
    'concurrency',
  ),
  max_tags: setting(
    { schema: wholeNumber(10, 500), fallback: 100, value: '<n>', help: 'most tags written per scene' },
    'max_tags',
  ),
  max_performers: setting(
    { schema: wholeNumber(10, 500), fallback: 50, value: '<n>', help: 'most performers written per scene' },
    'max_performers',
  ),
  sync_master: setting({ schema: onOff, fallback: true, help: 'write anything besides the title' }, 'sync_master'),
  sync_studio: syncSwitch('sync_studio', 'the studio'),
  sync_summary: syncSwitch('sync_summary', 'the summary'),
  sync_tagline: syncSwitch('sync_tagline', 'the tagline'),
  sync_date: syncSwitch('sync_date', 'the date'),
  sync_rating: syncSwitch('sync_rating', 'the rating'),
  sync_performers: syncSwitch('sync_performers', 'performers as actors'),
  sync_tags: syncSwitch('sync_tags', 'tags as genres'),
  sync_collection: syncSwitch('sync_collection', 'the studio as a collection'),
} as const;

export type SettingName = keyof typeof SETTINGS;
export const SETTING_NAMES = Object.keys(SETTINGS) as readonly SettingName[];

/** The settings of a run. `plex_url` and `plex_token` are only there when someone gave them. */
export type Settings = {
  readonly [Name in SettingName]:
    | z.output<(typeof SETTINGS)[Name]['schema']>
    | (Name extends 'plex_url' | 'plex_token' ? undefined : never);
};

/** `plex_url` → `plex-url`: the flag without its dashes. */
export function flagOf(name: SettingName): string {
  return name.replaceAll('_', '-');
}

import type { LibraryName } from '../core/match/libraries.ts';
import type { PathMapping } from '../core/match/paths.ts';
import type { QuietRange } from '../core/model/quiet-hours.ts';
import { CONNECTION_SETTINGS } from './groups/connection.ts';
import { MATCHING_SETTINGS } from './groups/matching.ts';
import { RUNNING_SETTINGS } from './groups/running.ts';
import { WRITING_SETTINGS } from './groups/writing.ts';
import type { Setting, SettingType } from './setting.ts';

/**
 * Every setting, defined once: flags, environment names, `--help`, the config file, its schema and its errors all
 * derive from this table. Plain data, since every command loads it.
 */
export const SETTINGS = {
  ...CONNECTION_SETTINGS,
  ...MATCHING_SETTINGS,
  ...WRITING_SETTINGS,
  ...RUNNING_SETTINGS,
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
  webhooks: readonly string[];
  command: readonly string[];
  quiet_hours: readonly QuietRange[];
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

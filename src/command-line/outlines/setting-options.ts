import type { Setting } from '../../settings/setting.ts';
import type { SettingName } from '../../settings/table.ts';
import { flagOf, SETTING_NAMES, SETTINGS, variableOf } from '../../settings/table.ts';
import type { OptionSpec } from './spec.ts';

/** The settings for talking to Plex and finding a file there. */
export const CONNECTION_SETTINGS: readonly SettingName[] = SETTING_NAMES.filter(
  (name) => SETTINGS[name].group === 'connection' || name === 'path_map' || name === 'strict_matching',
);

/** The settings for reading from Plex. */
export const PLEX_SETTINGS: readonly SettingName[] = [
  'plex_url',
  'plex_token',
  'plex_token_file',
  'plex_library',
  'plex_ca',
  'plex_insecure',
  'connect_timeout',
  'read_timeout',
];

/** The settings for talking to Stash. */
export const STASH_SETTINGS: readonly SettingName[] = [
  ...SETTING_NAMES.filter((name) => name.startsWith('stash_')),
  'connect_timeout',
  'read_timeout',
];

/** One flag of a setting. `isHidden` ones work but are not shown. */
export type SettingFlag = OptionSpec & { readonly isHidden: boolean };

/**
 * The flags of a setting, from its row in the table. A switch has two, and help shows those that change the default.
 */
export function settingFlags(name: SettingName): readonly SettingFlag[] {
  const { help, off = `do not ${help}`, type, fallback, value, repeatable }: Setting = SETTINGS[name];
  const flag = flagOf(name);
  if (value === undefined && type.kind === 'switch') {
    const on = { flags: `--${flag}`, help: `${help} (env: ${variableOf(name)}=true)` };
    const not = { flags: `--no-${flag}`, help: `${off} (env: ${variableOf(name)}=false)` };
    const [shown, hidden] = fallback === true ? [not, on] : [on, not];
    return [
      { ...shown, isHidden: false },
      { ...hidden, isHidden: fallback !== undefined },
    ];
  }
  const details = [
    ...rangeOf(type),
    ...(fallback === undefined || Array.isArray(fallback) ? [] : [`default: ${String(fallback)}`]),
    `env: ${variableOf(name)}`,
    ...(repeatable ? ['repeatable'] : []),
  ];
  const known = repeatable ? { repeatable, ...knownValues(type) } : knownValues(type);
  return [
    { flags: `--${flag} ${value ?? '<file>'}`, help: `${help} (${details.join(', ')})`, isHidden: false, ...known },
  ];
}

/** What a shell can offer for the value of a setting. */
function knownValues(type: Setting['type']): Pick<OptionSpec, 'values' | 'several'> {
  if (type.kind === 'choice') return { values: type.values };
  if (type.kind === 'limit') return { values: ['off'] };
  return type.kind === 'names' ? { values: 'libraries', several: 'between_commas' } : {};
}

/** The values a setting accepts, where help has to say so. */
export function rangeOf(type: Setting['type']): readonly string[] {
  if (type.kind === 'whole_number') return [`${type.min} to ${type.max}`];
  if (type.kind === 'choice') return [type.values.join(', ')];
  return type.kind === 'duration' ? [`${type.min} to ${type.max}`] : [];
}

import { UsageError } from '../../core/model/errors.ts';
import type { ConfigSources, LoadedSettings } from '../../settings/load.ts';
import { isOfShell, loadSettings } from '../../settings/load.ts';
import type { Setting } from '../../settings/setting.ts';
import type { SettingName, Settings } from '../../settings/table.ts';
import { libraryText, SETTING_NAMES, SETTINGS, variableOf } from '../../settings/table.ts';

/**
 * Refuses what only the environment says, since a service starts without it. `handedOn`: what its unit gives it.
 * @throws {UsageError} naming each such setting, and how it is saved
 */
export async function refuseUnsaved(
  loaded: LoadedSettings,
  sources: Omit<ConfigSources, 'flags' | 'env'>,
  handedOn: readonly SettingName[],
): Promise<void> {
  const unsaved = SETTING_NAMES.filter((name) => !handedOn.includes(name) && isOfShell(loaded.origins[name]));
  if (unsaved.length === 0) return;
  // What the environment says once more is no loss.
  const saved = await loadSettings({ ...sources, flags: {}, env: {} });
  const lost = unsaved.filter((name) => comparable(loaded.settings, name) !== comparable(saved.settings, name));
  if (lost.length === 0) return;
  const from = lost.map((name) => loaded.origins[name].name);
  const commands = lost.map((name) => `plexsync config set ${name} ${isSecret(name) ? '-' : '…'}`);
  throw new UsageError(
    `${inWords(lost)} ${lost.length === 1 ? 'comes' : 'come'} from ${inWords(from)}, which a service does not have.`,
    `Save ${lost.length === 1 ? 'it' : 'them'} first: ${commands.join('; ')}`,
  );
}

/** The variables of settings that are set here. */
export function settingVariables(env: NodeJS.ProcessEnv): readonly string[] {
  return SETTING_NAMES.map(variableOf).filter((variable) => (env[variable] ?? '') !== '');
}

export function inWords(parts: readonly string[]): string {
  return [parts.slice(0, -1).join(', '), ...parts.slice(-1)].filter((part) => part !== '').join(' and ');
}

function isSecret(name: SettingName): boolean {
  const { secret }: Setting = SETTINGS[name];
  return secret === true;
}

/** Names that were typed and those of the file are the same names. */
function comparable(settings: Settings, name: SettingName): string | undefined {
  return JSON.stringify(name === 'plex_library' ? settings.plex_library.map(libraryText) : settings[name]);
}

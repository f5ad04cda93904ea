import type { LoadedSettings } from '../config.ts';
import { loadSettings } from '../config.ts';
import { configFilePath } from '../config-file.ts';
import { formatDuration } from '../core/duration.ts';
import type { PathMapping } from '../core/file-paths.ts';
import { EXIT } from '../exit.ts';
import type { Setting, SettingName } from '../settings.ts';
import { SETTING_NAMES, SETTINGS } from '../settings.ts';
import { readerOf } from '../terminal/reader.ts';
import { renderTable } from '../terminal/table.ts';
import type { Context } from './context.ts';

export type ConfigOptions = {
  readonly flags: Readonly<Partial<Record<SettingName, unknown>>>;
  readonly configFile: string | undefined;
};

/** Shows every setting with its value and who said so; secrets stay hidden. */
export async function show({ flags, configFile }: ConfigOptions, context: Context): Promise<number> {
  const { dataDir, env, output } = context;
  const loaded = await loadSettings({ flags, env, dataDir: dataDir.path, configFile });
  for (const warning of loaded.warnings) output.log('warning', warning);
  const path = configFilePath(dataDir.path, configFile);
  if (output.json) {
    output.resultJson(
      {
        data_dir: dataDir.path,
        data_dir_origin: dataDir.origin,
        config_file: path,
        settings: Object.fromEntries(SETTING_NAMES.map((name) => [name, settingDocument(name, loaded)])),
      },
      2,
    );
    return EXIT.done;
  }
  const rows = SETTING_NAMES.map((name) => [name, shownText(name, loaded), loaded.origins[name].name]);
  output.result(renderTable(['SETTING', 'VALUE', 'FROM'], rows, readerOf('stdout')));
  output.log('info', `Config file: ${path}. Data directory: ${dataDir.path} (from ${dataDir.origin}).`);
  return EXIT.done;
}

/** One setting as `config show --json` has it; durations as they are typed. */
export function settingDocument(name: SettingName, { settings, origins }: LoadedSettings): object {
  const { type, secret }: Setting = SETTINGS[name];
  const value = settings[name];
  const shown = type.kind === 'duration' ? formatDuration(value as number) : value;
  const { kind, name: from } = origins[name];
  return { value: value === undefined ? null : secret ? HIDDEN : shown, origin: kind, from };
}

const HIDDEN = '(hidden)';

function shownText(name: SettingName, { settings }: LoadedSettings): string {
  const { type, secret }: Setting = SETTINGS[name];
  const value = settings[name];
  if (value === undefined) return '-';
  if (secret) return HIDDEN;
  switch (type.kind) {
    case 'duration':
      return formatDuration(value as number);
    case 'path_mappings':
      return (value as readonly PathMapping[]).map(({ from, to }) => `${from}=${to}`).join(', ') || '-';
    case 'names':
      return (value as readonly string[]).join(', ') || '-';
    default:
      return String(value);
  }
}

import type { PathMapping } from '../../core/match/paths.ts';
import { quietRangeText } from '../../core/model/quiet-hours.ts';
import { asPath, foreign, ours, say } from '../../core/text/sentence.ts';
import type { ConfigShowDocument, SettingDocument } from '../../documents/settings.ts';
import { EXIT } from '../../exit.ts';
import type { AccessReview } from '../../settings/access.ts';
import { reviewAccess, unusedWords } from '../../settings/access.ts';
import { formatDuration } from '../../settings/duration.ts';
import type { ExplainedSetting } from '../../settings/explain.ts';
import { explainSettings } from '../../settings/explain.ts';
import { configFilePath, readConfigFile } from '../../settings/file.ts';
import type { LoadedSettings } from '../../settings/load.ts';
import { shownValue } from '../../settings/load.ts';
import type { Setting } from '../../settings/setting.ts';
import { shownCommand } from '../../settings/shown-command.ts';
import type { SettingName, Settings } from '../../settings/table.ts';
import { HIDDEN, libraryText, SETTINGS } from '../../settings/table.ts';
import { withoutToken } from '../../settings/without-token.ts';
import { renderTable } from '../../terminal/table.ts';
import type { Context } from '../shared/context.ts';
import { logWrapped } from '../shared/log-wrapped.ts';

export type ConfigOptions = {
  readonly flags: Readonly<Partial<Record<SettingName, unknown>>>;
  readonly configFile: string | undefined;
};

/** Shows every setting with its value and origin, even if some are invalid; secrets stay hidden. */
export async function show({ flags, configFile }: ConfigOptions, context: Context): Promise<number> {
  const { dataDir, env, output } = context;
  // A file that cannot be read fails the command: a table without it would show other settings.
  await readConfigFile({ dataDir: dataDir.path, named: configFile });
  const explained = await explainSettings({ flags, env, dataDir: dataDir.path, configFile });
  const loaded = loadedOf(explained.settings);
  const review = reviewAccess(loaded);
  const rows = explained.settings.map((setting) => toRow(setting, review));
  const problems = [...explained.problems, ...rows.flatMap(({ problem }) => problem ?? [])];
  for (const warning of explained.warnings) output.log('warning', say`${foreign(warning)}`);
  const path = configFilePath(dataDir.path, configFile);
  if (output.json) {
    const settings = Object.fromEntries(rows.map((row) => [row.setting.name, rowDocument(row)]));
    const place = { data_dir: dataDir.path, data_dir_origin: dataDir.origin, config_file: path };
    output.resultJson({ ...place, settings, problems } satisfies ConfigShowDocument, 2);
  } else {
    const reader = output.readerOf('stdout');
    const cells = rows.map((row) => [row.setting.name, shownText(row), `${row.setting.origin.name}${markOf(row)}`]);
    output.result(renderTable(['SETTING', 'VALUE', 'FROM'], cells, reader));
    for (const one of review.unused) logWrapped(output, say`${foreign(unusedWords(one, loaded))}.`);
    const place = say`Data directory: ${asPath(dataDir.path)} (from ${ours(dataDir.origin)}).`;
    logWrapped(output, say`Config file: ${asPath(path)}. ${place}`);
  }
  for (const problem of problems) output.log('error', say`plexsync: ${foreign(problem)}`, 'usage_error');
  return problems.length === 0 ? EXIT.done : EXIT.usage;
}

/** A setting with everything to show about it. */
type Row = {
  readonly setting: ExplainedSetting;
  readonly problem: string | undefined;
  /** The setting that counts instead of this one. */
  readonly counts: SettingName | undefined;
};

/** The valid part of the settings: to show, not to run with. */
function loadedOf(settings: readonly ExplainedSetting[]): LoadedSettings {
  return {
    settings: Object.fromEntries(settings.map(({ name, parsed }) => [name, parsed])) as Settings,
    origins: Object.fromEntries(settings.map(({ name, origin }) => [name, origin])) as LoadedSettings['origins'],
    configFile: undefined,
    warnings: [],
  };
}

function toRow(setting: ExplainedSetting, { problems, unused }: AccessReview): Row {
  const { name } = setting;
  return {
    setting,
    problem: setting.problem ?? problems.find((one) => one.name === name)?.error.message,
    counts: unused.find((one) => one.name === name)?.counts,
  };
}

/** One setting as `config show --json` prints it; durations as they are typed. */
function rowDocument({ setting, problem, counts }: Row): SettingDocument {
  const { name, value, parsed, origin } = setting;
  const { type, secret }: Setting = SETTINGS[name];
  // A secret that cannot be used is no JSON once it is hidden.
  const shown = (): unknown =>
    setting.problem === undefined ? usableDocument(type.kind, parsed) : givenDocument(name, value);
  return {
    value: value === undefined || (secret && isEmptyList(value)) ? null : secret ? HIDDEN : shown(),
    origin: origin.kind,
    from: origin.name,
    problem: problem ?? null,
    overruled_by: counts ?? null,
  };
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function usableDocument(kind: Setting['type']['kind'], parsed: unknown): unknown {
  if (kind === 'duration') return formatDuration(parsed as number);
  if (kind === 'command') return shownCommand(parsed);
  if (kind === 'quiet_hours') return (parsed as Settings['quiet_hours']).map(quietRangeText);
  if (kind !== 'names' || parsed === undefined) return withoutToken(parsed);
  return (parsed as Settings['plex_library']).map((name) => withoutToken(libraryText(name)));
}

/** A value that cannot be used, without any secret in it. */
function shownGiven(name: SettingName, value: unknown): string {
  return typeof value === 'string' ? String(givenDocument(name, value)) : shownValue(name, value);
}

function givenDocument(name: SettingName, value: unknown): unknown {
  return JSON.parse(shownValue(name, value));
}

function markOf({ problem, counts }: Row): string {
  if (problem !== undefined) return ' (wrong)';
  return counts === undefined ? '' : ` (not used: ${counts} counts)`;
}

function shownText({ setting: { name, value, parsed, problem } }: Row): string {
  const { type, secret }: Setting = SETTINGS[name];
  if (value === undefined || isEmptyList(value)) return '-';
  if (secret) return HIDDEN;
  if (problem !== undefined) return shownGiven(name, value);
  switch (type.kind) {
    case 'duration':
      return formatDuration(parsed as number);
    case 'path_mappings':
      return (parsed as readonly PathMapping[]).map(({ from, to }) => `${from}=${to}`).join(', ') || '-';
    case 'command':
      return shownCommand(parsed).join(' ') || '-';
    case 'quiet_hours':
      return (parsed as Settings['quiet_hours']).map(quietRangeText).join(', ') || '-';
    case 'names':
      return (parsed as Settings['plex_library']).map((name) => withoutToken(libraryText(name))).join(', ') || '-';
    default:
      return String(withoutToken(parsed));
  }
}

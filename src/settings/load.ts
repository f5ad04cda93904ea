import * as z from 'zod/mini';
import { UsageError } from '../core/model/errors.ts';
import { looksLikeToken, mayBeSecret } from '../core/text/token-like.ts';
import { didYouMean } from './did-you-mean.ts';
import { parseDurationMs } from './duration.ts';
import { readConfigFile } from './file.ts';
import { schemaOf } from './schema.ts';
import type { Setting } from './setting.ts';
import { shownCommand } from './shown-command.ts';
import type { SettingName, Settings } from './table.ts';
import { flagOf, HIDDEN, SETTING_NAMES, SETTINGS, variableOf } from './table.ts';
import { withoutToken } from './without-token.ts';

/** Where settings may come from, strongest first: flags by setting name, then the environment, then the file. */
export type ConfigSources = {
  readonly flags: Readonly<Partial<Record<SettingName, unknown>>>;
  readonly env: NodeJS.ProcessEnv;
  readonly dataDir: string;
  /** `--config`; `config.json` in the data directory when absent. */
  readonly configFile: string | undefined;
};

/**
 * The source of a setting's value. `name` is what a person would look for: `--plex-url`, `PLEX_URL`, the file's path.
 */
export type Origin = { readonly kind: 'flag' | 'environment' | 'file' | 'default'; readonly name: string };

/** Whether a value is gone with the shell it was given in: cron and a service start without it. */
export function isOfShell({ kind }: Origin): boolean {
  return kind === 'flag' || kind === 'environment';
}

/** The settings of a run, and the origin of each. */
export type LoadedSettings = {
  readonly settings: Settings;
  readonly origins: Readonly<Record<SettingName, Origin>>;
  /** `--config`, where it was given. */
  readonly configFile: string | undefined;
  /** What the person should know, although everything can be used. */
  readonly warnings: readonly string[];
};

/** A setting's value as given, before validation. */
export type Given = { readonly value: unknown; readonly origin: Origin };

/** Variables with our prefix that are not settings. */
const OTHER_ENV = ['PLEXSYNC_DATA_DIR', 'PLEXSYNC_LOG_FORMAT', 'PLEXSYNC_LOG_FILE'];
const TEST_ENV_PREFIX = 'PLEXSYNC_TEST_';

/**
 * Loads the settings of a run: flag over environment over config file over default.
 * @throws {UsageError} naming the key, where its value came from, the value (secrets masked) and the allowed range.
 */
export async function loadSettings(sources: ConfigSources): Promise<LoadedSettings> {
  const file = await readConfigFile({ dataDir: sources.dataDir, named: sources.configFile });
  const all = SETTING_NAMES.map((name) => ({ name, ...given(name, sources, file) }));
  return {
    settings: Object.fromEntries(all.map((one) => [one.name, settingValue(one)])) as Settings,
    origins: Object.fromEntries(all.map(({ name, origin }) => [name, origin])) as LoadedSettings['origins'],
    configFile: sources.configFile,
    warnings: [...unknownEnv(sources.env), ...file.warnings, ...all.flatMap(secretInSight)],
  };
}

/** The value from the strongest source that has the setting. */
export function given(
  name: SettingName,
  { flags, env }: ConfigSources,
  file: { readonly path: string; readonly values: Readonly<Record<string, unknown>> },
): Given {
  const { fallback }: Setting = SETTINGS[name];
  const variable = variableOf(name);
  const flag = flags[name];
  if (flag !== undefined)
    return { value: flag, origin: { kind: 'flag', name: `--${flag === false ? 'no-' : ''}${flagOf(name)}` } };
  const fromEnv = env[variable];
  // In a compose file an empty variable means "not set".
  if (fromEnv !== undefined && fromEnv !== '')
    return { value: fromEnv, origin: { kind: 'environment', name: variable } };
  if (Object.hasOwn(file.values, name)) return { value: file.values[name], origin: { kind: 'file', name: file.path } };
  return { value: fallback, origin: { kind: 'default', name: 'the default' } };
}

/** The setting's value as a run uses it. @throws {UsageError} as `loadSettings` does. */
export function settingValue({ name, value, origin }: Given & { readonly name: SettingName }): unknown {
  const { type, fallback }: Setting = SETTINGS[name];
  // Defaults need no validation (a test checks each against its schema), which would slow down every run.
  if (value === fallback) return type.kind === 'duration' ? parseDurationMs(String(value), type.unit) : value;
  const parsed = z.safeParse(schemaOf(type), value);
  if (parsed.success) return parsed.data;
  throw new UsageError(
    `${name} ${firstMessage(parsed.error.issues)}, but ${origin.name} says ${refusedValue(name, value)}.`,
    `See plexsync config show, or man plexsync-config.`,
  );
}

/** A value that was refused may be a token in the wrong place. */
function refusedValue(name: SettingName, value: unknown): string {
  const texts = [value].flat().filter((one) => typeof one === 'string');
  if (texts.some((text) => looksLikeToken(text.replace(/^[^=]*=/, '')))) return `${HIDDEN}, which looks like a token`;
  const { type }: Setting = SETTINGS[name];
  const isAddress = type.kind === 'web_address' || type.kind === 'webhooks';
  const isPathless = type.kind === 'path_mappings' && texts.every((text) => !/[=/]/.test(text));
  const isHidden = (isAddress || isPathless) && texts.some(mayBeSecret);
  return isHidden ? `${HIDDEN}, which may be a token` : shownValue(name, value);
}

/** A setting's value as a person may see it: secrets are hidden, wherever they appear. */
export function shownValue(name: SettingName, value: unknown): string {
  const { type, secret }: Setting = SETTINGS[name];
  if (secret) return HIDDEN;
  if (type.kind === 'web_address') return JSON.stringify(withoutSecrets(String(value)));
  if (type.kind === 'command') return JSON.stringify(shownCommand(value).join(' '));
  const typed = type.kind === 'names' && Array.isArray(value) ? value.map(asTyped) : value;
  return JSON.stringify(Array.isArray(typed) ? typed.map(withoutToken) : withoutToken(typed));
}

/** What a flag says, without the mark that a person typed it. */
function asTyped(entry: unknown): unknown {
  return typeof entry === 'object' && entry !== null && 'typed' in entry ? entry.typed : entry;
}

/** An address as it may be shown: a person may have put a password or the token into it. */
function withoutSecrets(address: string): string {
  const shown = address.replace(/\/\/[^/@]*@/, `//${HIDDEN}@`).replace(/[?#].*$/s, `?${HIDDEN}`);
  return shown
    .split(/([/:=])/)
    .map((word) => (looksLikeToken(word) ? HIDDEN : word))
    .join('');
}

/** What is wrong with a value, to complete the sentence "plex_url …". */
export function firstMessage(issues: readonly z.core.$ZodIssue[]): string {
  const [issue] = issues;
  if (issue === undefined) return 'is not valid';
  return issue.message === 'Invalid input' ? 'has the wrong type' : issue.message;
}

/** The warning for a secret given on the command line, if this is one. */
export function secretInSight({ name, origin }: Given & { readonly name: SettingName }): readonly string[] {
  const { secret }: Setting = SETTINGS[name];
  if (!secret || origin.kind !== 'flag') return [];
  const orFile = Object.hasOwn(SETTINGS, `${name}_file`) ? `, or give ${origin.name}-file` : '';
  return [
    `Everybody on this machine can see ${origin.name} in the list of processes: set ${variableOf(name)}${orFile}.`,
  ];
}

/** What Kubernetes injects for a service called plexsync. */
const OF_KUBERNETES = /_SERVICE_|_PORT(?:_|$)/;

/** A warning for each variable that has our prefix but is unknown: probably a misspelt setting. */
export function unknownEnv(env: NodeJS.ProcessEnv): readonly string[] {
  const known = [...SETTING_NAMES.map(variableOf), ...OTHER_ENV];
  return Object.keys(env)
    .filter((name) => name.startsWith('PLEXSYNC_') && !name.startsWith(TEST_ENV_PREFIX) && !known.includes(name))
    .filter((name) => !OF_KUBERNETES.test(name))
    .map((name) => `The environment variable ${name} is no setting, and was passed over. ${didYouMean(name, known)}`);
}

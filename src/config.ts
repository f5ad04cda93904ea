import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { parseDurationMs } from './core/duration.ts';
import { UsageError } from './core/errors.ts';
import { parseJsonText } from './core/json-text.ts';
import { nearest } from './core/nearest.ts';
import { schemaOf } from './setting-schema.ts';
import type { Setting, SettingName, Settings } from './settings.ts';
import { flagOf, SETTING_NAMES, SETTINGS, variableOf } from './settings.ts';

/** Where settings may come from, strongest first: flags by setting name, then the environment, then the file. */
export type ConfigSources = {
  readonly flags: Readonly<Partial<Record<SettingName, unknown>>>;
  readonly env: NodeJS.ProcessEnv;
  readonly dataDir: string;
  /** `--config`; `config.json` in the data directory when absent. */
  readonly configFile: string | undefined;
};

type Given = { readonly value: unknown; readonly origin: string };

/** Variables with our prefix that are no settings. */
const OTHER_ENV = ['PLEXSYNC_DATA_DIR'];
const TEST_ENV_PREFIX = 'PLEXSYNC_TEST_';

/**
 * The settings of a run: flag over environment over config file over default.
 * @throws {UsageError} naming the key, where its value came from, the value (secrets masked) and what is allowed.
 */
export function loadSettings(sources: ConfigSources): Settings {
  refuseUnknownEnv(sources.env);
  const file = readConfigFile(sources);
  const entries = SETTING_NAMES.map((name) => [name, settingValue(name, given(name, sources, file))]);
  return Object.fromEntries(entries) as Settings;
}

function given(name: SettingName, { flags, env }: ConfigSources, file: ConfigFile): Given {
  const { fallback }: Setting = SETTINGS[name];
  const variable = variableOf(name);
  const flag = flags[name];
  if (flag !== undefined) return { value: flag, origin: `--${flagOf(name)}` };
  const fromEnv = env[variable];
  // An empty variable is how a compose file says "not set".
  if (fromEnv !== undefined && fromEnv !== '') return { value: fromEnv, origin: variable };
  if (Object.hasOwn(file.values, name)) return { value: file.values[name], origin: file.path };
  return { value: fallback, origin: 'the default' };
}

function settingValue(name: SettingName, { value, origin }: Given): unknown {
  const { type, secret, fallback }: Setting = SETTINGS[name];
  // A default is right as it stands (a test holds each against its schema); to validate it would cost every run.
  if (value === fallback) return type.kind === 'duration' ? parseDurationMs(String(value), 's') : value;
  const parsed = z.safeParse(schemaOf(type), value);
  if (parsed.success) return parsed.data;
  const shown = secret
    ? '(hidden)'
    : JSON.stringify(type.kind === 'web_address' ? withoutSecrets(String(value)) : value);
  throw new UsageError(`${name} ${firstMessage(parsed.error.issues)}, but ${origin} says ${shown}.`);
}

/** An address as it may be shown: a person may have put a password or the token into it. */
function withoutSecrets(address: string): string {
  return address.replace(/\/\/[^/@]*@/, '//(hidden)@').replace(/[?#].*$/s, '?(hidden)');
}

function firstMessage(issues: readonly z.core.$ZodIssue[]): string {
  const [issue] = issues;
  if (issue === undefined) return 'is not valid';
  return issue.message === 'Invalid input' ? 'has the wrong type' : issue.message;
}

type ConfigFile = { readonly path: string; readonly values: Readonly<Record<string, unknown>> };

function readConfigFile({ dataDir, configFile }: ConfigSources): ConfigFile {
  const path = configFile ?? join(dataDir, 'config.json');
  if (configFile === undefined && !existsSync(path)) return { path, values: {} };
  const values = parseConfig(path, readText(path));
  for (const key of Object.keys(values)) {
    if (Object.hasOwn(SETTINGS, key)) continue;
    throw new UsageError(`${path} has an unknown setting "${key}".`, suggestion(key, SETTING_NAMES));
  }
  return { path, values };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    const reason =
      code === 'ENOENT' ? 'it does not exist' : code === 'EISDIR' ? 'it is a directory' : `it cannot be read (${code})`;
    throw new UsageError(
      `The config file ${path} cannot be used: ${reason}.`,
      'Give the path of a JSON file with --config.',
    );
  }
}

function parseConfig(path: string, text: string): Record<string, unknown> {
  const parsed = parseJsonText(text);
  if (parsed.kind === 'broken') throw new UsageError(`The config file ${path} is no JSON: ${parsed.reason}.`);
  const { value } = parsed;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new UsageError(`The config file ${path} must hold one JSON object.`);
}

function refuseUnknownEnv(env: NodeJS.ProcessEnv): void {
  const known = [...SETTING_NAMES.map(variableOf), ...OTHER_ENV];
  for (const name of Object.keys(env)) {
    if (!name.startsWith('PLEXSYNC_') || name.startsWith(TEST_ENV_PREFIX) || known.includes(name)) continue;
    throw new UsageError(`The environment variable ${name} is no setting.`, suggestion(name, known));
  }
}

function suggestion(typed: string, known: readonly string[]): string {
  const meant = nearest(typed, known);
  return meant === undefined ? `Known: ${known.join(', ')}.` : `Did you mean ${meant}?`;
}

/**
 * What talking to Plex needs.
 * @throws {UsageError} naming every way to give what is missing.
 */
export function requirePlex(settings: Settings): { readonly baseUrl: string; readonly token: string } {
  const { plex_url: baseUrl, plex_token: token } = settings;
  if (baseUrl === undefined) throw missing('plex_url', 'The address of Plex is not set.');
  if (token === undefined) throw missing('plex_token', 'The Plex token is not set.');
  return { baseUrl, token };
}

function missing(name: 'plex_url' | 'plex_token', message: string): UsageError {
  return new UsageError(
    message,
    `Give --${flagOf(name)}, set ${variableOf(name)}, or write ${name} into config.json in the data directory.`,
  );
}

import { UsageError } from '../../core/model/errors.ts';
import { ours, say } from '../../core/text/sentence.ts';
import type { ConfigChangeDocument } from '../../documents/settings.ts';
import { EXIT } from '../../exit.ts';
import { MOST_SETTINGS_BYTES } from '../../read-bounded.ts';
import { reviewAccess, SECRETS, unusedWords } from '../../settings/access.ts';
import { changedText, readConfigText, writeConfigText } from '../../settings/config-file.ts';
import { didYouMean } from '../../settings/did-you-mean.ts';
import { configFilePath } from '../../settings/file.ts';
import type { LoadedSettings } from '../../settings/load.ts';
import { loadSettings, shownValue } from '../../settings/load.ts';
import type { Setting } from '../../settings/setting.ts';
import type { SettingName } from '../../settings/table.ts';
import { HIDDEN, SETTING_NAMES, SETTINGS, variableOf } from '../../settings/table.ts';
import { storedValue } from '../../settings/typed-value.ts';
import { ask, canAsk } from '../../terminal/ask.ts';
import type { Context } from '../shared/context.ts';
import { declined } from '../shared/declined.ts';
import { readStdin } from '../shared/read-stdin.ts';

export type ChangeOptions = {
  readonly key: string;
  readonly configFile: string | undefined;
};

/** Sets one setting in the config file; `-` as the value reads it from standard input, where no history keeps it. */
export async function set(
  options: ChangeOptions & { readonly values: readonly string[] },
  context: Context,
): Promise<number> {
  const name = toSettingName(options.key);
  const values = await typedValues(name, options.values, context);
  if (values === undefined) return declined('broken_off', context);
  const value = storedValue(name, values);
  const { secret }: Setting = SETTINGS[name];
  if (secret && options.values[0] !== '-')
    context.output.log(
      'warning',
      say`The history of your shell may keep ${name} now. Next time: plexsync config set ${name} - reads it from standard input.`,
    );
  const other = SECRETS.flatMap(({ itself, inFile }) => (itself === name ? inFile : inFile === name ? itself : []));
  const changes = [{ key: name as string, value }, ...other.map((key) => ({ key, value: undefined }))];
  const path = await write(changes, options, context);
  if (context.output.json) tellJson({ path, name, value }, context);
  else context.output.result(`${name} is ${shownValue(name, value)} in ${path}.`);
  await tellStanding(name, options, context);
  await tellStats(name, options, context);
  return EXIT.done;
}

/** Takes one setting out of the config file; also one that nobody knows, if the file has it. */
export async function unset({ key, configFile }: ChangeOptions, context: Context): Promise<number> {
  const path = configFilePath(context.dataDir.path, configFile);
  const present = JSON.parse(await readConfigText(path)) as Record<string, unknown>;
  const isThere = Object.hasOwn(present, key);
  if (!isThere) toSettingName(key);
  if (isThere) await write([{ key, value: undefined }], { key, configFile }, context);
  if (context.output.json) tellJson({ path, name: key, value: undefined }, context);
  else context.output.result(isThere ? `${key} is no longer in ${path}.` : `${key} is not in ${path}; nothing to do.`);
  if (Object.hasOwn(SETTINGS, key)) await tellStanding(key as SettingName, { key, configFile }, context);
  if (isThere) await tellStats(key, { key, configFile }, context);
  return EXIT.done;
}

/** No other setting needs the queue to be opened. */
async function tellStats(key: string, { configFile }: ChangeOptions, context: Context): Promise<void> {
  if (!['quiet_hours', 'stash_url'].includes(key)) return;
  const { renewNotes } = await import('../shared/renew-notes.ts');
  await renewNotes(configFile, context);
}

function toSettingName(key: string): SettingName {
  const name = key.replaceAll('-', '_');
  if (Object.hasOwn(SETTINGS, name)) return name as SettingName;
  throw new UsageError(`There is no setting "${key}".`, didYouMean(name, SETTING_NAMES));
}

/** `undefined` when a person broke off at the question for it. */
async function typedValues(
  name: SettingName,
  values: readonly string[],
  { streams }: Context,
): Promise<readonly string[] | undefined> {
  if (values.length !== 1 || values[0] !== '-') return values;
  if (canAsk(streams)) {
    const { secret }: Setting = SETTINGS[name];
    const typed = await ask({ text: secret ? `${name} (not shown)` : name, echo: secret ? 'hidden' : 'shown' });
    return typed === undefined ? undefined : [typed];
  }
  const text = (await readStdin(streams.stdin, MOST_SETTINGS_BYTES)).replace(/\r?\n$/, '');
  if (text === '')
    throw new UsageError(
      `Standard input is empty: there is no value for ${name}.`,
      `To unset it: plexsync config unset ${name}`,
    );
  return [text];
}

async function write(
  changes: Parameters<typeof changedText>[1],
  { configFile }: ChangeOptions,
  { dataDir }: Context,
): Promise<string> {
  const path = configFilePath(dataDir.path, configFile);
  writeConfigText(path, changedText(await readConfigText(path), changes), { old: 'dropped' });
  return path;
}

function tellJson(
  { path, name, value }: { readonly path: string; readonly name: string; readonly value: unknown },
  { output }: Context,
): void {
  const shown = value === undefined ? null : shownJson(name as SettingName, value);
  output.resultJson({ config_file: path, setting: name, value: shown } satisfies ConfigChangeDocument, 2);
}

function shownJson(name: SettingName, value: unknown): unknown {
  const { secret }: Setting = SETTINGS[name];
  return secret ? HIDDEN : JSON.parse(shownValue(name, value));
}

/** Says where another source counts instead, and what else keeps the settings from being used. */
async function tellStanding(
  name: SettingName,
  { configFile }: ChangeOptions,
  { dataDir, env, output }: Context,
): Promise<void> {
  const fromEnv = env[variableOf(name)];
  if (fromEnv !== undefined && fromEnv !== '')
    output.log('warning', say`${ours(variableOf(name))} is set in the environment, and counts instead of the file.`);
  const complain = (error: UsageError): void => {
    output.log('warning', say`The settings cannot be used yet: ${ours(error.message)}`);
    if (error.hint !== undefined) output.log('warning', say`  ${ours(error.hint)}`);
  };
  let loaded: LoadedSettings;
  try {
    loaded = await loadSettings({ flags: {}, env, dataDir: dataDir.path, configFile });
  } catch (thrown) {
    if (!(thrown instanceof UsageError)) throw thrown;
    complain(thrown);
    return;
  }
  const { problems, unused } = reviewAccess(loaded);
  for (const { error } of problems) complain(error);
  for (const one of unused) if (one.name === name) output.log('warning', say`${ours(unusedWords(one, loaded))}.`);
}

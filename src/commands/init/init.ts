import { dirname, resolve } from 'node:path';
import { chooseSections } from '../../core/match/libraries.ts';
import { UsageError } from '../../core/model/errors.ts';
import { say } from '../../core/text/sentence.ts';
import type { InitDocument } from '../../documents/settings.ts';
import { EXIT, signalExitCode } from '../../exit.ts';
import { makeDirectory } from '../../make-directory.ts';
import { openIntake } from '../../queue/work/intake.ts';
import type { Draft } from '../../replace-file.ts';
import { draftOf } from '../../replace-file.ts';
import { isStronger, requirePlex, SECRETS, stashAccess } from '../../settings/access.ts';
import { configFilePath, readConfigFile } from '../../settings/file.ts';
import { whyNotWritten } from '../../settings/file-errors.ts';
import type { LoadedSettings } from '../../settings/load.ts';
import { loadSettings } from '../../settings/load.ts';
import type { Setting } from '../../settings/setting.ts';
import type { SettingName, Settings } from '../../settings/table.ts';
import { libraryText, SETTING_NAMES, SETTINGS, variableOf } from '../../settings/table.ts';
import { canAsk } from '../../terminal/ask.ts';
import { confirm } from '../../terminal/confirm.ts';
import type { Context } from '../shared/context.ts';
import { declined } from '../shared/declined.ts';
import { connectToPlex } from '../shared/plex-connection.ts';
import { tellWarnings } from '../shared/warnings.ts';
import { askAll } from './questions.ts';
import type { Answers, InitOptions } from './source.ts';
import { loadWith, presentFile, sourceOf } from './source.ts';

/**
 * Everything that Plex was tried with is written, including a certificate or a longer timeout that only a flag gave.
 */
const WRITTEN: readonly SettingName[] = SETTING_NAMES.filter(
  (name) => SETTINGS[name].group === 'connection' || ['path_map', 'strict_matching', 'sync_poster'].includes(name),
);

/**
 * Asks for what is needed to begin, tries it against Plex, and writes the config file, readable only by its owner.
 * Without a terminal everything comes from flags and environment.
 */
export async function run(options: InitOptions, context: Context): Promise<number> {
  const { dataDir, output, streams } = context;
  const path = configFilePath(dataDir.path, options.configFile);
  const present = await readConfigFile({ ...sourceOf(options, context), named: presentFile(options) });
  if (Object.keys(present.values).length > 0) {
    const answer = await confirm(`${path} exists. Change it?`, { yes: options.yes, streams });
    if (answer !== 'yes') return declined(answer, context);
  }
  // Writing the file also fixes that others can read it.
  const { warnings } = await loadWith({}, options, context);
  tellWarnings({ warnings: warnings.filter((warning) => !present.warnings.includes(warning)) }, context);
  const answers =
    canAsk(streams) && !options.yes ? await askAll(options, context) : await takeAsGiven(options, context);
  if (answers === undefined) {
    output.log('info', say`Stopped. Nothing was written.`);
    return signalExitCode('SIGINT');
  }
  const setup = toWrite(answers, { loaded: await loadWith(answers, options, context), options, context });
  const values = merged(present.values, setup, answers);
  if (options.configFile === undefined) openIntake(dataDir).close();
  else written(path, () => makeDirectory(dirname(path)));
  await writeChecked(path, `${JSON.stringify(values, null, 2)}\n`);
  const document: InitDocument = { config_file: path, settings: Object.keys(setup) };
  if (output.json) output.resultJson(document, 2);
  else output.result(`Wrote ${path}.\nNext: plexsync doctor, then plexsync enqueue --help.`);
  return EXIT.done;
}

async function takeAsGiven(options: InitOptions, context: Context): Promise<Answers> {
  const loaded = await loadWith({}, options, context);
  const { plex_url, plex_token, plex_token_file, plex_library } = loaded.settings;
  if (plex_url === undefined) throw notGiven('The address of Plex is not set', options);
  if (plex_token === undefined && plex_token_file === undefined) throw notGiven('The Plex token is not set', options);
  chooseSections(await connectToPlex(loaded, context).sections(), plex_library);
  return {};
}

function notGiven(what: string, { yes }: InitOptions): UsageError {
  const why = yes ? 'with --yes nothing is asked' : 'there is no terminal to ask at';
  return new UsageError(
    `${what}, and ${why}.`,
    'Give --plex-url and --plex-token-file, or set PLEX_URL and PLEX_TOKEN_FILE.',
  );
}

type Source = { readonly loaded: LoadedSettings; readonly options: InitOptions; readonly context: Context };

/**
 * The answers, plus values from flags and environment, which a cron job may not have; of a secret only the value that
 * counts.
 */
function toWrite(answers: Answers, { loaded, options, context }: Source): Readonly<Record<string, unknown>> {
  const { settings, origins } = loaded;
  const given = WRITTEN.filter(
    (name) => answers[name] !== null && (origins[name].kind === 'flag' || origins[name].kind === 'environment'),
  );
  const outranked = SECRETS.flatMap(({ itself, inFile }) => {
    if (isStronger(origins[itself], origins[inFile])) return [inFile];
    return isStronger(origins[inFile], origins[itself]) ? [itself] : [];
  });
  const values = given
    .filter((name) => !outranked.some((other) => other === name))
    .map((name) => {
      const { type }: Setting = SETTINGS[name];
      // The loaded value is in ms; written to the file it would be read in another unit.
      if (type.kind === 'duration') return [name, options.flags[name] ?? context.env[variableOf(name)]] as const;
      // A cron job runs in a different folder.
      if (type.kind === 'file') return [name, resolve(String(settings[name]))] as const;
      return [name, answers[name] ?? writtenValue(name, settings)] as const;
    });
  return Object.fromEntries(values);
}

/** A list in the file holds whole names: a text that may hold several stays a text. */
function writtenValue(name: SettingName, settings: Settings): unknown {
  if (name !== 'plex_library') return settings[name];
  const { plex_library: names } = settings;
  return names.every((one) => typeof one === 'string') ? names : names.map(libraryText).join(', ');
}

/** The file with its new values: each secret appears once, and removed settings are gone. */
function merged(
  present: Readonly<Record<string, unknown>>,
  setup: Readonly<Record<string, unknown>>,
  answers: Answers,
): Readonly<Record<string, unknown>> {
  const replaced = SECRETS.flatMap(({ itself, inFile }) => [
    ...(itself in setup ? [inFile] : []),
    ...(inFile in setup ? [itself] : []),
  ]);
  const gone: readonly string[] = [...replaced, ...SETTING_NAMES.filter((name) => answers[name] === null)];
  const kept = Object.entries(present).filter(([name]) => !gone.includes(name));
  return { ...Object.fromEntries(kept), ...setup };
}

/** Writes the file only if it works alone, without flags and the current environment. */
async function writeChecked(path: string, text: string): Promise<void> {
  const draft = written(path, () => draftOf(path, text, { mode: 0o600 }));
  try {
    await refuseUnusable(draft, path);
    written(path, () => draft.commit());
  } finally {
    draft.discard();
  }
}

async function refuseUnusable(draft: Draft, path: string): Promise<void> {
  try {
    const loaded = await loadSettings({ flags: {}, env: {}, dataDir: dirname(path), configFile: draft.path });
    requirePlex(loaded);
    stashAccess(loaded);
  } catch (thrown) {
    if (!(thrown instanceof UsageError)) throw thrown;
    const reason = thrown.message.replaceAll(draft.path, path);
    throw new UsageError(`${path} was not written, since nothing could use it: ${reason}`, thrown.hint);
  }
}

function written<Result>(path: string, write: () => Result): Result {
  try {
    return write();
  } catch (thrown) {
    throw new UsageError(
      `${path} cannot be written: ${whyNotWritten(thrown)}.`,
      'Check the folder, or give another file with --config.',
    );
  }
}

import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { LoadedSettings } from '../config.ts';
import { loadSettings } from '../config.ts';
import { configFilePath, readConfigFile } from '../config-file.ts';
import { SyncError, UsageError } from '../core/errors.ts';
import { whyNotWritten } from '../core/file-errors.ts';
import { chooseSections } from '../core/libraries.ts';
import type { Section } from '../core/plex-item.ts';
import { complaintOf, EXIT, signalExitCode } from '../exit.ts';
import { openIntake } from '../queue/intake.ts';
import type { SettingName } from '../settings.ts';
import type { Question } from '../terminal/ask.ts';
import { ask, canAsk } from '../terminal/ask.ts';
import { confirm } from '../terminal/confirm.ts';
import { sanitize } from '../terminal/sanitize.ts';
import type { Context } from './context.ts';
import { connectToPlex } from './plex-connection.ts';

export type InitOptions = {
  readonly flags: Readonly<Partial<Record<SettingName, unknown>>>;
  readonly configFile: string | undefined;
  readonly yes: boolean;
};

/** What `init` asks for, and writes when it is known. */
const ASKED = ['plex_url', 'plex_token', 'plex_token_file', 'plex_library', 'path_map', 'stash_url'] as const;

type Answers = Partial<Record<SettingName, unknown>>;

/** The person broke off. */
class BrokenOff extends Error {}

/**
 * Asks what is needed to begin, tries it against Plex, and writes the config file, readable for its owner alone. Without
 * a terminal everything comes from flags and environment.
 */
export async function run(options: InitOptions, context: Context): Promise<number> {
  try {
    return await setUp(options, context);
  } catch (thrown) {
    if (!(thrown instanceof BrokenOff)) throw thrown;
    context.output.log('info', 'Stopped. Nothing was written.');
    return signalExitCode('SIGINT');
  }
}

async function setUp(options: InitOptions, context: Context): Promise<number> {
  const { dataDir, output } = context;
  const path = configFilePath(dataDir.path, options.configFile);
  const { values: present } = await readConfigFile({ ...sourceOf(options, context), named: presentFile(options) });
  const isNew = Object.keys(present).length === 0;
  if (!isNew && !(await confirm(`${path} exists. Change it?`, { yes: options.yes }))) {
    output.log('info', 'Nothing was changed.');
    return EXIT.done;
  }
  const setup = canAsk() && !options.yes ? await askAll(options, context) : await takeAsGiven(options, context);
  const values = { ...present, ...setup };
  if (options.configFile === undefined) openIntake(dataDir).close();
  else mkdirSync(dirname(path), { recursive: true });
  writePrivately(path, `${JSON.stringify(values, null, 2)}\n`);
  if (output.json) output.resultJson({ config_file: path, settings: Object.keys(setup) }, 2);
  else output.result(`Wrote ${path}.\nNext: plexsync doctor, then plexsync enqueue --help.`);
  return EXIT.done;
}

async function takeAsGiven(options: InitOptions, context: Context): Promise<Answers> {
  const loaded = await load(options, context, {});
  const { plex_url, plex_token, plex_token_file } = loaded.settings;
  if (plex_url === undefined) throw notGiven('The address of Plex is not set', options);
  if (plex_token === undefined && plex_token_file === undefined) throw notGiven('The Plex token is not set', options);
  await tryPlex(loaded, context);
  return known(loaded, {});
}

function notGiven(what: string, { yes }: InitOptions): UsageError {
  const why = yes ? 'with --yes nothing is asked' : 'there is no terminal to ask at';
  return new UsageError(
    `${what}, and ${why}.`,
    'Give --plex-url and --plex-token-file, or set PLEX_URL and PLEX_TOKEN_FILE.',
  );
}

/** Where a config.json counts that nobody named: with `--config` nowhere, also where that file is yet to be written. */
function sourceOf({ configFile }: InitOptions, { dataDir }: Context): { readonly dataDir: string } {
  return { dataDir: configFile ?? dataDir.path };
}

/** The file that `--config` names, where it is there already. */
function presentFile({ configFile }: InitOptions): string | undefined {
  return configFile !== undefined && existsSync(configFile) ? configFile : undefined;
}

async function askAll(options: InitOptions, context: Context): Promise<Answers> {
  const { answers, sections } = await askUntilPlexAnswers(options, context);
  const usable = chooseSections(sections, []);
  const libraries = await askFor(
    'plex_library',
    { ...options, context, answers, accept: ({ settings }) => void chooseSections(sections, settings.plex_library) },
    () => ({
      text: `Libraries to write to (${usable.map(({ title }) => sanitize(title)).join(', ')})`,
      fallback: 'all',
      echo: 'shown',
    }),
  );
  const names = libraries === 'all' ? {} : { plex_library: [libraries] };
  const { plex_library } = (await load(options, context, { ...answers, ...names })).settings;
  const folders = chooseSections(sections, plex_library)
    .flatMap((section) => section.folders)
    .map(sanitize);
  const mapping = await askFor('path_map', { ...options, context, answers }, () => ({
    text: `Plex sees the files under ${folders.join(', ')}. Where Stash sees them elsewhere: /stash/folder=/plex/folder`,
    fallback: 'same',
    echo: 'shown',
  }));
  const stash = await askFor('stash_url', { ...options, context, answers }, () => ({
    text: 'Address of Stash, such as http://stash:9999',
    fallback: 'none',
    echo: 'shown',
  }));
  const all = {
    ...answers,
    ...names,
    ...(mapping === 'same' ? {} : { path_map: [mapping] }),
    ...(stash === 'none' ? {} : { stash_url: stash }),
  };
  return known(await load(options, context, all), all);
}

/** Asks for address and token until Plex takes them. */
async function askUntilPlexAnswers(
  options: InitOptions,
  context: Context,
): Promise<{ readonly answers: Answers; readonly sections: readonly Section[] }> {
  const { output } = context;
  for (;;) {
    const before = (await load(options, context, {})).settings;
    const plex_url = await answerTo({
      text: 'Address of Plex',
      fallback: before.plex_url ?? 'http://127.0.0.1:32400',
      echo: 'shown',
    });
    const typed = await answerTo({
      text: 'Token of the server’s owner (X-Plex-Token; not shown)',
      fallback: before.plex_token,
      echo: 'hidden',
    });
    const answers: Answers = { plex_url, ...(typed === '' ? {} : { plex_token: typed }) };
    try {
      const sections = await connectToPlex(await load(options, context, answers), context).sections();
      chooseSections(sections, []);
      output.log('info', 'Plex answers, and accepts the token.');
      return { answers, sections };
    } catch (thrown) {
      if (!(thrown instanceof UsageError) && !(thrown instanceof SyncError)) throw thrown;
      complainOf(thrown, context);
    }
  }
}

type Asking = InitOptions & {
  readonly context: Context;
  readonly answers: Answers;
  /** Throws where the setting takes the answer and Plex does not. */
  readonly accept?: (loaded: LoadedSettings) => void;
};

/** Asks until the answer is one that the setting takes; its fallback always is. */
async function askFor(name: SettingName, asking: Asking, question: () => Question): Promise<string> {
  const { context, answers } = asking;
  for (;;) {
    const answer = await answerTo(question());
    if (answer === question().fallback) return answer;
    try {
      const loaded = await load(asking, context, { ...answers, [name]: answer });
      asking.accept?.(loaded);
      return answer;
    } catch (thrown) {
      if (!(thrown instanceof UsageError)) throw thrown;
      complainOf(thrown, context);
    }
  }
}

/** Says what is wrong with an answer, and what may be meant: the question comes again. */
function complainOf(thrown: UsageError | SyncError, { output, version }: Context): void {
  const { message, hint } = complaintOf(thrown, version);
  output.log('error', message);
  if (hint !== undefined) output.log('error', `  ${hint}`);
}

async function answerTo(question: Question): Promise<string> {
  const answer = await ask(question);
  if (answer === undefined) throw new BrokenOff();
  return answer;
}

async function tryPlex(loaded: LoadedSettings, context: Context): Promise<readonly Section[]> {
  const sections = await connectToPlex(loaded, context).sections();
  return chooseSections(sections, loaded.settings.plex_library);
}

async function load(options: InitOptions, context: Context, answers: Answers): Promise<LoadedSettings> {
  return await loadSettings({
    flags: { ...options.flags, ...answers },
    env: context.env,
    ...sourceOf(options, context),
    configFile: presentFile(options),
  });
}

/** What is to stand in the file: the answers, and what flags and environment said, which a cron job may not have. */
function known({ settings, origins }: LoadedSettings, answers: Answers): Answers {
  const given = ASKED.filter((name) => origins[name].kind === 'flag' || origins[name].kind === 'environment');
  const values = given.map((name) => [name, answers[name] ?? settings[name]] as const);
  return Object.fromEntries(values);
}

function writePrivately(path: string, text: string): void {
  const beside = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(beside, text, { mode: 0o600, flag: 'wx' });
    chmodSync(beside, 0o600);
    renameSync(beside, path);
  } catch (thrown) {
    rmSync(beside, { force: true });
    throw new UsageError(
      `${path} cannot be written: ${whyNotWritten(thrown)}.`,
      'Check the folder, or give another file with --config.',
    );
  }
}

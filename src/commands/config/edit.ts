import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UsageError } from '../../core/model/errors.ts';
import { ours, say } from '../../core/text/sentence.ts';
import { EXIT, signalExitCode } from '../../exit.ts';
import { makeDirectory } from '../../make-directory.ts';
import { replaceFile } from '../../replace-file.ts';
import { readRawText, refuseUnwritable, unwritable, writeConfigText } from '../../settings/config-file.ts';
import { configFilePath } from '../../settings/file.ts';
import { loadSettings } from '../../settings/load.ts';
import { canAsk } from '../../terminal/ask.ts';
import { confirm } from '../../terminal/confirm.ts';
import type { Context } from '../shared/context.ts';

/** Opens a copy of the config file in the person's editor, and puts it in place once a run could use it. */
export async function edit(
  { configFile }: { readonly configFile: string | undefined },
  context: Context,
): Promise<number> {
  const { dataDir, streams } = context;
  if (!canAsk(streams))
    throw new UsageError('There is no terminal for an editor.', 'Use plexsync config set KEY VALUE.');
  const path = configFilePath(dataDir.path, configFile);
  // A file that is no JSON can be mended here too.
  const before = readRawText(path);
  refuseUnwritable(path);
  const folder = copyFolder(path);
  const copy = join(folder, 'config.json');
  const removeCopy = (): void => rmSync(folder, { recursive: true, force: true });
  // A hang-up while a question stands would end the process here and now.
  const stopListening = onEnd((signal) => {
    try {
      const text = existsSync(copy) ? readFileSync(copy, 'utf8') : before;
      if (text !== before) keep(path, text, context);
    } finally {
      // Nobody may be left to tell it to.
      removeCopy();
      process.exit(signalExitCode(signal));
    }
  });
  try {
    return await editUntilUsable({ path, copy, before }, context);
  } finally {
    stopListening();
    removeCopy();
  }
}

/** Calls `listener` at a signal that ends the process; the returned function stops listening. */
function onEnd(listener: (signal: NodeJS.Signals) => void): () => void {
  for (const signal of ENDS) process.on(signal, listener);
  return () => {
    for (const signal of ENDS) process.off(signal, listener);
  };
}

const ENDS = ['SIGHUP', 'SIGTERM', 'SIGINT'] as const;

type Edited = { readonly path: string; readonly copy: string; readonly before: string };

async function editUntilUsable({ path, copy, before }: Edited, context: Context): Promise<number> {
  const { streams, output, env } = context;
  let refused: string | undefined;
  writeFileSync(copy, before, { mode: 0o600 });
  for (;;) {
    try {
      runEditor(copy, env);
    } catch (thrown) {
      if (refused !== undefined) keep(path, refused, context);
      throw thrown;
    }
    const text = readFileSync(copy, 'utf8');
    if (text === before) {
      output.result(`Nothing was changed in ${path}.`);
      return EXIT.done;
    }
    const problem = await problemOf(copy, path);
    if (problem === undefined) {
      writeConfigText(path, text, { old: 'dropped' });
      const { renewNotes } = await import('../shared/renew-notes.ts');
      await renewNotes(path, context);
      output.result(`Wrote ${path}.`);
      return EXIT.done;
    }
    refused = text;
    output.log('error', say`plexsync: ${ours(problem.message)}`);
    if (problem.hint !== undefined) output.log('error', say`  ${ours(problem.hint)}`);
    const again = await confirm('Edit it again?', { yes: false, streams });
    if (again === 'yes') continue;
    keep(path, refused, context);
    return again === 'broken_off' ? signalExitCode('SIGINT') : EXIT.usage;
  }
}

/** What was typed is work: it stays beside the file, which stays as it was. */
function keep(path: string, text: string, { output }: Context): void {
  const kept = `${path}.refused`;
  replaceFile(kept, text, { mode: 0o600 });
  output.log('info', say`${ours(path)} stays as it was. Your text is kept as ${ours(kept)}.`);
}

/** Beside the file, where others cannot read it either. */
function copyFolder(path: string): string {
  try {
    makeDirectory(dirname(path), 0o700);
    return mkdtempSync(join(dirname(path), '.config-edit-'));
  } catch (thrown) {
    throw unwritable(path, thrown);
  }
}

/** @throws {UsageError} when there is no editor, or it ends with a failure: the person may have meant to give up. */
function runEditor(file: string, env: NodeJS.ProcessEnv): void {
  const [program = DEFAULT_EDITOR, ...args] = wordsOf(env['VISUAL'] || env['EDITOR'] || DEFAULT_EDITOR);
  const { error, status } = spawnSync(program, [...args, file], { stdio: 'inherit', env });
  if (error !== undefined)
    throw new UsageError(
      `The editor "${program}" cannot be started.`,
      'Name another in EDITOR, or use plexsync config set KEY VALUE.',
    );
  if (status !== 0) throw new UsageError(`The editor ended with ${status ?? 'a signal'}. Nothing was written.`);
  if (!existsSync(file)) throw new UsageError('The editor has left no file. Nothing was written.');
}

/** A path with spaces stands in quotes, as for a shell. */
function wordsOf(command: string): readonly string[] {
  return [...command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, one, other, bare]) => one ?? other ?? bare ?? '');
}

const DEFAULT_EDITOR = process.platform === 'win32' ? 'notepad' : 'vi';

async function problemOf(
  copy: string,
  path: string,
): Promise<{ readonly message: string; readonly hint: string | undefined } | undefined> {
  try {
    await loadSettings({ flags: {}, env: {}, dataDir: dirname(path), configFile: copy });
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof UsageError)) throw thrown;
    return { message: thrown.message.replaceAll(copy, path), hint: thrown.hint };
  }
}

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UsageError } from '../../core/model/errors.ts';
import { ours, say } from '../../core/text/sentence.ts';
import { EXIT } from '../../exit.ts';
import { makeDirectory } from '../../make-directory.ts';
import { readConfigText, writeConfigText } from '../../settings/config-file.ts';
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
  const { dataDir, streams, output, env } = context;
  if (!canAsk(streams))
    throw new UsageError('There is no terminal for an editor.', 'Use plexsync config set KEY VALUE.');
  const path = configFilePath(dataDir.path, configFile);
  const before = await textToEdit(path);
  makeDirectory(dirname(path), 0o700);
  const folder = mkdtempSync(join(dirname(path), '.config-edit-'));
  const copy = join(folder, 'config.json');
  try {
    writeFileSync(copy, before, { mode: 0o600 });
    for (;;) {
      runEditor(copy, env);
      const text = readFileSync(copy, 'utf8');
      if (text === before) {
        output.result(`Nothing was changed in ${path}.`);
        return EXIT.done;
      }
      const problem = await problemOf(copy, path);
      if (problem === undefined) {
        writeConfigText(path, text, { old: 'dropped' });
        output.result(`Wrote ${path}.`);
        return EXIT.done;
      }
      output.log('error', say`plexsync: ${ours(problem.message)}`);
      if (problem.hint !== undefined) output.log('error', say`  ${ours(problem.hint)}`);
      const again = await confirm('Edit it again? Otherwise your changes are dropped.', { yes: false, streams });
      if (again !== 'yes') {
        output.log('info', say`Stopped. Nothing was written.`);
        return EXIT.usage;
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A file that is no JSON can be mended here too. */
async function textToEdit(path: string): Promise<string> {
  try {
    return await readConfigText(path);
  } catch (thrown) {
    if (!(thrown instanceof UsageError)) throw thrown;
    return readFileSync(path, 'utf8');
  }
}

/** @throws {UsageError} when there is no editor, or it ends with a failure: the person may have meant to give up. */
function runEditor(file: string, env: NodeJS.ProcessEnv): void {
  const words = (env['VISUAL'] || env['EDITOR'] || DEFAULT_EDITOR).split(/\s+/).filter((word) => word !== '');
  const [program = DEFAULT_EDITOR, ...args] = words;
  const { error, status } = spawnSync(program, [...args, file], { stdio: 'inherit', env });
  if (error !== undefined)
    throw new UsageError(
      `The editor "${program}" cannot be started.`,
      'Name another in EDITOR, or use plexsync config set KEY VALUE.',
    );
  if (status !== 0) throw new UsageError(`The editor ended with ${status ?? 'a signal'}. Nothing was written.`);
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

import { chmodSync, existsSync, lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UsageError } from '../../../core/model/errors.ts';
import { makeDirectory } from '../../../make-directory.ts';
import { replaceFile } from '../../../replace-file.ts';
import { INSTALLED_MARK, PLUGIN_ID } from './hook-script.ts';

/** One file of the plugin, as it should be. */
export type PluginFile = { readonly path: string; readonly text: string; readonly mode: number };

/** What was done with a file. */
export type Written = { readonly path: string; readonly how: 'written' | 'updated' | 'unchanged' };

/** The content of a file that an earlier install wrote; `undefined` when there is none. */
export function readOurs(path: string): string | undefined {
  if (lstatSync(path, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
  const text = readFileSync(path, 'utf8');
  return text.includes(INSTALLED_MARK) ? text : undefined;
}

/**
 * Makes sure that a file does not exist, or is ours.
 * @throws {UsageError}
 */
export function refuseForeign(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined || readOurs(path) !== undefined) return;
  throw new UsageError(
    `${path} was not written by plexsync; it was left untouched, and nothing was installed.`,
    'Move it away if it is no longer needed, and run again.',
  );
}

/**
 * Makes sure that no other plugin has our name: Stash loads only one, in any letter case and anywhere in the folder.
 * @throws {UsageError}
 */
export function refuseTwin(pluginsDir: string, ours: string): void {
  const twin = inFiles(pluginsDir, () => readdirSync(pluginsDir, { recursive: true, encoding: 'utf8' }))
    .map((name) => join(pluginsDir, name))
    .find((path) => basename(path).toLowerCase() === `${PLUGIN_ID}.yml` && !isSame(path, ours));
  if (twin === undefined) return;
  throw new UsageError(
    `Stash has another plugin of this name already: ${twin}. Nothing was installed.`,
    'Uninstall it in Stash, under Settings > Plugins, and run again: Stash takes only one of the two.',
  );
}

/** Whether two spellings name the same file, on a file system that ignores case. */
function isSame(path: string, ours: string): boolean {
  if (path === ours) return true;
  const [a, b] = [path, ours].map((one) => statSync(one, { throwIfNoEntry: false }));
  return a !== undefined && b !== undefined && a.ino === b.ino && a.dev === b.dev;
}

/** Updates a file in one step, so that Stash never loads half of it, nor what a power cut has left of it. */
export function writeFile({ path, text, mode }: PluginFile): Written {
  const isThere = existsSync(path);
  if (isThere && readFileSync(path, 'utf8') === text && (statSync(path).mode & 0o777) === mode)
    return { path, how: 'unchanged' };
  const isNewFolder = makeDirectory(dirname(path));
  // Stash may run as a different user, whom a strict umask would lock out.
  if (isNewFolder) chmodSync(dirname(path), 0o755);
  replaceFile(path, text, { mode });
  return { path, how: isThere ? 'updated' : 'written' };
}

/**
 * Runs `action`, and adds the path to errors of the file system.
 * @throws {UsageError}
 */
export function inFiles<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === undefined) throw thrown;
    throw new UsageError(`${path} cannot be used (${code}).`, 'Run as a user who may write there.');
  }
}

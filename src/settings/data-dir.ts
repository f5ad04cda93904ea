import { existsSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { UsageError } from '../core/model/errors.ts';
import { predecessorError } from '../core/model/predecessor.ts';
import { looksLikeToken } from '../core/text/token-like.ts';
import { homeFolder } from './home-folder.ts';

/**
 * Finds the data directory and its source: the flag, the environment, or the convention for user data.
 * @throws {UsageError} when no source names one, or one names an empty path.
 */
export function dataDirOf(
  flag: string | undefined,
  env: NodeJS.ProcessEnv,
): { readonly path: string; readonly origin: string } {
  const hint = 'Give --data-dir, or set PLEXSYNC_DATA_DIR.';
  if (flag === '') throw new UsageError('--data-dir is empty.', hint);
  if (flag !== undefined) {
    refuseTilde(flag, '--data-dir');
    return { path: resolve(flag), origin: '--data-dir' };
  }
  const fromEnv = env[VARIABLE];
  if (fromEnv) {
    refuseTilde(fromEnv, VARIABLE);
    // Cron and Stash run us in folders of their choice: a relative path would name a different directory there.
    if (!isAbsolute(fromEnv))
      throw new UsageError(
        `${VARIABLE} must be a whole path, not "${fromEnv}".`,
        looksLikeToken(fromEnv) ? hint : `Try ${resolve(fromEnv)}.`,
      );
    return { path: resolve(fromEnv), origin: VARIABLE };
  }
  const dataHome = env['XDG_DATA_HOME'];
  // The convention says to ignore a relative path, which would depend on where the command runs.
  if (dataHome && isAbsolute(dataHome)) return { path: join(dataHome, 'plexsync'), origin: 'XDG_DATA_HOME' };
  const home = homeFolder();
  if (home === undefined || !isAbsolute(home))
    throw new UsageError('There is no home directory to keep the data in.', hint);
  return { path: join(home, '.local', 'share', 'plexsync'), origin: 'the default' };
}

/**
 * Refuses a directory of the Python plugin, which kept its queue in `queue/data.db`: also for commands that would only
 * read or write settings there. @throws {UsageError}
 */
export function refusePredecessor(dir: { readonly path: string; readonly origin: string }): void {
  if (existsSync(join(dir.path, 'queue', 'data.db'))) throw predecessorError(dir);
}

const VARIABLE = 'PLEXSYNC_DATA_DIR';

/** A shell expands `~` only when it comes first and unquoted: here it was not expanded. */
function refuseTilde(path: string, origin: string): void {
  if (!/^~[^/]*(\/|$)/.test(path)) return;
  const meant = path.replace(/^~(?=\/|$)/, '$HOME');
  throw new UsageError(
    `${origin} says "${path}", and the shell has not put your home directory in place of the ~.`,
    meant === path ? 'Give the whole path.' : `Write it without quotes, or as "${meant}".`,
  );
}

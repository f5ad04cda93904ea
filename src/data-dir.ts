import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { UsageError } from './core/errors.ts';

/**
 * Where the data directory is and who said so: the flag, the environment, or the convention for user data.
 * @throws {UsageError} when nobody said, or said nothing.
 */
export function dataDirOf(
  flag: string | undefined,
  env: NodeJS.ProcessEnv,
): { readonly path: string; readonly origin: string } {
  const hint = 'Give --data-dir, or set PLEXSYNC_DATA_DIR.';
  if (flag === '') throw new UsageError('--data-dir is empty.', hint);
  if (flag !== undefined) return { path: resolve(flag), origin: '--data-dir' };
  const fromEnv = env['PLEXSYNC_DATA_DIR'];
  if (fromEnv) return { path: resolve(fromEnv), origin: 'PLEXSYNC_DATA_DIR' };
  const dataHome = env['XDG_DATA_HOME'];
  // The convention says to ignore a relative one: it would be another directory wherever the command runs.
  if (dataHome && isAbsolute(dataHome)) return { path: join(dataHome, 'plexsync'), origin: 'XDG_DATA_HOME' };
  const home = homedir();
  if (!isAbsolute(home)) throw new UsageError('There is no home directory to keep the data in.', hint);
  return { path: join(home, '.local', 'share', 'plexsync'), origin: 'the default' };
}

import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Where the data directory is and who said so: the flag, the environment, or the convention for user data. */
export function dataDirOf(
  flag: string | undefined,
  env: NodeJS.ProcessEnv,
): { readonly path: string; readonly origin: string } {
  if (flag !== undefined) return { path: resolve(flag), origin: '--data-dir' };
  const fromEnv = env['PLEXSYNC_DATA_DIR'];
  if (fromEnv) return { path: resolve(fromEnv), origin: 'PLEXSYNC_DATA_DIR' };
  const dataHome = env['XDG_DATA_HOME'];
  if (dataHome) return { path: join(dataHome, 'plexsync'), origin: 'XDG_DATA_HOME' };
  return { path: join(homedir(), '.local', 'share', 'plexsync'), origin: 'the default' };
}

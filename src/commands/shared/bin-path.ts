import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The path of this program, wherever it is installed; the bundle is two folders nearer to it. */
export function binPath(): string {
  const levels = ['../bin/plexsync.js', '../../../bin/plexsync.js'];
  const found = levels.map((level) => fileURLToPath(new URL(level, import.meta.url))).find((path) => existsSync(path));
  if (found === undefined) throw new Error('bin/plexsync.js is not where it was installed');
  return found;
}

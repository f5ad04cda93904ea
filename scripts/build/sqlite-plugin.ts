import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'rolldown';

const PACKAGE = dirname(createRequire(import.meta.url).resolve('better-sqlite3/package.json'));
const ENTRY = fileURLToPath(new URL('sqlite-entry.cjs', import.meta.url));

/** Bundles the JavaScript of better-sqlite3, some fifteen files that each start would read; its addon stays where it is. */
export const sqlitePlugin: Plugin = {
  name: 'better-sqlite3',
  resolveId: (id) => {
    if (id === 'better-sqlite3') return { id: ENTRY };
    if (id === 'better-sqlite3/package.json') return { id, external: true };
    return id.startsWith('better-sqlite3/lib/') ? { id: id.replace('better-sqlite3', PACKAGE) } : undefined;
  },
};

/** The house's import rules, held against what the bundler really sees (style: the dependency rule). */
import assert from 'node:assert/strict';
import { isBuiltin } from 'node:module';
import { relative } from 'node:path';
import { test } from 'node:test';
import { build } from 'rolldown';

type Import = { readonly path: string; readonly isLazy: boolean; readonly isPackage: boolean };

/** What each source file imports, by its path from here. */
const graph = new Map<string, readonly Import[]>();

await build({
  input: 'src/cli.ts',
  platform: 'node',
  external: (id) => !/^[./]/.test(id),
  write: false,
  logLevel: 'silent',
  plugins: [
    {
      name: 'graph',
      buildEnd() {
        for (const id of this.getModuleIds()) {
          const module = this.getModuleInfo(id);
          // An outside package has no code here.
          if (module === null || module.code === null) continue;
          const toImport = (isLazy: boolean) => (path: string) => {
            const isPackage = !path.startsWith('/');
            return { path: isPackage ? path : relative('.', path), isLazy, isPackage };
          };
          const imports = [
            ...module.importedIds.map(toImport(false)),
            ...module.dynamicallyImportedIds.map(toImport(true)),
          ];
          graph.set(
            relative('.', id),
            imports.filter(({ path }) => !isBuiltin(path)),
          );
        }
      },
    },
  ],
});

function importsOf(file: string): readonly Import[] {
  const imports = graph.get(file);
  assert.ok(imports, `${file} is not in the build`);
  return imports;
}

/** The npm packages that are loaded once `entries` are imported, by static imports alone. */
function packagesOf(entries: readonly string[]): string[] {
  const seen = new Set<string>();
  const packages = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const { path, isLazy, isPackage } of importsOf(file)) {
      if (isLazy) continue;
      if (isPackage) packages.add(path);
      else visit(path);
    }
  };
  for (const entry of entries) visit(entry);
  return [...packages].sort();
}

test('enqueue loads better-sqlite3, commander and zod/mini, and nothing else', () => {
  assert.deepEqual(packagesOf(['src/cli.ts', 'src/commands/enqueue.ts']), ['better-sqlite3', 'commander', 'zod/mini']);
});

test('hook loads what enqueue does, and nothing else', () => {
  assert.deepEqual(packagesOf(['src/cli.ts', 'src/commands/plugin/hook.ts']), [
    'better-sqlite3',
    'commander',
    'zod/mini',
  ]);
});

test('the command line itself loads commander alone, and reaches commands only when asked for', () => {
  assert.deepEqual(packagesOf(['src/cli.ts']), ['commander']);
  const commandLine = [...graph.keys()].filter((file) => file.startsWith('src/command-line/'));
  assert.ok(commandLine.length > 5);
  for (const { path, isLazy } of ['src/cli.ts', ...commandLine].flatMap(importsOf)) {
    if (path.startsWith('src/commands/')) assert.ok(isLazy, path);
  }
});

test('process loads no HTTP client and nothing to draw with before something is due', () => {
  const loaded = packagesOf(['src/cli.ts', 'src/commands/process/process.ts']);
  for (const heavy of ['axios', 'ora', 'cli-table3', 'chalk']) assert.ok(!loaded.includes(heavy), heavy);
});

const OWNERS: Readonly<Record<string, readonly string[]>> = {
  'better-sqlite3': ['src/queue/', 'src/file-index/'],
  axios: ['src/http/'],
  chalk: ['src/terminal/'],
  'cli-table3': ['src/terminal/'],
  graphql: ['src/simulator/'],
  ora: ['src/terminal/'],
  commander: ['src/cli.ts', 'src/command-line/program.ts'],
  'jsonc-parser': ['src/settings/json-error.ts'],
  'zod/mini': ['src/core/scene.ts', 'src/settings/', 'src/plex/', 'src/stash/'],
};

test('each npm package has its owner', () => {
  for (const file of [...graph.keys()]) {
    for (const { path, isPackage } of importsOf(file)) {
      if (!isPackage) continue;
      const owners = OWNERS[path];
      assert.ok(owners, `${file} imports ${path}, which has no owner`);
      assert.ok(
        owners.some((owner) => file.startsWith(owner)),
        `${file} imports ${path}`,
      );
    }
  }
});

const EDGES = ['queue', 'file-index', 'plex', 'stash', 'spool', 'terminal', 'simulator'];
/** The edges that speak HTTP; nobody else knows the folder. */
const OVER_HTTP = ['plex', 'stash'];

/** What each folder of src may import besides itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  http: [],
  ...Object.fromEntries(EDGES.map((edge) => [edge, OVER_HTTP.includes(edge) ? ['core', 'http'] : ['core']])),
  settings: ['core'],
  commands: ['core', 'settings', ...EDGES, ''],
  'command-line': ['core', 'settings', 'terminal', 'commands', ''],
};

test('imports go from commands to the edges to core, and never across', () => {
  const folderOf = (file: string): string => /^src\/([^/]+)\//.exec(file)?.[1] ?? '';
  for (const file of [...graph.keys()]) {
    const from = folderOf(file);
    const allowed = MAY_IMPORT[from];
    if (allowed === undefined) continue;
    for (const { path, isPackage } of importsOf(file)) {
      if (isPackage || folderOf(path) === from) continue;
      assert.ok(allowed.includes(folderOf(path)), `${file} imports ${path}`);
    }
  }
});

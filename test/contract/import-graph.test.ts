/** The house's import rules, held against what the bundler really sees (docs/architecture.md). */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { relative } from 'node:path';
import { test } from 'node:test';
import { build } from 'rolldown';
import { readImports, ringsOf } from './import-graph.ts';

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
  assert.deepEqual(packagesOf(['src/cli.ts', 'src/commands/enqueue/enqueue.ts']), [
    'better-sqlite3',
    'commander',
    'zod/mini',
  ]);
});

test('hook loads what enqueue does, and nothing else', () => {
  assert.deepEqual(packagesOf(['src/cli.ts', 'src/commands/plugin/hook.ts']), [
    'better-sqlite3',
    'commander',
    'zod/mini',
  ]);
});

test('the command line itself loads commander alone', () => {
  assert.deepEqual(packagesOf(['src/cli.ts']), ['commander']);
});

test('process loads no HTTP client and nothing to draw with before something is due', () => {
  const loaded = packagesOf(['src/cli.ts', 'src/commands/process/process.ts']);
  for (const heavy of ['axios', 'ora', 'cli-table3', 'chalk']) assert.ok(!loaded.includes(heavy), heavy);
});

test('no command loads the schemas of the documents: they are types to it', () => {
  assert.ok(readdirSync('src/documents').length > 0);
  assert.deepEqual(
    [...graph.keys()].filter((file) => file.startsWith('src/documents/')),
    [],
  );
});

/** Who may be imported from a room, by the beginnings of paths; what is not named is not allowed. */
type Rule = {
  /** Folders and files of src, besides the room itself. */
  readonly imports: readonly string[];
  /** npm packages, and `node:` for those of Node. */
  readonly packages: readonly string[];
  readonly why: string;
};

const EDGES = ['queue/', 'file-index/', 'plex/', 'stash/', 'spool/', 'terminal/', 'simulator/'];

/** The one table of who may import whom; the longest name that fits a file counts. */
const RULES: Readonly<Record<string, Rule>> = {
  'core/': { imports: [], packages: ['zod/mini'], why: 'core decides: no edge, no Node, no package but its schemas' },
  'queue/': { imports: ['core/'], packages: ['better-sqlite3', 'node:'], why: 'owns the database' },
  'file-index/': { imports: ['core/'], packages: ['better-sqlite3', 'node:'], why: 'owns its own database' },
  'plex/': { imports: ['core/', 'http/'], packages: ['zod/mini'], why: 'knows what Plex says; http sends' },
  'stash/': { imports: ['core/', 'http/'], packages: ['zod/mini'], why: 'knows what Stash says; http sends' },
  'http/': { imports: ['core/'], packages: ['axios', 'node:'], why: 'carries requests, whoever sends them' },
  'spool/': { imports: ['core/'], packages: ['node:'], why: 'files and folders alone' },
  'terminal/': {
    imports: ['core/', 'documents/'],
    packages: ['chalk', 'cli-table3', 'ora', 'node:'],
    why: 'all that draws',
  },
  'simulator/': {
    imports: [],
    packages: ['graphql', 'node:'],
    why: 'plays Plex and Stash; it knows nothing of us, or it would share our mistakes',
  },
  'documents/': {
    imports: ['core/'],
    packages: ['zod/mini'],
    why: 'the shape of each JSON document; read by the compiler, the man pages and tests alone',
  },
  'redact/': { imports: ['core/'], packages: [], why: 'masks what a report or a log may not tell' },
  'settings/': { imports: ['core/'], packages: ['zod/mini', 'jsonc-parser', 'node:'], why: 'reads what a person set' },
  'commands/': {
    imports: ['core/', 'settings/', 'redact/', 'documents/', ...EDGES, 'exit.ts', 'replace-file.ts', 'version.ts'],
    packages: ['node:'],
    why: 'commands wire; a package is used through the room that owns it',
  },
  'command-line/': {
    imports: ['core/', 'settings/', 'terminal/', 'commands/', 'exit.ts', 'version.ts'],
    packages: ['commander', 'node:'],
    why: 'what can be typed; a command is loaded when it is typed',
  },
  'cli.ts': {
    imports: ['command-line/', 'commands/', 'core/', 'settings/', 'terminal/', 'clock.ts', 'exit.ts', 'version.ts'],
    packages: ['commander', 'node:'],
    why: 'every command line pays for what it imports',
  },
  'exit.ts': { imports: ['core/'], packages: ['node:'], why: 'from error to exit code' },
  'clock.ts': { imports: [], packages: [], why: 'the wall clock' },
  'version.ts': { imports: [], packages: [], why: 'a constant of the build' },
  'replace-file.ts': { imports: [], packages: ['node:'], why: 'one way to write a file whole' },
};

const sources = readImports();
const inSrc = (file: string): string => file.replace(/^src\//, '');

function ruleFor(file: string): readonly [room: string, rule: Rule] {
  const rooms = Object.entries(RULES).filter(([room]) => inSrc(file).startsWith(room));
  const found = rooms.toSorted(([a], [b]) => b.length - a.length)[0];
  assert.ok(found, `${file} lies in no room of the table`);
  return found;
}

test('every import is in the table of who may import whom, types included', () => {
  for (const [file, imports] of sources) {
    const [room, { imports: rooms, packages, why }] = ruleFor(file);
    for (const { to } of imports) {
      const isOurs = to.startsWith('src/');
      const allowed = isOurs ? [room, ...rooms] : packages;
      const asked = isOurs ? inSrc(to) : to;
      const fits = allowed.some((one) => asked === one || (/[/:]$/.test(one) && asked.startsWith(one)));
      assert.ok(fits, `${file} imports ${to}: ${why}`);
    }
  }
});

test('the command line reaches commands when they are typed, and types of theirs alone before', () => {
  for (const [file, imports] of sources) {
    if (!/^src\/(?:cli\.ts|command-line\/)/.test(file)) continue;
    for (const { to, how } of imports)
      if (to.startsWith('src/commands/')) assert.notEqual(how, 'value', `${file} ${to}`);
  }
});

test('no file lies in a ring of files that import each other', () => {
  assert.deepEqual(ringsOf(sources), []);
});

test('a watch loads at its start whatever it may import later', () => {
  const lazyFrom = (file: string): string[] =>
    importsOf(file)
      .filter(({ isLazy }) => isLazy)
      .map(({ path }) => path);
  const reachable = (entry: string): Set<string> => {
    const seen = new Set<string>();
    const visit = (file: string): void => {
      if (seen.has(file)) return;
      seen.add(file);
      for (const { path, isPackage } of importsOf(file)) if (!isPackage) visit(path);
    };
    visit(entry);
    return seen;
  };
  const loaded = lazyFrom('src/commands/process/watch/preload.ts');
  const files = reachable('src/commands/process/watch/watch.ts');
  const later = new Set([...files].flatMap(lazyFrom));
  assert.deepEqual([...later].filter((file) => !loaded.includes(file)).toSorted(), []);
});

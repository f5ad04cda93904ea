/** Who imports whom, and what a command loads (docs/architecture.md). */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { test } from 'node:test';
import type { Import } from './import-graph.ts';
import { cyclesIn, readImports } from './import-graph.ts';
import type { Rule } from './import-rules.ts';
import { RULES } from './import-rules.ts';

const sources = readImports();
const isOurs = (path: string): boolean => path.startsWith('src/');
const inSrc = (file: string): string => file.replace(/^src\//, '');

function importsOf(file: string): readonly Import[] {
  const imports = sources.get(file);
  assert.ok(imports, `there is no ${file}`);
  return imports;
}

/** The files that `entries` need by imports of these kinds, themselves included. */
function filesFrom(entries: readonly string[], hows: readonly Import['how'][]): ReadonlySet<string> {
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const { to, how } of importsOf(file)) if (isOurs(to) && hows.includes(how)) visit(to);
  };
  for (const entry of entries) visit(entry);
  return seen;
}

/** The npm packages that are loaded once `entries` are imported, by static imports alone. */
function packagesOf(entries: readonly string[]): string[] {
  const imports = [...filesFrom(entries, ['value'])].flatMap(importsOf);
  const loaded = imports.filter(({ to, how }) => how === 'value' && !isOurs(to) && !isBuiltin(to));
  return [...new Set(loaded.map(({ to }) => to))].toSorted();
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
  const loaded = filesFrom(['src/cli.ts'], ['value', 'lazy']);
  assert.ok(loaded.has('src/commands/stats/stats.ts'));
  assert.deepEqual(
    [...loaded].filter((file) => file.startsWith('src/documents/')),
    [],
  );
});

test('a watch loads at its start whatever it may import later', () => {
  const lazyFrom = (file: string): string[] =>
    importsOf(file)
      .filter(({ how }) => how === 'lazy')
      .map(({ to }) => to);
  const loaded = filesFrom(lazyFrom('src/commands/process/watch/preload.ts'), ['value']);
  const files = filesFrom(['src/commands/process/watch/watch.ts'], ['value', 'lazy']);
  const later = new Set([...files].flatMap(lazyFrom));
  assert.deepEqual([...later].filter((file) => !loaded.has(file)).toSorted(), []);
});

function ruleFor(file: string): readonly [folder: string, rule: Rule] {
  const fitting = Object.entries(RULES).filter(([folder]) => inSrc(file).startsWith(folder));
  const found = fitting.toSorted(([a], [b]) => b.length - a.length)[0];
  assert.ok(found, `no rule for ${file}`);
  return found;
}

test('every import is in the table of who may import whom, types included', () => {
  for (const [file, imports] of sources) {
    const [folder, { imports: folders, packages, why }] = ruleFor(file);
    for (const { to } of imports) {
      const allowed = isOurs(to) ? [folder, ...folders] : packages;
      const asked = inSrc(to);
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

test('there are no import cycles', () => {
  assert.deepEqual(cyclesIn(sources), []);
});

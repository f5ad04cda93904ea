/** The pages about the sources name files and folders that there are. */
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const PAGES = ['docs/architecture.md', ...globSync('docs/decisions/*.md'), ...globSync('{CONTRIBUTING,SECURITY}.md')];

/** A command that has a file wherever a page says `<command>`. */
const COMMAND = 'stats';

/** `core/model/scene.ts`, `commands/<command>/`: every span that is a path of this repository. */
function pathsIn(page: string): readonly string[] {
  const spans = page.matchAll(/`((?:[\w.<>-]+\/)*(?:[\w.<>-]+\.(?:ts|js|json|md|yml)|[\w<>-]+\/))`/g);
  return [...spans].map(([, path = '']) => path.replaceAll('<command>', COMMAND));
}

/** Whether the path leads there from the repository or from `src`. */
function isThere(path: string): boolean {
  return existsSync(path) || existsSync(`src/${path}`);
}

test('every path that a page about the sources names is there', () => {
  const named = PAGES.flatMap((page) => pathsIn(readFileSync(page, 'utf8')).map((path) => `${page}: ${path}`));
  assert.ok(named.length > 40, `${named.length} paths`);
  assert.deepEqual(
    named.filter((line) => !isThere(line.replace(/^.*: /, ''))),
    [],
  );
});

test('a path that is not there is found out', () => {
  const paths = pathsIn(
    'Not `core/none.ts`, `duration.ts` or `command-line/<command>.ts`, but `src/cli.ts`, `http/` and `commands/<command>/`.',
  );
  assert.deepEqual(paths, [
    'core/none.ts',
    'duration.ts',
    'command-line/stats.ts',
    'src/cli.ts',
    'http/',
    'commands/stats/',
  ]);
  assert.deepEqual(
    paths.filter((path) => !isThere(path)),
    ['core/none.ts', 'duration.ts', 'command-line/stats.ts'],
  );
});

test('the dependency rule of the page knows every folder of the sources', () => {
  const [, rule = ''] = /```\n(bin → cli[\s\S]*?)```/.exec(readFileSync('docs/architecture.md', 'utf8')) ?? [];
  const folders = new Set(globSync('src/*/').map((folder) => folder.replace(/^src\//, '').replace(/\/$/, '')));
  for (const folder of folders) assert.match(rule, new RegExp(`\\b${folder}\\b`), folder);
});

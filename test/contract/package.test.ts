/** What npm has to find in the repository, checked where no test run would notice its loss. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { isRelative, linksIn } from '../helpers/markdown.ts';

const packageJson = JSON.parse(readFileSync('package.json', 'utf8')) as {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  allowScripts: Record<string, boolean>;
};
const lockText = readFileSync('package-lock.json', 'utf8');
const lock = JSON.parse(lockText) as { packages: Record<string, { gypfile?: boolean }> };

test('every dependency is pinned to one version', () => {
  for (const [name, version] of Object.entries({ ...packageJson.dependencies, ...packageJson.devDependencies })) {
    assert.match(version, /^\d+\.\d+\.\d+$/, name);
  }
});

test('no npm tries to compile better-sqlite3, which ships its binaries', () => {
  // npm 11 asks allowScripts; npm 10 asks the lock, from which each npm install drops the mark.
  assert.equal(packageJson.allowScripts['better-sqlite3'], false);
  assert.equal(lock.packages['node_modules/better-sqlite3']?.gypfile, false);
});

test('the lock file names no registry host', () => {
  assert.doesNotMatch(lockText, /"resolved": *"http/);
});

test('the bin can be executed, also out of git', () => {
  assert.ok(statSync('bin/plexsync.js').mode & 0o111);
  assert.match(execFileSync('git', ['ls-files', '--stage', 'bin/plexsync.js'], { encoding: 'utf8' }), /^100755 /);
});

const packed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'ignore'],
});
const [{ files }] = JSON.parse(packed) as [{ files: { path: string }[] }];
const paths = files.map(({ path }) => path);

test('the package holds what a user needs and no sources', () => {
  for (const wanted of [
    'bin/plexsync.js',
    'dist/cli.cjs',
    'LICENSE',
    'README.md',
    'docs/running.md',
    'CHANGELOG.md',
    'SECURITY.md',
    'THIRD-PARTY-LICENSES.txt',
  ]) {
    assert.ok(paths.includes(wanted), `${wanted} is missing`);
  }
  assert.deepEqual(
    paths.filter((path) =>
      /^(src|test|scripts|docs\/(reference|decisions))\/|^docs\/architecture|meta\.json$/.test(path),
    ),
    [],
  );
});

/** For those who read the sources, and not in the package. */
const ONLY_IN_THE_SOURCES: readonly string[] = [
  'CONTRIBUTING.md',
  'docs/architecture.md',
  'docs/decisions/README.md',
  'docs/reference/plex-api.md',
  'docs/reference/stash.md',
];

test('the pages of the package lead to what is in it', () => {
  for (const page of paths.filter((path) => path.endsWith('.md')))
    for (const link of linksIn(readFileSync(page, 'utf8')).filter(isRelative)) {
      const target = join(dirname(page), link.replace(/#.*$/, ''));
      const isThere = link.startsWith('#') || paths.includes(target) || ONLY_IN_THE_SOURCES.includes(target);
      assert.ok(isThere, `${page}: ${link}`);
    }
});

test('the bundle keeps the names of functions, which the stack of a bug report shows', () => {
  const chunks = readdirSync('dist').map((name) => readFileSync(join('dist', name), 'utf8'));
  for (const name of ['prepare', 'readAndRecheck', 'planEdits', 'matchScene', 'prepareSettle', 'createPlexClient'])
    assert.ok(
      chunks.some((text) => new RegExp(`function ${name}\\(`).test(text)),
      name,
    );
});

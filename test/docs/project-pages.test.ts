/** What those who report, contribute or run the workflow are told is what the program and the scripts do. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { BLOCK } from '../helpers/markdown.ts';
import { setup } from '../helpers/rig.ts';

const read = (file: string): string => readFileSync(file, 'utf8');
const packageJson = JSON.parse(read('package.json')) as {
  engines: { node: string };
  scripts: Record<string, string>;
  devDependencies: Record<string, string>;
};
const contributing = read('CONTRIBUTING.md');

test('the form of a bug has the headings and the versions of a report, in its order', async (t) => {
  const { run } = await setup(t);
  await run(['enqueue', '7', '--path', '/media/pier.mp4', '--title', 'The Pier']);
  // Where nothing listens: then the report has the block of what could not be read as well.
  const { stdout } = await run(['report', '--scene', '7'], { env: { PLEX_URL: 'http://127.0.0.1:9' } });
  const headings = [...stdout.matchAll(/^\*\*(\w[\w ]*?)(?: 7)?:\*\*$/gm)].map(([, heading]) => heading);
  const form = read('.github/ISSUE_TEMPLATE/bug.yml');
  assert.deepEqual(
    [...form.matchAll(/^ {6}label: (.+)$/gm)].map(([, label]) => label),
    headings,
  );
  const versions = /^\*\*Environment:\*\*\n((?:- .*\n)+)/m.exec(stdout)?.[1]?.replaceAll(/: .*/g, ':') ?? '';
  const asked = [...form.matchAll(/^ {8}(- .*:)$/gm)].map(([, line]) => line);
  assert.deepEqual(asked, versions.trim().split('\n'));
});

test('every script that a page names is there', () => {
  const named = [...`${contributing}${read('README.md')}`.matchAll(/npm run ([\w:]+)/g)].map(([, name = '']) => name);
  assert.ok(named.length > 8);
  for (const name of named) assert.ok(Object.hasOwn(packageJson.scripts, name), name);
});

test('every folder of tests has its script, and its row for contributors', () => {
  const folders = new Set(globSync('test/**/*.test.ts').map((file) => file.split('/')[1] ?? ''));
  for (const folder of folders) {
    assert.ok(Object.hasOwn(packageJson.scripts, `test:${folder}`), folder);
    assert.ok(contributing.includes(`\`npm run test:${folder}\``), folder);
    assert.match(contributing, new RegExp(`^\\| .* \\| \`test/${folder}/\``, 'm'), folder);
  }
});

test('the test that is shown to contributors is one that is run', () => {
  const shown = [...contributing.matchAll(BLOCK)].map(([, , text = '']) => text).filter((text) => /^test\(/.test(text));
  assert.equal(shown.length, 1);
  const tests = globSync('test/**/*.test.ts').map(read);
  for (const text of shown)
    assert.ok(
      tests.some((source) => source.includes(text)),
      text,
    );
});

test('the workflow runs the one script, the oldest Node that is supported, and the one of the scripts', () => {
  const workflow = read('.github/workflows/ci.yml');
  const [floor] = /\d+\.\d+/.exec(packageJson.engines.node) ?? [];
  const [current] = /^\d+/.exec(packageJson.devDependencies['node'] ?? '') ?? [];
  assert.match(workflow, /^ +- run: bash \.ci\/run$/m);
  assert.match(read('.ci/run'), new RegExp(` node@${floor}\\.0$`, 'm'));
  assert.deepEqual(/^ +node: \[(.*)\]$/m.exec(workflow)?.[1], `'${floor}', '${current}'`);
  assert.equal(read('.nvmrc').trim(), current);
});

test('no page or form for contributors gives an address that nobody has set up', () => {
  for (const file of ['CONTRIBUTING.md', 'SECURITY.md', ...globSync('.github/**/*.{yml,md}')]) {
    assert.doesNotMatch(read(file), /https?:\/\/|[\w.]+@[\w-]+\.[a-z]{2,}/, file);
  }
});

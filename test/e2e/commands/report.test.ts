import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { Sentence } from '../../../src/core/text/sentence.ts';
import { foreign, plainText, say } from '../../../src/core/text/sentence.ts';
import { startStashServer } from '../../../src/simulator/stash/server.ts';
import { toReportEntry } from '../../../src/terminal/log/report-log.ts';
import { entryOf } from '../../helpers/log-entry.ts';
import type { Rig } from '../../helpers/rig.ts';
import { setup } from '../../helpers/rig.ts';

const PRIVATE = [
  'Lantern Row',
  'lantern-row',
  'North Quay',
  'Ada Harbour',
  'breakwater',
  'Tide Tables',
  'Somebody else',
  'East Pier',
  'Boathouse Films',
  'a long walk along the mole',
  'nas.quay.example',
  '10.20.30.40',
  'fe80::1:2',
  'gardener@quay.example',
  'StashKey0123456789abcdef',
];

function appendToLog({ dataDir }: Rig, said: Sentence): void {
  const line = toReportEntry({ ...entryOf(plainText(said), Date.UTC(2026, 10, 22, 18, 4, 5)), said });
  appendFileSync(join(dataDir, 'report-log.ndjson'), `${line}\n`);
}

/** A directory in which something has happened, with a log of it. */
async function makeWorld(t: TestContext): Promise<Rig & { secrets: readonly string[] }> {
  const rig = await setup(t, { sections: [{ key: '1', title: 'Boathouse Films', locations: ['/media'] }] });
  rig.plex.addItem({ sectionKey: '1', file: '/media/North Quay/lantern-row.mp4', title: 'lantern-row' });
  rig.plex.addItem({ sectionKey: '1', file: '/media/East Pier/01.mp4', title: 'Somebody else' });
  const scene = ['--studio', 'North Quay', '--performer', 'Ada Harbour', '--tag', 'breakwater'];
  const details = 'a long walk along the mole';
  const first = ['enqueue', '4711', '--path', '/media/North Quay/lantern-row.mp4', '--title', 'Lantern Row'];
  await rig.run([...first, ...scene, '--details', details]);
  await rig.run(['enqueue', '12', '--path', '/data/South/01.mp4', '--title', 'Tide Tables']);
  await rig.run(['process', '-v', '--path-map', '/data=/media']);
  for (const words of [
    'Plex at http://nas.quay.example:32400 did not answer (10.20.30.40:32400, [fe80::1:2])',
    'Breakwater by Ada Harbour sent to gardener@quay.example, of Boathouse Films',
    `X-Plex-Token=${rig.plex.token} StashKey0123456789abcdef`,
    'the last line ```',
  ])
    appendToLog(rig, say`[PlexSync] ${foreign(words)}`);
  const secrets = [...PRIVATE, rig.plex.token, rig.dataDir, new URL(rig.plex.url).host, '127.0.0.1'];
  return { ...rig, secrets };
}

function assertMasked(text: string, secrets: readonly string[]): void {
  for (const secret of secrets)
    assert.ok(!text.toLowerCase().includes(secret.toLowerCase()), `${secret} stands in\n${text}`);
}

test('report names the version of Stash, or says why it does not know it', async (t) => {
  const { run, plex } = await setup(t);
  const stash = await startStashServer({ version: 'v0.31', apiKey: 'StashKey0123456789abcdef' });
  t.after(() => stash.close());
  const env = { STASH_URL: stash.url };
  const known = await run(['report'], { env: { ...env, STASH_API_KEY: 'StashKey0123456789abcdef' } });
  assert.match(known.stdout, /\n- Stash version: v0\.31\.1\n/);
  assertMasked(known.stdout + known.stderr, ['StashKey0123456789abcdef', plex.token, new URL(stash.url).host]);
  const refused = await run(['report'], { env });
  assert.match(refused.stdout, /\n- Stash version: unknown\n/);
  assert.match(refused.stdout, /Could not be read[\s\S]*Unauthorized: Stash asks for an API key \(401\)/);
});

test('report fills in the template and shows nothing personal', async (t) => {
  const { run, plex, secrets } = await makeWorld(t);
  const { code, stdout, stderr } = await run(['report', '--scene', '4711'], {
    env: { STASH_API_KEY: 'StashKey0123456789abcdef', PLEX_LIBRARY: 'Boathouse Films' },
  });
  assert.equal(code, 0, stderr);
  assertMasked(stdout + stderr, secrets);
  for (const part of [
    /^\*\*Environment:\*\*\n- Stash version: not asked\n- Plex version: \d/,
    /- PlexSync version: \d/,
    /- Node version: v2\d/,
    /- Deployment: (Docker|container|Bare metal)/,
    /\nplex_url: http:\/\/host-\w+:\d+ \(from PLEX_URL\)\n/,
    /\nplex_token: \(hidden\) \(from PLEX_TOKEN\)\n/,
    /\nplex_library: name-\w+ \(from PLEX_LIBRARY\)\n/,
    /\nmax_retries: 5 \(from the default\)\n/,
    /\npending: 0\n/,
    /\nbreaker\.plex\.state: closed\n/,
    /\nlast_run\.exit_code: 1\n/,
    /\nitem \d+ in library 1, written 20/,
    /\n {2}scene path: \/path-\w+\/path-\w+\/path-\w+\.mp4\n/,
    /\n\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d\d:\d\d info \[PlexSync Matcher\] Found: title-\w+\n/,
    /debug \[PlexSync\] Libraries: name-\w+\n/,
    /\n````\n\d{4}-[\s\S]*the last line ```\n````\n/,
  ])
    assert.match(stdout, part);
  assert.match(
    stderr,
    /^Masked: .*\d+ titles?.*\.\n.*Read the report before you post it: text that plexsync does not recognise as personal is not masked\.$/m,
  );
  assert.ok(plex.token.length > 0);
});

test('two reports mask one word differently, one report always the same way', async (t) => {
  const { run } = await makeWorld(t);
  const pathOf = (text: string): string => /scene path: (.*)/.exec(text)?.[1] ?? '';
  const [first, second] = [await run(['report', '--scene', '4711']), await run(['report', '--scene', '4711'])];
  const path = pathOf(first.stdout);
  assert.notEqual(path, pathOf(second.stdout));
  assert.ok(first.stdout.includes(`file in Plex: ${path}`));
});

test('a dead letter of the scene stands in its report', async (t) => {
  const { run, secrets } = await makeWorld(t);
  const { stdout } = await run(['report', '--scene', '12']);
  assert.match(stdout, /\ndead letter 1 of job 2: LowConfidenceMatch after 0 retries\n/);
  assertMasked(stdout, secrets);
  assert.match((await run(['report', '--scene', '99'])).stdout, /nothing is known of this scene/);
});

test('-o writes the report for its owner alone, and never over another file', async (t) => {
  const { run, dir, secrets } = await makeWorld(t);
  const file = join(dir, 'report.md');
  assert.equal((await run(['report', '-o', file])).code, 0);
  const text = readFileSync(file, 'utf8');
  assert.match(text, /^\*\*Environment:\*\*/);
  assertMasked(text, secrets);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const again = await run(['report', '--output', file]);
  assert.deepEqual([again.code, again.stdout], [2, '']);
  assert.equal(readFileSync(file, 'utf8'), text);
  const nowhere = await run(['report', '-o', join(dir, 'none', 'report.md')]);
  assert.deepEqual([nowhere.code, nowhere.stdout], [2, '']);
});

test('report --json tells what it masked and holds the text', async (t) => {
  const { run, secrets } = await makeWorld(t);
  const { stdout } = await run(['report', '--json']);
  const document = JSON.parse(stdout) as { report: string; file: null; masked: Record<string, number> };
  assert.match(document.report, /^\*\*Environment/);
  assert.ok((document.masked['title'] ?? 0) > 0);
  assertMasked(stdout, secrets);
});

test('report says what could not be read, where config or directory is broken', async (t) => {
  const { run, dataDir, dir, secrets } = await makeWorld(t);
  writeFileSync(join(dataDir, 'config.json'), '{ "plex_url": ');
  writeFileSync(join(dataDir, 'queue.db'), 'this is no database');
  const broken = await run(['report', '--scene', '12'], { env: { PLEXSYNC_MAX_TAGS: 'Ada Harbour' } });
  assert.equal(broken.code, 0, broken.stderr);
  assert.match(broken.stdout, /\*\*Could not be read:\*\*\n```+\n.*JSON.*\n.*is not a database/);
  assert.match(broken.stdout, /max_tags: cannot be used: /);
  assertMasked(broken.stdout, secrets);
  const nothing = await run(['report'], {
    env: { PLEXSYNC_DATA_DIR: join(dir, 'none'), PLEX_URL: 'http://127.0.0.1:1' },
  });
  assert.equal(nothing.code, 0);
  assert.match(nothing.stdout, /Plex version: unknown/);
  assert.match(nothing.stdout, /There is no data directory/);
});

test('what is no scene is refused', async (t) => {
  const { run } = await setup(t);
  for (const args of [['--scene', 'x'], ['--scene', '0'], ['--scene='], ['-o', '']]) {
    const { code, stdout } = await run(['report', ...args]);
    assert.deepEqual([code, stdout], [2, ''], args.join(' '));
  }
});

test('the quoted log has what runs said and bugs, and no slips of the person at the command line', async (t) => {
  const { run, dataDir } = await setup(t);
  await run(['enqueue', '1', '--path', '/media/a.mp4', '--title', 'Pier']);
  await run(['dlq', 'show', '77']);
  await run(['process'], { env: { PLEX_URL: '' } });
  await run(['process', '--cron'], { env: { PLEX_URL: '' } });
  await run(['config', 'show'], { env: { PLEXSYNC_MAX_TAGS: 'Ada Harbour' } });
  const { stdout } = await run(['report']);
  assert.match(stdout, /Enqueued sync job for scene 1/);
  assert.match(readFileSync(join(dataDir, 'plexsync.log'), 'utf8'), /The address of Plex is not set/);
  assert.doesNotMatch(stdout, /There is no dead letter|plexsync dlq list shows|The address of Plex|MAX_TAGS/);
});

test('the sentences of an earlier version are left out whole, since nobody can tell what is personal in them', async (t) => {
  const { run, dataDir } = await setup(t);
  const line = '2026-11-22 18:04:05 +01:00 info [PlexSync Matcher] Found: Lantern Row\n';
  await run(['enqueue', '1', '--path', '/media/a.mp4', '--title', 'Pier']);
  rmSync(join(dataDir, 'report-log.ndjson'));
  appendFileSync(join(dataDir, 'plexsync.log'), line);
  const { stdout } = await run(['report']);
  assert.match(stdout, /\*\*Logs:\*\*\n```\n\(left out: the log of an earlier version/);
  assert.doesNotMatch(stdout, /Lantern|Found:/);
});

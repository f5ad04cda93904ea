/** Somebody wants to know: where a scene is, what to write into a bug report, whose directory this is. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { setup } from '../../helpers/rig.ts';
import { runBin } from '../../helpers/start-bin.ts';

test('“Where is scene 4711?”: status answers in each of its lives', async (t) => {
  const { plex, run, makeDue } = await setup(t);
  plex.addItem({ sectionKey: '1', file: '/media/other/01.mp4', title: 'Other' });
  const where = async (code = 0): Promise<string> => {
    const { stdout, stderr, ...result } = await run(['status', '4711']);
    assert.equal(result.code, code, stderr);
    return stdout + stderr;
  };
  const scene = ['enqueue', '4711', '--path', '/media/quay/pier.mp4'];
  await run(['enqueue', '1', '--path', '/media/other/01.mp4', '--title', 'Other']);
  assert.match(await where(1), /Nothing is known of scene 4711.*Else: plexsync enqueue 4711/);

  await run(['enqueue', '4711']);
  assert.match(await where(), /^waiting\tjob \d+: only Stash can say what to write \(no_stash\)$/m);
  await run([...scene, '--title', 'Pier']);
  assert.match(await where(), /^waiting\tjob \d+: due, the next run takes it$/m);

  await run(['process']);
  assert.match(await where(), /^waiting\tjob \d+: its file is not in Plex yet, next try 20.*Z$/m);

  const ratingKey = plex.addItem({ sectionKey: '1', file: '/media/quay/pier.mp4', title: 'a' });
  plex.fail('edit', { kind: 'status', status: 500 });
  makeDue();
  assert.equal((await run(['process'])).code, 1);
  const retry = await where();
  assert.match(retry, /^waiting\tjob \d+: to be retried, next try 20.*Z$/m);
  assert.match(retry, /^attempts\t2 \(1 failed, 0 not found\)$/m);
  assert.match(retry, new RegExp(`^plex item\t${ratingKey} in library Adult$`, 'm'));
  assert.match(retry, /^last error\tPlexTemporaryError: .*500/m);

  plex.fail('edit', { kind: 'status', status: 400 });
  makeDue();
  assert.equal((await run(['process'])).code, 1);
  const dead = await where();
  assert.match(dead, /^waiting\tno$/m);
  assert.match(dead, /^dead letter 1\tPlexPermanentError, 20.*Z: .*400/m);
  assert.match(dead, /^next\tplexsync dlq show 1$/m);

  await run(['dlq', 'retry', '1']);
  assert.equal((await run(['process'])).code, 0);
  const written = await where();
  assert.doesNotMatch(written, /dead letter/);
  assert.match(written, new RegExp(`^plex item\t${ratingKey} in library Adult$`, 'm'));
  assert.match(written, new RegExp(`^link\thttp.*key=%2Flibrary%2Fmetadata%2F${ratingKey}$`, 'm'));
  assert.match(written, /^written by us\ttitle$/m);

  plex.editByHand(ratingKey, { title: 'My pier' });
  await run([...scene, '--title', 'New pier', '--tagline', 'Calm']);
  assert.equal((await run(['process'])).code, 0);
  assert.equal(plex.item(ratingKey)?.title, 'My pier');
  const left = await where();
  assert.match(left, /^left alone\tthe title: it was edited in Plex since we wrote it$/m);
  assert.match(left, /^written by us\ttitle, tagline$/m);
  // The very first wish was for all that Stash knows, and nobody has taken it back.
  assert.match(left, /^waiting\tjob \d+: only Stash can say what to write \(no_stash\)$/m);
});

test('“I want to report this”: the report has what the template asks for, and nothing that is mine', async (t) => {
  const { plex, run, dir, dataDir } = await setup(t, {
    token: 'tOkEn-of-the-harbour-master',
    sections: [{ key: '1', title: 'Boathouse Films', locations: ['/media'] }],
  });
  plex.addItem({ sectionKey: '1', file: '/media/North Quay/lantern-row.mp4', title: 'lantern-row' });
  const scene = ['--path', '/media/North Quay/lantern-row.mp4', '--title', 'Lantern Row', '--studio', 'Mole Pictures'];
  await run(['enqueue', '4711', ...scene, '--performer', 'Ada Harbour', '--tag', 'breakwater']);
  plex.fail('edit', { kind: 'status', status: 400 }, Number.POSITIVE_INFINITY);
  assert.equal((await run(['process', '-v'], { env: { PLEX_LIBRARY: 'Boathouse Films' } })).code, 1);

  const file = join(dir, 'report.md');
  const { code, stdout, stderr } = await run(['report', '--scene', '4711', '-o', file]);
  assert.equal(code, 0, stderr);
  assert.match(stdout + stderr, /Read the report before you post it/);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const text = readFileSync(file, 'utf8');
  for (const asked of [
    '**Environment:**',
    '- Stash version:',
    '- Plex version: 1.43.1',
    '- PlexSync version: ',
    '- Deployment: ',
    '**Issue:**',
    '**Expected:**',
    '**Logs:**',
    '**Steps to Reproduce:**',
  ])
    assert.ok(text.includes(asked), `${asked} is missing in\n${text}`);
  assert.match(text, /^dead letter 1 of job 1: PlexPermanentError/m);
  assert.match(text, /\[PlexSync Worker\] Job 1 permanent failure, moving to DLQ/);
  const mine = [
    'Lantern',
    'lantern',
    'North Quay',
    'Quay/',
    'Mole',
    'Ada',
    'breakwater',
    'Boathouse',
    '/media',
    dataDir,
  ];
  for (const word of [...mine, plex.token, new URL(plex.url).host, '127.0.0.1'])
    assert.ok(!text.includes(word), `${word} stands in\n${text}`);
});

/** Every file below a directory with its bytes. */
function contentOf(dir: string): Record<string, string> {
  const files = readdirSync(dir, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path, entry.isFile() ? readFileSync(path).toString('base64') : `mode ${statSync(path).mode}`];
    }),
  );
}

test('“I still have the directory of the Python plugin”: every command refuses it, and none touches a byte', async (t) => {
  const { run, dir, dataDir } = await setup(t);
  mkdirSync(join(dataDir, 'queue'), { recursive: true, mode: 0o700 });
  for (const [file, table] of [
    [
      join(dataDir, 'queue', 'data.db'),
      'ack_queue_default (_id INTEGER PRIMARY KEY, data BLOB, timestamp FLOAT, status INTEGER)',
    ],
    [
      join(dataDir, 'dlq.db'),
      'dead_letters (id INTEGER PRIMARY KEY, job_id, scene_id, job_data BLOB, error_type TEXT)',
    ],
  ] as const) {
    const db = new Database(file);
    db.exec(`CREATE TABLE ${table}`);
    db.close();
  }
  writeFileSync(join(dataDir, 'stats.json'), '{"jobs_processed": 12}');
  const before = contentOf(dataDir);
  const commands = [
    ['enqueue', '1', '--title', 'Pier'],
    ['process'],
    ['process', '--cron'],
    ['process', '--stats-only'],
    ['stats'],
    ['stats', '--check'],
    ['stats', '--metrics-file', join(dir, 'plexsync.prom')],
    ['status', '1'],
    ['queue', 'list'],
    ['queue', 'drop', '--all', '--yes'],
    ['dlq', 'list'],
    ['dlq', 'show', '1'],
    ['dlq', 'summary'],
    ['dlq', 'retry', '--all', '--yes'],
    ['dlq', 'purge', '--all', '--yes'],
    ['dlq', 'export'],
    ['init', '--yes'],
    ['config', 'show'],
    ['config', 'set', 'max_tags', '60'],
    ['config', 'unset', 'max_tags'],
    ['match-test', '/data/pier.mp4'],
    ['reconcile'],
  ];
  for (const args of commands) {
    const { code, stdout, stderr } = await run(args);
    assert.deepEqual([code, stdout], [2, ''], `${args.join(' ')}: ${stderr}`);
    assert.match(
      stderr,
      /is a data directory of the Python plugin; it was left untouched\.\n.*--data-dir.*from-the-python-plugin\.md/,
      args.join(' '),
    );
    assert.deepEqual(contentOf(dataDir), before, args.join(' '));
  }
  const doctor = await run(['doctor']);
  assert.equal(doctor.code, 1);
  assert.match(doctor.stdout, /^failure\tdata_dir\t.*is a data directory of the Python plugin/m);
  const report = await run(['report']);
  assert.equal(report.code, 0);
  assert.match(report.stdout, /data directory of the Python plugin/);
  assert.equal((await runBin(['demo'], { env: { PLEXSYNC_DATA_DIR: dataDir } })).code, 0);
  assert.deepEqual(contentOf(dataDir), before);
});

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseExposition } from '../../helpers/exposition.ts';
import { setup } from '../../helpers/rig.ts';
import { BIN } from '../../helpers/start-bin.ts';
import { linesSeen, runAtTerminal } from '../../helpers/terminal.ts';

test('stats --check says in one line which bound is exceeded, and exits 1', async (t) => {
  const { run, sql } = await setup(t);
  await run(['enqueue', '1', '--path', '/media/pier.mp4', '--title', 'Pier']);
  await run(['enqueue', '2', '--path', '/media/quay.mp4', '--title', 'Quay']);
  const well = await run(['stats', '--check']);
  assert.deepEqual([well.code, well.stdout, well.stderr], [0, 'ok: nothing needs you, and every bound holds\n', '']);

  sql(`UPDATE jobs SET enqueued_at = enqueued_at - 18000000 WHERE scene_id = 1`);
  sql(`INSERT INTO meta (name, value) VALUES ('outage_since', '${Date.now() - 7_200_000}')`);
  const badly = await run(['stats', '--check', '--max-dead', '1', '--max-age', '2h', '--max-outage', '1h']);
  assert.equal(badly.code, 1);
  assert.equal(badly.stdout, '');
  assert.match(
    badly.stderr,
    /^plexsync: the oldest job has waited for 5h( \d+s)? \(--max-age 2h\); the server has been away for 2h( \d+s)? \(--max-outage 1h\)\n$/,
  );
  const quiet = await run(['stats', '--check', '--max-age', '2h', '--quiet']);
  assert.deepEqual([quiet.code, quiet.stdout], [1, '']);
  assert.match(quiet.stderr, /5h/);
  assert.deepEqual(await run(['stats', '--check', '--max-age', '6h', '-q']), {
    code: 0,
    signal: null,
    stdout: '',
    stderr: '',
  });
});

test('stats --check --json is the document with the verdict in it', async (t) => {
  const { run, sql } = await setup(t);
  await run(['enqueue', '1', '--path', '/media/pier.mp4', '--title', 'Pier']);
  sql(`UPDATE jobs SET enqueued_at = enqueued_at - 18000000`);
  const { code, stdout } = await run(['stats', '--check', '--max-age', '2h', '--json']);
  const { pending, check } = JSON.parse(stdout) as {
    pending: number;
    check: { ok: boolean; violations: { bound: string; value_s: number; limit_s: number }[] };
  };
  assert.deepEqual([code, pending, check.ok, check.violations.length], [1, 1, false, 1]);
  assert.equal(check.violations[0]?.bound, 'max_age');
  assert.equal(check.violations[0]?.limit_s, 7_200);
});

test('what cannot be a bound, or goes not together, is a usage error', async (t) => {
  const { run } = await setup(t);
  await run(['enqueue', '1', '--path', '/media/pier.mp4', '--title', 'Pier']);
  for (const args of [
    ['--check', '--max-dead', '-1'],
    ['--check', '--max-dead', 'many'],
    ['--check', '--max-dead='],
    ['--check', '--max-age', 'long'],
    ['--check', '--max-outage', ''],
    ['--check', '--max-silence', '1y'],
    ['--max-dead', '1'],
    ['--interval', '2s'],
    ['--watch', '--interval', '0'],
    ['--watch', '--check'],
    ['--watch'],
    ['--metrics-file', ''],
    ['--metrics-file', '/proc/none/plexsync.prom'],
    ['--metrics-file', '/dev/null/plexsync.prom'],
    ['--metrics-file', `/${'x'.repeat(300)}`],
  ]) {
    const { code, stdout, stderr } = await run(['stats', ...args]);
    assert.deepEqual([code, stdout], [2, ''], args.join(' '));
    assert.match(stderr, /^plexsync: \S.*\.\n/, args.join(' '));
  }
});

test('stats --metrics-file replaces no device, no pipe and no file of another kind', async (t) => {
  const { dir, run } = await setup(t);
  await run(['enqueue', '1', '--path', '/media/a.mp4', '--title', 'Mole']);
  const pipe = join(dir, 'plexsync.prom');
  execFileSync('mkfifo', [pipe]);
  const { code, stderr } = await run(['stats', '--metrics-file', pipe]);
  assert.equal(code, 2);
  assert.match(stderr, /plexsync\.prom cannot be written: it is a device or a pipe, and stays one\.\n {2}Give a file /);
  assert.ok(statSync(pipe).isFIFO());
  const notes = join(dir, 'notes.txt');
  for (const [text, expected] of [
    ['Low water at six.', 2],
    ['', 0],
  ] as const) {
    writeFileSync(notes, text);
    const { code, stderr } = await run(['stats', '--metrics-file', notes]);
    assert.equal(code, expected, stderr);
    if (code !== 0) assert.match(stderr, /notes\.txt is there, and no metrics of plexsync\.\n {2}Name another file/);
    assert.equal(readFileSync(notes, 'utf8').startsWith('# HELP plexsync_'), expected === 0);
  }
  assert.equal((await run(['stats', '--metrics-file', notes])).code, 0);
});

test('stats --metrics-file writes what a strict reader of the format takes, readable by all', async (t) => {
  const { dir, plex, run, sql } = await setup(t);
  plex.addItem({ sectionKey: '1', file: '/media/pier.mp4' });
  plex.addItem({ sectionKey: '1', file: '/media/other/01.mp4' });
  await run(['enqueue', '1', '--path', '/media/pier.mp4', '--title', 'Pier']);
  await run(['enqueue', '2', '--path', '/media/this/01.mp4', '--title', 'Quay']);
  await run(['process']);
  await run(['enqueue', '3', '--path', '/media/quay.mp4', '--title', 'Quay']);
  sql(`UPDATE dead_letters SET error_type = 'odd "type" \\' || char(10)`, 'dlq.db');
  const folder = join(dir, 'metrics');
  mkdirSync(folder);
  const file = join(folder, 'plexsync.prom');
  writeFileSync(file, '# HELP plexsync_old Of an older version.\n');
  const { code, stdout, stderr } = await run(['stats', '--metrics-file', file]);
  assert.deepEqual([code, stderr], [0, '']);
  assert.match(stdout, /^pending\t1$/m);
  assert.deepEqual(readdirSync(folder), ['plexsync.prom']);
  assert.equal(statSync(file).mode & 0o777, 0o644);

  const families = parseExposition(readFileSync(file, 'utf8'));
  const value = (name: string, labels: readonly (readonly [string, string])[] = []): number | undefined =>
    families.get(name)?.samples.get(JSON.stringify(labels));
  assert.ok([...families.keys()].every((name) => name.startsWith('plexsync_')));
  assert.equal(value('plexsync_jobs_waiting', [['reason', 'due']]), 1);
  assert.equal(value('plexsync_updated_total'), 1);
  assert.equal(value('plexsync_dead_letters'), 1);
  assert.equal(value('plexsync_dead_letters_by_error_type', [['error_type', 'odd "type" \\\n']]), 1);
  assert.equal(
    value('plexsync_breaker_state', [
      ['server', 'plex'],
      ['state', 'closed'],
    ]),
    1,
  );
  assert.equal(value('plexsync_last_run_exit_code'), 1);
  assert.equal(families.has('plexsync_outage_start_timestamp_seconds'), false);
  const writtenAt = value('plexsync_stats_timestamp_seconds') ?? 0;
  assert.ok(Math.abs(writtenAt - Date.now() / 1_000) < 60);
});

test('stats --watch stands on the terminal until a signal ends it', async (t) => {
  const { dir, dataDir, run } = await setup(t);
  await run(['enqueue', '1', '--path', '/media/pier.mp4', '--title', 'Pier']);
  const metrics = join(dir, 'plexsync.prom');
  const watch = `'${process.execPath}' '${BIN}' stats -d '${dataDir}' --watch --interval 0.1 --metrics-file '${metrics}'`;
  const untilDrawn = `while [ ! -s '${metrics}' ]; do sleep 0.05; done`;
  const sent = runAtTerminal(`${watch} & ${untilDrawn}; kill -TERM $!; wait $!; echo "code $?"`, {
    columns: 100,
    rows: 40,
  });
  const lines = linesSeen(sent, 100);
  assert.equal(lines.filter((line) => /^ ?pending +1$/.test(line)).length, 1);
  assert.ok(lines.includes('code 143'), lines.join('\n'));
});

test('what a watch counted as never synced is told with its age, and not asked of Stash', async (t) => {
  const { run, sql } = await setup(t);
  await run(['enqueue', '1', '--path', '/media/pier.mp4', '--title', 'Pier']);
  assert.doesNotMatch((await run(['stats'])).stdout, /never synced/);
  const counted = { count: 30, filed: 32, at: Date.UTC(2025, 4, 1, 12), written: 0 };
  sql(`INSERT INTO meta (name, value) VALUES ('never_synced', '${JSON.stringify(counted)}')`);
  const env = { STASH_URL: 'http://127.0.0.1:1' };
  assert.match(
    (await run(['stats'], { env })).stdout,
    /^never synced\t30 of 32 scenes of Stash, as of 2025-05-01T12:00:00(\.000)?Z: plexsync reconcile$/m,
  );
  const { never_synced } = JSON.parse((await run(['stats', '--json'], { env })).stdout);
  assert.deepEqual([never_synced.count, never_synced.of], [30, 32]);
});

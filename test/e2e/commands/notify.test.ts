/** Somebody elsewhere is told of what needs a person, by webhook or program, and never of more than that. */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { setup } from '../../helpers/rig.ts';
import { startWebhook } from '../../helpers/webhook.ts';

async function withLetter(t: TestContext) {
  const rig = await setup(t);
  const webhook = await startWebhook(t);
  const bury = async (id: number): Promise<void> => {
    await rig.run(['enqueue', `${id}`, '--path', `/media/secret-${id}.mp4`, '--title', `Hidden Quay ${id}`]);
    rig.sql('UPDATE jobs SET misses = 12, available_at = 0');
  };
  await bury(7);
  return { ...rig, webhook, bury };
}

test('a test reaches a webhook and a program, each with one JSON object that all of them take', async (t) => {
  const { run, webhook, dir } = await withLetter(t);
  const script = join(dir, 'tell.sh');
  writeFileSync(script, `#!/bin/sh\ncat > "$1"\n`);
  chmodSync(script, 0o755);
  const out = join(dir, 'told.json');
  const env = {
    PLEXSYNC_NOTIFY_URL: `${webhook.url}?topic=harbour`,
    PLEXSYNC_NOTIFY_COMMAND: JSON.stringify([script, out]),
  };
  const { code, stdout } = await run(['notify', '--test'], { env });
  assert.deepEqual([code, stdout], [0, `http://${webhook.host}: taken\n${script}: taken\n`]);
  const [{ target, headers, body } = { target: '', headers: {}, body: {} }] = webhook.posted;
  assert.equal(target, '/hook/lanternKey?topic=harbour');
  assert.match(String(headers['content-type']), /^application\/json/);
  const { title, message, body: text, type, priority, topic, event } = body;
  assert.deepEqual([title, type, priority, topic, event], ['plexsync: test', 'info', 3, 'harbour', 'test']);
  assert.equal(message, text);
  assert.equal(JSON.parse(readFileSync(out, 'utf8')).title, 'plexsync: test');
});

test('a new dead letter is told once a day, without title or path unless that is allowed', async (t) => {
  const { run, webhook, bury } = await withLetter(t);
  const env = { PLEXSYNC_NOTIFY_URL: webhook.url };
  assert.equal((await run(['process'], { env })).code, 1);
  assert.deepEqual(
    webhook.posted.map(({ body }) => [body['event'], body['title'], body['type']]),
    [['dead_letters', 'plexsync: 1 new dead letter', 'warning']],
  );
  assert.match(String(webhook.posted[0]?.body['message']), /^1 PlexNotFound\. Next: plexsync dlq resolve$/);
  assert.doesNotMatch(JSON.stringify(webhook.posted), /secret|Quay|media/i);
  await bury(8);
  await run(['process'], { env });
  assert.equal(webhook.posted.length, 1, 'the same type on the same day');
  const other = await withLetter(t);
  await other.run(['process'], { env: { PLEXSYNC_NOTIFY_URL: other.webhook.url, PLEXSYNC_NOTIFY_DETAILS: 'true' } });
  assert.match(String(other.webhook.posted[0]?.body['message']), /\nscene 7 Hidden Quay 7: No Plex item found/);
});

test('a webhook that fails is a warning once a day and no exit code, and is asked again after a quarter of an hour', async (t) => {
  const { run, webhook, dataDir, bury } = await withLetter(t);
  const at = (minutes: number) => ({
    env: { PLEXSYNC_NOTIFY_URL: webhook.url, PLEXSYNC_TEST_NOW: `${Date.now() + minutes * 60_000}` },
  });
  webhook.answer(500);
  const failed = await run(['process'], at(0));
  assert.equal(failed.code, 1, 'that of the job');
  assert.match(
    failed.stderr,
    new RegExp(`http://${webhook.host} was not told "plexsync: 1 new dead letter": it answered 500`),
  );
  const soon = await run(['process'], at(10));
  assert.deepEqual([soon.code, webhook.posted.length], [0, 1]);
  const later = await run(['process'], at(20));
  assert.deepEqual([later.code, webhook.posted.length], [0, 2]);
  assert.doesNotMatch(later.stderr, /was not told/, 'already said today');
  webhook.answer(200);
  const taken = await run(['process'], at(40));
  assert.deepEqual([taken.code, webhook.posted.length], [0, 3]);
  await bury(8);
  webhook.answer(500);
  assert.match((await run(['process'], at(1_500))).stderr, /was not told/, 'it had taken one meanwhile');
  const shown = await run(['config', 'show'], at(0));
  const report = await run(['report'], at(0));
  const log = readFileSync(join(dataDir, 'plexsync.log'), 'utf8');
  assert.match(log, /was not told/);
  assert.doesNotMatch(`${failed.stderr}${shown.stdout}${report.stdout}${log}`, /lanternKey/);
});

test('what one of two takes is not sent again, and the other is warned of', async (t) => {
  const { run, webhook } = await withLetter(t);
  const env = { PLEXSYNC_NOTIFY_URL: `${webhook.url}, http://127.0.0.1:1/` };
  assert.match((await run(['process'], { env })).stderr, /http:\/\/127\.0\.0\.1:1 was not told .*: connection refused/);
  await run(['process'], { env });
  assert.equal(webhook.posted.length, 1);
});

test('a run that a signal ends waits for nobody who is told', async (t) => {
  const { run, webhook, plex, start } = await withLetter(t);
  await run(['process']);
  plex.addItem({ sectionKey: '1', file: '/media/pier.mp4', title: 'old' });
  await run(['enqueue', '9', '--path', '/media/pier.mp4', '--title', 'Pier']);
  plex.setLatency(50);
  const running = start(['process', '--json'], { env: { PLEXSYNC_NOTIFY_URL: webhook.url } });
  await running.says(/"event":"claimed"/);
  running.kill('SIGTERM');
  assert.equal((await running.ended).code, 143);
  assert.equal(webhook.posted.length, 0);
});

test('names are masked for who is told elsewhere too, and a long one is cut', async (t) => {
  const { run, webhook } = await withLetter(t);
  const env = { PLEXSYNC_NOTIFY_URL: webhook.url, PLEXSYNC_NOTIFY_DETAILS: 'true', PLEXSYNC_OBFUSCATE_PATHS: 'true' };
  await run(['process'], { env });
  assert.equal(webhook.posted.length, 1);
  assert.doesNotMatch(JSON.stringify(webhook.posted), /secret|Quay|media/i);
});

test('a watch whose writing is stopped tells of it again on another day, and once that it goes on', async (t) => {
  const { run, webhook, makeDue, start, sql, plex, dir } = await withLetter(t);
  plex.addItem({ sectionKey: '1', file: '/media/secret-7.mp4' });
  const file = join(dir, 'token');
  writeFileSync(file, 'another-token-1', { mode: 0o600 });
  const env = { PLEXSYNC_NOTIFY_URL: webhook.url, PLEX_TOKEN: '', PLEX_TOKEN_FILE: file };
  const events = (): unknown[] => webhook.posted.map(({ body }) => body['event']);
  makeDue();
  await run(['process'], { env });
  sql(`UPDATE meta SET value = json_set(value, '$.stop.toldAt', ${Date.now() - 86_400_000}) WHERE name = 'notices'`);
  const watch = start(['process', '--watch', '--poll-interval', '0.1s'], { env });
  await webhook.has(2);
  writeFileSync(file, plex.token, { mode: 0o600 });
  await webhook.has(3);
  assert.deepEqual(events(), ['stopped', 'stopped', 'recovered']);
  watch.kill('SIGTERM');
  assert.equal((await watch.ended).code, 143);
});

test('a program that is not there or fails is told by the test', async (t) => {
  const { run, dir } = await withLetter(t);
  const fail = await run(['notify', '--test', '--notify-command', join(dir, 'none')]);
  assert.deepEqual([fail.code, fail.stdout], [1, `${join(dir, 'none')}: it cannot be started\n`]);
  const said = await run([
    'notify',
    '--test',
    '--json',
    '--notify-command',
    '["sh", "-c", "echo No wind >&2; exit 3"]',
  ]);
  assert.deepEqual(JSON.parse(said.stdout).told, [{ target: 'sh', taken: false, failure: 'it ended with 3: No wind' }]);
});

test('the arguments of a program are shown nowhere, since they may hold a key', async (t) => {
  const { run, dir } = await setup(t);
  const words = [join(dir, 'tell.sh'), '--token', 'tk4Lantern7Harbour2Quay9'];
  for (const notify_command of [
    words,
    words.join(' '),
    JSON.stringify(words),
    [...words, 3],
    `["${words.join('",')}`,
  ]) {
    const file = join(dir, 'config.json');
    writeFileSync(file, JSON.stringify({ notify_command }), { mode: 0o600 });
    let shown = '';
    for (const args of [['config', 'show'], ['config', 'show', '--json'], ['report'], ['notify', '--test']]) {
      const { stdout, stderr, code } = await run([...args, '--config', file]);
      assert.notEqual(code, 70, stderr);
      shown += stdout + stderr;
    }
    assert.match(shown, /notify_command/);
    assert.doesNotMatch(shown, /Lantern7/);
  }
});

test('where no target is set config show and report say so, and hide nothing', async (t) => {
  const { run } = await setup(t);
  const { notify_url } = JSON.parse((await run(['config', 'show', '--json'])).stdout).settings;
  assert.equal(notify_url.value, null);
  assert.match((await run(['report'])).stdout, /notify_url: none/);
});

test('an address that cannot be used is hidden in every word about it, and one may have a comma of its own', async (t) => {
  const { run } = await setup(t);
  const wrong = { PLEXSYNC_NOTIFY_URL: 'ftp://lanternKey.example.org' };
  const shown = await run(['config', 'show', '--json'], { env: wrong });
  const { value, problem } = JSON.parse(shown.stdout).settings.notify_url;
  assert.deepEqual([shown.code, value], [2, '(hidden)']);
  assert.match(problem, /must be http or https addresses/);
  assert.doesNotMatch(`${shown.stdout}${shown.stderr}`, /lanternKey/);
  const two = { PLEXSYNC_NOTIFY_URL: 'http://127.0.0.1:1/?tags=fog,rain, http://127.0.0.1:2/' };
  const { stdout } = await run(['notify', '--test'], { env: two });
  assert.equal(stdout, 'http://127.0.0.1:1: connection refused\nhttp://127.0.0.1:2: connection refused\n');
});

test('what stops writing is told, and under --cron too; nobody is asked where nothing is new', async (t) => {
  const { run, webhook, makeDue } = await withLetter(t);
  const env = { PLEXSYNC_NOTIFY_URL: webhook.url, PLEX_TOKEN: 'another-token-1' };
  makeDue();
  await run(['process', '--cron'], { env });
  await run(['process', '--cron'], { env });
  assert.deepEqual(
    webhook.posted.map(({ body }) => [body['event'], body['message']]),
    [['stopped', 'Plex refuses the token. Next: plexsync stats']],
  );
});

test('without a target, or without --test, notify says what to set', async (t) => {
  const { run, dataDir } = await setup(t);
  assert.match((await run(['notify', '--test'])).stderr, /neither notify_url nor notify_command is set/);
  assert.match((await run(['notify'])).stderr, /Give --test/);
  assert.equal(existsSync(dataDir), false);
});

/** What happens while nobody looks: interrupted runs, cron over a bad day, a monitor that asks. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { PlexServer } from '../../../src/simulator/plex/server.ts';
import { parseExposition } from '../../helpers/exposition.ts';
import type { Rig } from '../../helpers/rig.ts';
import { setup } from '../../helpers/rig.ts';
import { BIN } from '../../helpers/start-bin.ts';
import { linesSeen, startAtTerminal } from '../../helpers/terminal.ts';

const ESC = '\u001b';

/** A rig with this many scenes that wait, and their items. */
async function backlog(t: TestContext, count: number): Promise<Rig & { keys: readonly string[] }> {
  const rig = await setup(t);
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  const keys = numbers.map((n) => rig.plex.addItem({ sectionKey: '1', file: `/media/${n}.mp4`, title: 'a' }));
  const scenes = numbers.map((n) => ({ scene_id: n, path: `/media/${n}.mp4`, title: `Along the mole, part ${n}` }));
  assert.equal((await rig.run(['enqueue', '-'], { input: JSON.stringify(scenes) })).code, 0);
  return { ...rig, keys };
}

/** Calls `then` while Plex is at its `nth` edit from now on. */
function atEdit(plex: PlexServer, nth: number, then: () => void): void {
  let edits = 0;
  plex.normaliseOnEdit((_field, value) => {
    edits += 1;
    if (edits === nth) then();
    return value;
  });
}

/** The counts that the live line showed, in order: how many were done, of how many. */
function countsShown(sent: string): readonly (readonly [done: number, total: number])[] {
  return [...sent.matchAll(/(\d+)\/(\d+) {2}/g)].map(([, done, total]) => [Number(done), Number(total)] as const);
}

test('“It was interrupted twice”: a backlog of 300 ends where it should, with each item written once', async (t) => {
  const { plex, run, start, keys, env, sql } = await backlog(t, 300);
  // Long enough for the live line to be drawn more than once.
  plex.setLatency(5);
  const left = (): number => sql('SELECT 1 FROM jobs').length;
  const processing = `'${process.execPath}' '${BIN}' process`;

  const first = startAtTerminal(processing, { columns: 80, rows: 24, env });
  atEdit(plex, 130, () => first.type('\u0003'));
  const interrupted = await first.ended;
  assert.equal(interrupted.code, 130, interrupted.sent);
  const done = 300 - left();
  assert.ok(done >= 130 && done < 300, `${done} done`);
  assert.deepEqual(sql(`SELECT 1 FROM jobs WHERE state <> 'pending'`), []);

  const running = start(['process']);
  atEdit(plex, 60, () => running.kill('SIGKILL'));
  const killed = await running.ended;
  assert.equal(killed.signal, 'SIGKILL');
  assert.ok(!(killed.stdout + killed.stderr).includes(ESC), 'no escape on a pipe');
  const doneThen = 300 - left();

  plex.normaliseOnEdit(undefined);
  const last = startAtTerminal(processing, { columns: 40, rows: 24, env });
  const ended = await last.ended;
  assert.equal(ended.code, 0, ended.sent);
  assert.equal(left(), 0);
  assert.deepEqual(
    keys.map((key) => plex.item(key)?.title),
    keys.map((_key, index) => `Along the mole, part ${index + 1}`),
  );
  const edited = plex.requests
    .filter(({ route }) => route === 'edit')
    .map(({ query }) => query.find(([name]) => name === 'id')?.[1]);
  assert.deepEqual([edited.length, new Set(edited).size], [300, 300]);
  assert.match((await run(['stats'])).stdout, /^completed\t300$/m);

  for (const [{ sent }, columns, from] of [
    [interrupted, 80, 0],
    [ended, 40, doneThen],
  ] as const) {
    const counts = countsShown(sent);
    assert.ok(counts.length > 1, sent);
    assert.ok(
      counts.every(([, total]) => total === 300),
      JSON.stringify(counts),
    );
    assert.equal(counts[0]?.[0], from);
    assert.deepEqual(
      counts,
      counts.toSorted(([a], [b]) => a - b),
    );
    assert.ok(
      liveLines(sent).every((line) => line.length < columns),
      `a live line wraps at ${columns}`,
    );
    const standing = linesSeen(sent, columns).join('\n');
    assert.doesNotMatch(standing, /\d+\/300 /);
    assert.match(standing, /Queue processing (complete|stopped|interrupted)/);
  }
});

/** Every live line as it was drawn, without what moves the cursor. */
function liveLines(sent: string): readonly string[] {
  return sent.split(new RegExp(`\\r|\\n|${ESC}\\[[0-9;?]*[A-Za-z]`, 'g')).filter((line) => /\d+\/300/.test(line));
}

const START = Date.UTC(2026, 2, 1);
const MINUTE_MS = 60_000;

test('“Cron runs it all day”: a mail comes for what needs a person, once', async (t) => {
  let now = START;
  const { plex, run, sql } = await setup(t, { now: () => now });
  const keys: string[] = [];
  let token = plex.token;
  const at = (when = now): Record<string, string> => ({
    PLEXSYNC_TEST_NOW: new Date(when).toISOString(),
    PLEX_TOKEN: token,
  });
  const enqueue = async (title = 'Tide'): Promise<void> => {
    const id = keys.length + 1;
    keys.push(plex.addItem({ sectionKey: '1', file: `/media/${id}.mp4`, title: 'a' }));
    const added = ['enqueue', String(id), '--path', `/media/${id}.mp4`, '--title', `${title} ${id}`];
    // Each process counts on from its own start: an edit of the same instant could lie in the future of the run.
    assert.equal((await run(added, { env: at(now - MINUTE_MS) })).code, 0);
  };
  let lift = (): void => undefined;
  const maintenance = (): void => {
    lift = plex.fail('all', { kind: 'status', status: 503 }, Number.POSITIVE_INFINITY);
  };
  const outage = (): void => {
    lift = plex.fail('all', { kind: 'drop' }, Number.POSITIVE_INFINITY);
  };
  const day: Readonly<Record<string, () => void>> = {
    '02:00': maintenance,
    '02:40': () => lift(),
    '05:00': outage,
    '08:00': () => lift(),
    '11:00': () => plex.setToken('a-token-of-another-year'),
    '17:00': () => {
      token = plex.token;
    },
    '20:00': () => void plex.fail('edit', { kind: 'status', status: 400 }),
  };
  const editsAt = ['00:00', '02:00', '02:20', '05:00', '07:00', '11:00', '14:00', '20:00', '22:00'];
  // Where nothing can happen, one run an hour is as good as six.
  const isQuiet = (clock: string): boolean =>
    clock < '02:00' || clock > '20:30' || /^(03|04|09|10|13|14|15|18|19)/.test(clock);
  const mails: string[] = [];
  for (; now < START + 24 * 60 * MINUTE_MS; now += 10 * MINUTE_MS) {
    const clock = new Date(now).toISOString().slice(11, 16);
    day[clock]?.();
    if (editsAt.includes(clock)) await enqueue();
    if (isQuiet(clock) && !clock.endsWith(':00')) continue;
    const { code, stdout, stderr } = await run(['process', '--cron'], { env: at() });
    if (code !== 0 || stdout + stderr !== '') mails.push(`${clock} exit ${code}: ${stdout}${stderr}`);
  }
  assert.deepEqual(
    // Whether the hour is over at 06:00 or only at the next run hangs on the milliseconds of the first one.
    mails.map((mail) => mail.slice(0, 12).replace('06:10', '06:00')),
    ['06:00 exit 4', '11:00 exit 3', '20:00 exit 1'],
    mails.join('\n'),
  );
  assert.match(mails[0] ?? '', /Plex/);
  assert.match(mails[1] ?? '', /token/);
  assert.match(mails[2] ?? '', /400/);
  assert.ok(mails.every((mail) => !mail.includes(token)));
  assert.deepEqual(sql('SELECT 1 FROM jobs'), []);
  const dead = sql('SELECT scene_id FROM dead_letters', 'dlq.db').map(({ scene_id }) => Number(scene_id));
  assert.deepEqual(dead, [editsAt.indexOf('20:00') + 1]);
  for (const [index, key] of keys.entries())
    if (!dead.includes(index + 1)) assert.equal(plex.item(key)?.title, `Tide ${index + 1}`);
});

test('“Tell me when it is dead”: a monitor reports silence, age, outage and letters, each in one line', async (t) => {
  let now = START;
  const { plex, run, dir } = await setup(t, { now: () => now });
  const at = async (...args: string[]) => {
    now += 10_000;
    return await run(args, { env: { PLEXSYNC_TEST_NOW: new Date(now).toISOString() } });
  };
  const file = join(dir, 'plexsync.prom');
  const check = async (...bounds: string[]): Promise<string> => {
    const { code, stdout, stderr } = await at('stats', '--check', ...bounds);
    const [wrong, right] = [code === 1 && stdout === '', code === 0 && stderr === ''];
    assert.ok(wrong || right, `${code} ${stdout} ${stderr}`);
    assert.match(stdout + stderr, /^[^\n]+\n$/);
    return stdout + stderr;
  };
  const metric = async (name: string): Promise<number | undefined> => {
    assert.equal((await at('stats', '--metrics-file', file, '--quiet')).code, 0);
    return parseExposition(readFileSync(file, 'utf8')).get(name)?.samples.get('[]');
  };
  const assertAbout = async (name: string, ms: number): Promise<void> => {
    const value = (await metric(name)) ?? 0;
    assert.ok(value * 1000 >= ms && value * 1000 < ms + 5 * MINUTE_MS, `${name} ${value}`);
  };
  plex.addItem({ sectionKey: '1', file: '/media/1.mp4', title: 'a' });
  await at('enqueue', '1', '--path', '/media/1.mp4', '--title', 'Tide');
  await at('process');
  assert.equal(await check(), 'ok: nothing needs you, and every bound holds\n');
  await assertAbout('plexsync_last_success_timestamp_seconds', START);

  // Cron has died: nobody runs, and nobody would know.
  await at('enqueue', '1', '--title', 'Ebb');
  now += 181 * MINUTE_MS;
  assert.match(await check('--max-age', '2h'), /^plexsync: the oldest job has waited for 3h/);
  assert.equal(await check('--max-age', '4h'), 'ok: nothing needs you, and every bound holds\n');
  assert.match(await check('--max-silence', '2h'), /^plexsync: no run .*3h/);

  const lift = plex.fail('all', { kind: 'drop' }, Number.POSITIVE_INFINITY);
  assert.equal((await at('process')).code, 4);
  now += 91 * MINUTE_MS;
  assert.equal((await at('process')).code, 4);
  assert.match(await check('--max-outage', '1h'), /^plexsync: the server has been away for 1h 3\dm/);
  await assertAbout('plexsync_outage_start_timestamp_seconds', START + 181 * MINUTE_MS);
  lift();
  now += 2 * MINUTE_MS;
  plex.fail('edit', { kind: 'status', status: 400 });
  assert.equal((await at('process')).code, 1);
  assert.match(await check(), /^plexsync: 1 dead letter/);
  assert.match(await check('--max-dead', '1'), /^ok: every bound holds; for you to look at: 1 dead letter \(/);
  assert.equal(await metric('plexsync_dead_letters'), 1);
});

test('a night in which many files are gone is a mail of 20 lines at the most, with how many there are', async (t) => {
  const { run, sql } = await setup(t);
  const scenes = Array.from({ length: 60 }, (_, index) => ({
    scene_id: index + 1,
    path: `/media/gone/${index}.mp4`,
    title: 'Gone',
  }));
  await run(['enqueue', '-'], { input: scenes.map((scene) => JSON.stringify(scene)).join('\n') });
  await run(['process']);
  sql('UPDATE jobs SET misses = 12, available_at = 0');
  const { code, stdout, stderr } = await run(['process', '--cron']);
  assert.equal(code, 1);
  assert.equal(stdout, '');
  assert.ok(stderr.trimEnd().split('\n').length <= 20, stderr);
  assert.match(
    stderr,
    /… and 55 more: dead letters of type PlexNotFound\. See: plexsync dlq list --error-type PlexNotFound/,
  );
});

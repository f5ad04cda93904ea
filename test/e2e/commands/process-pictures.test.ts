/** Pictures from the command line: what a person decides, sees and is asked. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { startStashServer } from '../../../src/simulator/stash/server.ts';
import { picture, sha1 } from '../../helpers/pictures.ts';
import { setup } from '../../helpers/rig.ts';
import { BIN } from '../../helpers/start-bin.ts';
import { startAtTerminal } from '../../helpers/terminal.ts';

const COVER = picture('a pier', { bytes: 312_000 });

/** Two scenes with a picture each, and their items. */
async function harbour(t: TestContext) {
  const stash = await startStashServer({ apiKey: 'lantern-key-1234567890' });
  t.after(() => stash.close());
  const rig = await setup(t);
  const env = { STASH_URL: stash.url, STASH_API_KEY: stash.apiKey ?? '' };
  const run: typeof rig.run = async (args, more = {}) => await rig.run(args, { ...more, env: { ...env, ...more.env } });
  const add = (name: string, cover: Buffer) => {
    const item = rig.plex.addItem({ sectionKey: '1', file: `/media/${name}.mp4` });
    return { item, id: String(stash.addScene({ title: name, files: [`/media/${name}.mp4`], cover })) };
  };
  const [pier, quay] = [add('pier', COVER), add('quay', picture('a quay'))];
  await run(['enqueue', pier.id, quay.id]);
  const poster = (item: string) => rig.plex.item(item)?.selectedPoster;
  /** Answers the question of a command with No, and returns the screen. */
  const ask = async (args: string, more: Readonly<Record<string, string>> = {}): Promise<string> => {
    const { PATH = '' } = process.env;
    const there = { ...env, ...rig.env, ...more, PATH };
    const session = startAtTerminal(`${process.execPath} ${BIN} ${args}`, { columns: 300, rows: 40, env: there });
    await session.see('[y/N]');
    session.type('\r');
    return (await session.ended).sent;
  };
  return { ...rig, run, stash, pier, quay, poster, ask };
}

test('undecided, a run writes text alone and says in one line how many pictures would come', async (t) => {
  const { run, pier, poster, plex } = await harbour(t);
  const { code, stderr } = await run(['process']);
  assert.equal(code, 0, stderr);
  assert.match(
    stderr,
    /2 scenes of this run have a picture that was not written \(about 600 kB in all\): set sync_poster to true to write pictures, or to false/,
  );
  assert.equal(stderr.match(/sync_poster/g)?.length, 1);
  assert.match(poster(pier.item) ?? '', /^media:/);
  assert.equal(plex.count('posters'), 0);
});

test('a decision, cron, quiet and JSON keep the line away, and JSON has it as keys', async (t) => {
  for (const [flags, env] of [
    [['--cron'], {}],
    [['--quiet'], {}],
    [['--no-sync-poster'], {}],
    [[], { PLEXSYNC_SYNC_MASTER: 'false' }],
  ] as const) {
    const { run } = await harbour(t);
    const { stdout, stderr } = await run(['process', ...flags], { env });
    assert.doesNotMatch(stdout + stderr, /picture/, flags.join());
  }
  const { run } = await harbour(t);
  const { stdout, stderr } = await run(['process', '--json']);
  assert.doesNotMatch(stderr, /sync_poster/);
  const summary: unknown = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  assert.deepEqual((summary as { pictures: unknown }).pictures, {
    written: 0,
    left: 0,
    awaiting: { count: 2, bytes: 600_000 },
  });
});

test('with sync_poster the pictures are written, counted and told, and a dry run said so before', async (t) => {
  const { run, pier, quay, poster } = await harbour(t);
  const dry = await run(['process', '--dry-run', '--sync-poster']);
  assert.match(dry.stdout, /poster {6}uploaded \(312 kB\)/);
  assert.match(dry.stdout, /^Dry run, nothing was written: 2 would be written\nPictures: 2 would be written$/m);
  const { code, stdout, stderr } = await run(['process', '--sync-poster']);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /Uploaded the poster \(312 kB\)/);
  assert.match(stdout, /^Pictures: 2 written$/m);
  assert.deepEqual(
    [pier, quay].map(({ item }) => poster(item)?.startsWith('upload://posters/')),
    [true, true],
  );
  assert.equal(poster(pier.item), `upload://posters/${sha1(COVER)}`);
});

test('a picture that cannot be used ends in exit 1, one sentence and a letter for it alone; the text is written', async (t) => {
  const { run, pier, plex, stash } = await harbour(t);
  stash.setCover(Number(pier.id), Buffer.from('<html><body>Sign in</body></html>'));
  const dry = await run(['process', '--sync-poster', '--dry-run']);
  assert.match(
    dry.stdout,
    /: 1 would be written, 1 already right, 1 of these but for a picture\nPictures: 1 would be written$/m,
  );
  const { code, stdout, stderr } = await run(['process', '--sync-poster']);
  assert.equal(code, 1, stderr);
  assert.match(stdout, /Processed: 2, Failed: 1/);
  assert.match(stderr, /Job 1 completed but for its pictures\n.*Job 1 permanent failure, moving to DLQ/);
  assert.equal(plex.item(pier.item)?.title, 'pier');
  assert.match(stderr, /permanent failure, moving to DLQ: .*HTML page/);
  const { stdout: letters } = await run(['dlq', 'list', '--json']);
  assert.deepEqual(
    (JSON.parse(letters) as { scene_id: number; error_type: string }[]).map((each) => [each.scene_id, each.error_type]),
    [[Number(pier.id), 'PictureUnusable']],
  );
});

test('a job that only waits for its picture is shown as such', async (t) => {
  const { run, pier, plex } = await harbour(t);
  await run(['process', '--sync-poster', '--limit', '1']);
  plex.fail('posters', { kind: 'status', status: 500 }, Number.POSITIVE_INFINITY);
  assert.equal((await run(['process', '--sync-poster'])).code, 1);
  const { stdout } = await run(['queue', 'list', '--json', '--state', 'pictures']);
  assert.equal((JSON.parse(stdout) as unknown[]).length, 1);
  const status = await run(['status', pier.id === '1' ? '2' : '1']);
  assert.match(status.stdout, /all but its pictures is written, next try/);
});

test('turning pictures on brings none by itself; reconcile --pictures tells how many come, and asks first', async (t) => {
  const { run, sql, stash, pier, quay, poster, ask } = await harbour(t);
  await run(['process', '--no-sync-poster']);
  assert.equal((await run(['reconcile', '--sync-poster', '--yes'])).code, 0);
  assert.deepEqual(sql('SELECT * FROM jobs'), []);
  const undecided = await run(['reconcile', '--pictures', '--yes']);
  assert.deepEqual([undecided.code, /sync_poster is not true/.test(undecided.stderr)], [2, true]);

  assert.match(
    await ask('reconcile --pictures --sync-poster'),
    /Put 2 scenes into the queue of .* with up to 2 pictures, about 600 kB in all \(Stash/,
  );
  assert.deepEqual(sql('SELECT * FROM jobs'), []);
  const dry = await run(['reconcile', '--pictures', '--sync-poster', '--dry-run', '--json']);
  assert.deepEqual((JSON.parse(dry.stdout) as { pictures: unknown }).pictures, { count: 2, bytes: 600_000 });
  await run(['reconcile', '--pictures', '--sync-poster', '--yes']);
  assert.equal((await run(['process', '--sync-poster'])).code, 0);
  assert.ok([pier, quay].every(({ item }) => poster(item)?.startsWith('upload://')));

  assert.match((await run(['reconcile', '--pictures', '--sync-poster', '--yes'])).stdout, /nothing to do/);
  stash.addScene({ title: 'mole', files: ['/media/mole.mp4'] });
  const question = await ask('enqueue --all', { PLEXSYNC_SYNC_POSTER: 'true' });
  assert.match(question, /Put 3 scenes of Stash .* with up to 1 picture, about \d+ kB in all\?/);
  assert.doesNotMatch(await ask('enqueue --all'), /picture/);
});

test('a picture that is given by hand while pictures are turned off is not dropped without a word', async (t) => {
  const { run, pier, stash } = await harbour(t);
  await run(['process']);
  const given = ['enqueue', pier.id, '--title', 'Pier', '--poster', `${stash.url}/scene/${pier.id}/screenshot`];
  await run(given);
  const off = ['process', '--no-sync-poster'];
  const told = await run(off);
  const words =
    /^\[PlexSync\] 1 scene of this run names a picture by hand, and it was not written, since pictures are turned off/m;
  assert.match(told.stderr, words);
  await run(given);
  const { stdout } = await run([...off, '--json']);
  const summary = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as { pictures: Record<string, unknown> };
  assert.deepEqual(summary.pictures, { written: 0, left: 0, given_and_left: 1 });
  await run(given);
  assert.doesNotMatch((await run(['process', '--sync-poster'])).stderr, /by hand/);
});

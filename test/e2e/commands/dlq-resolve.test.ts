import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { Rig } from '../../helpers/rig.ts';
import { setup } from '../../helpers/rig.ts';
import { scratchDirOnDisk } from '../../helpers/scratch.ts';
import { BIN } from '../../helpers/start-bin.ts';
import type { Session, Size } from '../../helpers/terminal.ts';
import { linesSeen, startAtTerminal } from '../../helpers/terminal.ts';

/** The newest letters come first: 20 is a PictureUnusable, 19 a NoFilePath, and so on. */
const KINDS = ['PlexNotFound', 'LowConfidenceMatch', 'PlexPermanentError', 'NoFilePath', 'PictureUnusable'] as const;
const EACH = 4;

/** Dead letters 1 to 20 of scenes 1 to 20, four of each of five kinds; those that lack proof have two candidates. */
async function twenty(t: TestContext): Promise<Rig> {
  const rig = await setup(t);
  const { run, sql, plex } = rig;
  plex.addItem({ sectionKey: '1', file: '/media/known.mp4' });
  await run(['enqueue', '1000', '--path', '/media/known.mp4', '--title', 'Known']);
  assert.equal((await run(['process'])).code, 0);
  for (let id = 1; id <= KINDS.length * EACH; id += 1) {
    const kind = KINDS[(id - 1) % KINDS.length] ?? 'PlexNotFound';
    const choices =
      kind !== 'LowConfidenceMatch'
        ? []
        : ['north', 'south'].map((side) => {
            const file = `/media/${side}/${id}.mp4`;
            const title = `Quay of the ${side}`;
            return { rating_key: plex.addItem({ sectionKey: '1', file, title }), title, library: 'Adult', file };
          });
    const at = Date.now() - (30 - id) * 60_000;
    const stamps = { path: at, title: at };
    const data = { scene_id: id, path: `/data/quay/${id}.mp4`, title: `Harbour ${id}` };
    sql(
      `INSERT INTO dead_letters
        (job_id, job_key, scene_id, job_data, stamps, error_type, error_message, retry_count, failed_at, choices)
       VALUES (${id}, 'key-${id}', ${id}, '${JSON.stringify(data)}', '${JSON.stringify(stamps)}', '${kind}', 'What went wrong with the scene ${id}',
         0, '${new Date(at).toISOString()}', '${JSON.stringify(choices)}')`,
      'dlq.db',
    );
  }
  return rig;
}

const ids = ({ sql }: Rig): unknown[] =>
  sql('SELECT id FROM dead_letters ORDER BY id DESC', 'dlq.db').map((row) => row['id']);
const queued = ({ sql }: Rig): unknown[] =>
  sql('SELECT scene_id AS id FROM jobs ORDER BY id DESC').map((row) => row['id']);
const pinned = ({ sql }: Rig): unknown[] => sql('SELECT scene_id AS id FROM pins').map((row) => row['id']);

type Summary = {
  readonly letters: readonly { readonly id: number; readonly outcome: string }[];
  readonly next: unknown;
};

const lines = (...answers: readonly string[]): string => answers.map((answer) => `${answer}\n`).join('');

test('20 letters of five kinds are taken care of by a pipe, and the next run writes what was put back', async (t) => {
  const rig = await twenty(t);
  // 20 and all of its kind; 19 and all of its kind; 18, 17, 16; 13; 12; 11; 8, 7, 6, 3, 2, 1.
  const input = lines(
    'a',
    's',
    'a',
    'p',
    'y',
    'R',
    '1',
    'r',
    'x',
    '',
    '?',
    'p',
    '2',
    'r',
    'a',
    'n',
    's',
    'r',
    'r',
    's',
    '1',
    'p',
  );
  const { code, stdout, stderr } = await rig.run(['dlq', 'resolve'], { input });
  assert.equal(code, 0, stderr);
  assert.match(stderr, /^Dead letter 17 of scene 17 \(4 of 20\)\ntitle\tHarbour 17\npath\t\/data\/quay\/17\.mp4$/m);
  assert.match(stderr, /^reason\tWhat went wrong with the scene 17$/m);
  assert.match(stderr, /^helps\tPlex has files of that name/m);
  assert.match(stderr, /^1\t"Quay of the north" in Adult, item \d+: \/media\/north\/17\.mp4$/m);
  assert.match(stderr, /^1–2 pin, r retry, p purge, s skip, o open, a all 4 LowConfidenceMatch, q quit, \? help: 1$/m);
  assert.match(stderr, /^"x" is none of the keys\.$/m);
  assert.match(stderr, /^An empty answer is none of the keys\.$/m);
  assert.match(stderr, /^Scene 17 is pinned to item \d+ "Quay of the north" in library Adult, file/m);
  assert.match(stderr, /^Delete 4 dead letters \(NoFilePath\) from .* \(Plex server .*\) for good\?/m);
  assert.equal(stdout, 'Dead letters: 3 pinned, 5 retried, 6 purged, 6 skipped.\nNext: plexsync process\n');
  assert.deepEqual(ids(rig), [20, 15, 10, 8, 5, 3]);
  assert.deepEqual(pinned(rig), [2, 12, 17]);
  const drained = await rig.run(['process']);
  assert.match((await rig.run(['stats'])).stdout, /^completed\t4$/m, drained.stderr);
});

test('the end of the input stops, and what nobody decided about is untouched', async (t) => {
  const rig = await twenty(t);
  const before = [rig.sql('SELECT * FROM dead_letters', 'dlq.db'), rig.sql('SELECT * FROM jobs')];
  for (const input of ['', '?\n', 'a\n', 'a\np\n', 'a\np\nn\n', 'a\nq\n', 's\ns\nq\np\n']) {
    const { code, stdout, stderr } = await rig.run(['dlq', 'resolve'], { input });
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^Dead letters: (2 skipped, 18|20) left\.\n$/, input);
  }
  assert.deepEqual([rig.sql('SELECT * FROM dead_letters', 'dlq.db'), rig.sql('SELECT * FROM jobs')], before);
});

test('the filters of dlq list choose what is asked about, and --json sums up', async (t) => {
  const rig = await twenty(t);
  const resolve = async (...args: readonly string[]): Promise<Summary> => {
    const { code, stdout, stderr } = await rig.run(['dlq', 'resolve', '--json', ...args], { input: 's\np\nr\n' });
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout) as Summary;
  };
  const outcomes = ({ letters }: Summary): unknown => letters.map(({ id, outcome }) => [id, outcome]);
  assert.deepEqual(outcomes(await resolve('3', '7')), [
    [7, 'skipped'],
    [3, 'purged'],
  ]);
  const ofKind = await resolve('--error-type', 'PictureUnusable');
  assert.deepEqual(outcomes(ofKind), [
    [20, 'skipped'],
    [15, 'purged'],
    [10, 'retried'],
    [5, 'left'],
  ]);
  assert.equal(ofKind.next, 'plexsync process');
  assert.deepEqual(outcomes(await resolve('--scene', '99')), []);
  assert.deepEqual(ids(rig).length, 17);
});

test('what cannot be carried out for a letter leaves it, and the next line is for the next letter', async (t) => {
  const rig = await twenty(t);
  rig.plex.fail('sections', { kind: 'status', status: 503 }, 10);
  const { code, stdout, stderr } = await rig.run(['dlq', 'resolve', '17', '16', '15'], { input: lines('1', '1', 'p') });
  assert.equal(code, 4, stderr);
  assert.match(stderr, /^Not done: .*503.*\n {2}Check plex_url and that Plex runs, then try again\.$/m);
  assert.match(stderr, /^Not done: There is no candidate to pin\.$/m);
  assert.equal(stdout, 'Dead letters: 1 purged, 2 left.\n');
  assert.deepEqual([ids(rig).length, pinned(rig), queued(rig)], [19, [], []]);
});

test('a letter that is damaged can be purged or skipped', async (t) => {
  const rig = await twenty(t);
  rig.sql(`UPDATE dead_letters SET job_data = '[]' WHERE id IN (17, 16, 12)`, 'dlq.db');
  const chosen = ['dlq', 'resolve', '17', '16', '12'];
  const one = await rig.run(chosen, { input: lines('1', 'r', 'p') });
  assert.equal(one.code, 2);
  assert.match(one.stderr, /^Not done: It cannot be tried again: its job_data is no JSON object\. Mend it in dlq\.db/m);
  assert.equal(one.stdout, 'Dead letters: 1 purged, 2 left.\n');
  const all = await rig.run(['dlq', 'resolve', '--error-type', 'LowConfidenceMatch'], { input: lines('a', 'r') });
  assert.match(all.stderr, /^3 dead letters? put back|^2 dead letters put back into the queue\.$/m);
  assert.match(all.stderr, /^Dead letter 17 cannot be tried again: its job_data is no JSON object\.$/m);
  assert.equal(all.stdout, 'Dead letters: 2 retried, 1 left.\nNext: plexsync process\n');
});

test('dlq resolve says where there is nothing to decide, and refuses what cannot be meant', async (t) => {
  const rig = await setup(t);
  await rig.run(['enqueue', '1', '--path', '/media/1.mp4', '--title', 'Quay']);
  assert.deepEqual(await rig.run(['dlq', 'resolve']), {
    code: 0,
    signal: null,
    stdout: 'No dead letters.\n',
    stderr: '',
  });
  for (const [args, sentence] of [
    [['1', '--all'], /Give ids or filters, not both/],
    [['99'], /There is no dead letter 99/],
    [['--error-type', 'PlexNotFoud'], /Did you mean PlexNotFound\?/],
    [['--since', 'long'], /--since must be/],
  ] as const) {
    const { code, stdout, stderr } = await rig.run(['dlq', 'resolve', ...args], { input: 'p\n' });
    assert.deepEqual([code, stdout], [2, ''], stderr);
    assert.match(stderr, sentence);
  }
});

test('with --quiet a pipe hears nothing where all is well', async (t) => {
  const rig = await twenty(t);
  const quiet = await rig.run(['dlq', 'resolve', '--quiet'], { input: lines('p', 'x', '?', 'r') });
  assert.deepEqual(quiet, { code: 0, signal: null, stdout: '', stderr: '' });
  assert.deepEqual([ids(rig).length, queued(rig)], [18, [19]]);
});

test('a page opens in the browser by one word of a command line, and is said where nothing opens it', async (t) => {
  const rig = await twenty(t);
  const folder = scratchDirOnDisk(t);
  const opened = join(folder, 'opened');
  execFileSync('mkfifo', [opened]);
  await writeFile(join(folder, 'xdg-open'), `#!/bin/sh\necho "$#:$1" > '${opened}'\n`, { mode: 0o755 });
  const resolve = ['dlq', 'resolve', '17', '--stash-url', 'http://stash:9999/graphql'];
  const said = readFile(opened, 'utf8');
  const open = await rig.run(resolve, { input: lines('o', 's'), env: { PATH: folder } });
  assert.match(open.stderr, /^Open s Stash, 1 candidate 1, 2 candidate 2; any other key none: s$/m);
  assert.match(open.stderr, /^Opening http:\/\/stash:9999\/scenes\/17$/m);
  assert.equal(await said, '1:http://stash:9999/scenes/17\n');
  const without = await rig.run(resolve, { input: lines('o', '2', 'o', 'x', 's'), env: { PATH: '/nowhere' } });
  assert.match(without.stderr, /^No program here opens pages: http:.*%2Flibrary%2Fmetadata%2F9$/m);
  assert.equal(without.stdout, 'Dead letters: 1 skipped.\n');
});

test('a letter that goes while Plex is asked about its pin counts as gone, and an interrupted pin as undecided', async (t) => {
  const rig = await twenty(t);
  const meanwhile = Promise.withResolvers<void>();
  rig.plex.fail('item', { kind: 'late', after: meanwhile.promise });
  const asked = rig.plex.count('item');
  const pinning = rig.spawn(['dlq', 'resolve', '17', '--json'], { input: '1\n' });
  while (rig.plex.count('item') === asked) await new Promise((resolve) => setTimeout(resolve, 5));
  rig.sql('DELETE FROM dead_letters WHERE id = 17', 'dlq.db');
  meanwhile.resolve();
  const gone = await pinning;
  assert.equal(gone.code, 0, gone.stderr);
  assert.equal((JSON.parse(gone.stdout) as Summary).letters[0]?.outcome, 'gone');

  rig.plex.fail('sections', { kind: 'hang' });
  const interrupted = rig.start(['dlq', 'resolve', '12'], { input: '1\n' });
  await interrupted.says(/help: 1/);
  interrupted.kill('SIGTERM');
  const { code, stdout, stderr } = await interrupted.ended;
  assert.equal(code, 143);
  assert.equal(stdout, 'Dead letters: 1 left.\n');
  assert.doesNotMatch(stderr, /Not done/);
  assert.deepEqual(ids(rig).length, 19);
});

const DLQ = `${process.execPath} ${BIN} dlq`;
const RESOLVE = `${DLQ} resolve`;

function at(rig: Rig, { columns }: Pick<Size, 'columns'>, command = RESOLVE): Session {
  return startAtTerminal(command, { columns, rows: 24, env: rig.env });
}

/** Answers one question after another, each once it stands there. */
async function answer(session: Session, answers: readonly (readonly [seen: string, key: string])[]): Promise<void> {
  for (const [seen, key] of answers) {
    await session.see(seen);
    await session.see('help: ');
    session.type(key);
  }
}

test('at a terminal one key decides: 20 letters of five kinds, with what others do meanwhile', async (t) => {
  const rig = await twenty(t);
  const session = at(rig, { columns: 80 });
  await answer(session, [
    ['(1 of 20)', 's'],
    ['(2 of 20)', 'p'],
    ['(3 of 20)', 'r'],
    ['(4 of 20)', '2'],
  ]);
  await session.see('(5 of 20)');
  await session.see('help: ');
  rig.sql('DELETE FROM dead_letters WHERE id = 16', 'dlq.db');
  // As in a data directory that was restored: the same number, and another letter.
  rig.sql(`UPDATE dead_letters SET job_key = 'another' WHERE id = 15`, 'dlq.db');
  session.type('p');
  await session.see('Dead letter 16 is gone: another process took care of it meanwhile.');
  await session.see('Dead letter 15 is gone');
  await session.see('(7 of 20)');
  await session.see('help: ');
  rig.sql(`UPDATE dead_letters SET error_message = 'Another word' WHERE id = 14`, 'dlq.db');
  session.type('p');
  await session.see('Dead letter 14 was changed by another process meanwhile');
  await answer(session, [['(8 of 20)', 'x']]);
  await session.see('"x" is none of the keys.');
  await session.see('help: ');
  // Keys that come at once are not for letters that nobody has seen.
  session.type('ppp');
  await session.see('(9 of 20)');
  await session.see('help: ');
  session.type('a');
  await session.see('none of it: ');
  session.type('p');
  await session.see('[y/N] ');
  session.type('\r');
  await session.see('help: ');
  session.type('9');
  await session.see('Not done: There is no candidate 9.');
  await session.see('help: ');
  rig.plex.fail('sections', { kind: 'hang' });
  session.type('1');
  // What is under way is not waited for.
  await session.see('1\r\n');
  session.type('\u0003');
  const { code, sent } = await session.ended;
  assert.equal(code, 130, sent);
  assert.doesNotMatch(sent, /\(10 of 20\)|Not done: Plex/);
  const shown = linesSeen(sent, 80);
  assert.ok(shown.includes('Dead letters: 1 pinned, 1 retried, 2 purged, 1 skipped, 2 gone, 13 left.'), sent);
  assert.deepEqual([ids(rig).length, pinned(rig), queued(rig)], [15, [17], [18, 17]]);
});

test('40 columns hold it without a broken word, and Ctrl-C says what was done and leaves the terminal usable', async (t) => {
  const rig = await twenty(t);
  const session = at(
    rig,
    { columns: 40 },
    `sh -c '${RESOLVE} 2>${rig.dir}/err; echo unseen $?; ${RESOLVE}; echo ended with $?; stty -a; ${DLQ} list 3; ${DLQ} summary --scene 3'`,
  );
  await session.see('unseen 2');
  await session.see('? help: ');
  session.type('?');
  await session.see('what was done is done');
  await session.see('? help: ');
  session.type('p');
  await session.see('(2 of 20)');
  await session.see('? help: ');
  session.type('\u0003');
  const { sent } = await session.ended;
  const screen = sent.slice(sent.indexOf('unseen'), sent.indexOf('ended with'));
  for (const line of screen.split('\r\n')) assert.ok(line.length <= 40, line);
  assert.match(sent, /Dead letters: 1 purged, 19 left\.\r\nended with 130\r\n/);
  assert.match(sent, / icanon .* echo /s);
  assert.match(sent, /\n1 dead letter, newest first:\r\n/);
  assert.match(sent, /\n1 dead letter by error, /);
});

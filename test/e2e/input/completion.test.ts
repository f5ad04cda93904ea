/** What the completion offers out of a data directory, asked as the script of a shell asks it. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import type { Rig } from '../../helpers/rig.ts';
import { setup } from '../../helpers/rig.ts';
import { NO_HOME } from '../../helpers/scratch.ts';

const EVIL = `Pier "one": $(touch pwned) \`x\`;\n\t'two'\u001b[31m\u202e & \\done`;

/** Scene 1 is written, 2 is a dead letter, 3 waits, with a title that no shell may take at its word. */
async function setupCompletion(t: TestContext): Promise<Rig & { complete(line: string): Promise<readonly string[]> }> {
  const rig = await setup(t);
  const { run, plex, sql } = rig;
  for (const id of [1, 2, 3]) {
    await run(['enqueue', `${id}`, '--path', `/media/harbour ${id}.mp4`, '--title', `Harbour ${id}`]);
    if (id === 3) continue;
    plex.addItem({ sectionKey: '1', file: `/media/harbour ${id}.mp4` });
    if (id === 2) plex.fail('edit', { kind: 'status', status: 400 }, 3);
    await run(['process']);
  }
  const title = EVIL.replaceAll("'", "''");
  sql(`UPDATE jobs SET data = json_set(data, '$.title', '${title}')`);
  sql(`UPDATE dead_letters SET job_data = json_set(job_data, '$.title', '${title}')`, 'dlq.db');
  const complete = async (line: string): Promise<readonly string[]> => {
    const { code, stdout, stderr } = await run(['completion', '--line', 'fish', `plexsync ${line}`]);
    assert.deepEqual([code, stderr], [0, '']);
    return stdout.split('\n').slice(1, -1);
  };
  return { ...rig, complete };
}

const wordsOf = (lines: readonly string[]): readonly string[] => lines.map((line) => line.split('\t')[0] ?? '');

test('ids come with what they stand for, in one clean line each', async (t) => {
  const { complete } = await setupCompletion(t);
  const clean = `Pier "one": $(touch pwned) \`x\`; 'two' [31m  & \\…`;
  const [letter = '', ...more] = await complete('dlq show ');
  assert.equal(more.length, 0);
  assert.match(letter, /^1\tPier "one": \$\(touch pwned\) `x`; 'two' .*, PlexPermanentError$/);
  assert.doesNotMatch(letter.slice(2), /[\p{Cc}\u202e]/u, clean);
  assert.match((await complete('queue drop '))[0] ?? '', /^3\tPier "one".*, scene 3$/);
  assert.deepEqual(wordsOf(await complete('process --scene ')), ['3']);
  assert.deepEqual(wordsOf(await complete('dlq retry --scene ')), ['2']);
  assert.deepEqual(await complete('status 1'), ['1\tharbour 1.mp4, written']);
  assert.deepEqual(wordsOf(await complete('status ')).toSorted(), ['1', '2', '3']);
  assert.match((await complete('runs show '))[0] ?? '', /^2\tprocess, \d{4}-\d\d-\d\d \d\d:\d\d, 0 items$/);
  assert.match((await complete('undo --run '))[1] ?? '', /^1\tprocess, .*, 1 item$/);
  assert.deepEqual(wordsOf(await complete('undo --scene ')), ['1']);
  assert.deepEqual(wordsOf(await complete('undo --job ')), ['1']);
});

test('libraries, types of error and settings are offered by name', async (t) => {
  const { complete } = await setupCompletion(t);
  assert.deepEqual(await complete('--plex-library '), ['Adult']);
  assert.deepEqual(await complete('undo --library=a'), ['--library=Adult']);
  assert.equal((await complete('dlq list --error-type '))[0], 'PlexPermanentError\t1 dead letter');
  assert.deepEqual(await complete('dlq list --error-type LowC'), ['LowConfidenceMatch\tno dead letter']);
  assert.deepEqual(wordsOf(await complete('config set max_t')), ['max_tags']);
  assert.deepEqual(await complete('config set enabled '), ['true', 'false']);
  assert.deepEqual(await complete('config set clear_empty al'), ['always']);
  assert.deepEqual(await complete('config set max_removals '), ['off']);
  assert.deepEqual(await complete('config set plex_library '), ['Adult']);
  assert.deepEqual(await complete('config set plex_token '), []);
});

test('libraries that were listed are known before anything was written to them', async (t) => {
  const { run, complete, dataDir } = await setupCompletion(t);
  rmSync(join(dataDir, 'queue.db'));
  assert.deepEqual(await complete('--plex-library '), []);
  const scenes = Array.from({ length: 12 }, (_, at) => ({ scene_id: at + 20, path: `/media/${at}.mp4`, title: 'T' }));
  await run(['enqueue', '-'], { input: JSON.stringify(scenes) });
  await run(['process']);
  const before = bytesIn(dataDir);
  assert.deepEqual(await complete('--plex-library '), ['Adult']);
  assert.deepEqual(bytesIn(dataDir), before);
  const index = new Database(join(dataDir, 'index.db'));
  index.pragma('user_version = 999');
  index.close();
  assert.deepEqual(await complete('--plex-library '), []);
});

test('a name that a terminal would obey is not offered, and a letter that is damaged is', async (t) => {
  const { sql, complete, dataDir } = await setupCompletion(t);
  sql(`UPDATE scenes SET section_title = 'Adult' || char(27) || '[31m'`);
  assert.deepEqual(await complete('--plex-library '), []);
  const letters = new Database(join(dataDir, 'dlq.db'));
  letters.pragma('ignore_check_constraints = 1');
  letters.exec(`UPDATE dead_letters SET job_data = '{"title'`);
  letters.close();
  assert.deepEqual(await complete('dlq show '), ['1\tPlexPermanentError']);
  assert.deepEqual(await complete('dlq purge 1 '), []);
});

test('undone scenes, pins and the items of a letter are offered to those who take them', async (t) => {
  const { run, plex, sql, complete } = await setupCompletion(t);
  await run(['undo', '--scene', '1', '--yes']);
  assert.deepEqual(await complete('queue release '), ['1\tharbour 1.mp4, undone']);
  const item = plex.addItem({ sectionKey: '1', file: '/media/mole.mp4', title: 'Mole' });
  await run(['pin', '3', item]);
  assert.deepEqual(await complete('unpin '), ['3\tMole']);
  const choice = { rating_key: '77', title: 'Quay', library: 'Adult', file: '/media/quay.mp4' };
  sql(`UPDATE dead_letters SET choices = '${JSON.stringify([choice])}'`, 'dlq.db');
  assert.deepEqual(await complete('pin 2 '), ['77\tQuay, quay.mp4']);
  assert.deepEqual(await complete('pin 1 '), []);
});

test('of many ids those that begin as typed are found, however many there are', async (t) => {
  const { run, complete } = await setupCompletion(t);
  const scenes = Array.from({ length: 400 }, (_, at) => ({ scene_id: at + 100, title: 'T', path: '/media/t.mp4' }));
  await run(['enqueue', '-'], { input: JSON.stringify(scenes) });
  assert.equal((await complete('queue list --scene ')).length, 100);
  assert.deepEqual(wordsOf(await complete('queue list --scene 12')).length, 10);
  assert.deepEqual(wordsOf(await complete('queue list --scene 3')).length, 100);
  assert.ok(wordsOf(await complete('queue list --scene 3')).includes('399'));
  assert.deepEqual(wordsOf(await complete('process --scene 499,12')).slice(0, 2), ['499,129', '499,128']);
  for (const typed of ['0', 'x', '-1', '99999999999999999999']) {
    assert.deepEqual(await complete(`queue list --scene=${typed}`), [], typed);
  }
});

test('a data directory that cannot be read now is no reason for a word', async (t) => {
  const { complete, dataDir, dir } = await setupCompletion(t);
  const lines = ['dlq show ', 'queue drop ', 'status ', 'runs show ', 'undo --job ', 'pin 2 ', '--plex-library '];
  const whole = join(dir, 'whole');
  cpSync(dataDir, whole, { recursive: true });
  const each = async (what: string, spoil: (file: string) => undefined | (() => void)): Promise<void> => {
    const ends = ['queue.db', 'dlq.db', 'index.db'].map((name) => spoil(join(dataDir, name)));
    for (const line of lines) assert.deepEqual(await complete(line), [], `${what}: ${line}`);
    for (const end of ends) end?.();
    rmSync(dataDir, { recursive: true });
    cpSync(whole, dataDir, { recursive: true });
    assert.notDeepEqual(await complete('dlq show '), []);
  };
  await each('missing', (file) => void rmSync(file));
  await each('empty', (file) => void writeFileSync(file, ''));
  await each('damaged', (file) => void writeFileSync(file, 'no database '.repeat(1000)));
  await each('a folder', (file) => {
    rmSync(file);
    mkdirSync(file);
  });
  await each('a pipe', (file) => {
    rmSync(file);
    execFileSync('mkfifo', [file]);
    writeFileSync(`${file}-wal`, '');
  });
  const pragma = (text: string) => (file: string) => {
    const db = new Database(file);
    db.pragma(text);
    db.close();
    return undefined;
  };
  await each('newer', pragma('user_version = 999'));
  await each('older', pragma('user_version = 1'));
  await each('foreign', pragma('application_id = 1'));
  await each('locked', (file) => {
    const db = new Database(file);
    db.pragma('locking_mode = EXCLUSIVE');
    db.exec('BEGIN EXCLUSIVE');
    return () => void db.close();
  });
  rmSync(dataDir, { recursive: true });
  assert.deepEqual(await complete('dlq show '), []);
  assert.deepEqual(await complete('dlq show --data-dir= '), []);
});

/** The files of a folder, and what is in them. */
function bytesIn(folder: string): readonly (readonly [string, string])[] {
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map(({ name }) => [
    name,
    createHash('sha256')
      .update(readFileSync(join(folder, name)))
      .digest('hex'),
  ]);
}

test('asking changes nothing, asks no server and shows no token', async (t) => {
  const { complete, dataDir, plex, env } = await setupCompletion(t);
  writeFileSync(join(dataDir, 'config.json'), JSON.stringify({ plex_token: plex.token }));
  const before = bytesIn(dataDir);
  const asked = plex.count();
  for (const line of [
    'dlq show ',
    'status ',
    '--plex-token ',
    `--plex-token ${env['PLEX_TOKEN']} dlq `,
    'config set plex_token ',
  ])
    assert.ok(!(await complete(line)).join('\n').includes(plex.token), line);
  assert.equal(plex.count(), asked);
  assert.deepEqual(bytesIn(dataDir), before);
});

test('what a killed process left in the log of a database is read, and stays there', async (t) => {
  const { complete, dataDir, dir } = await setupCompletion(t);
  const left = join(dir, 'left');
  const db = new Database(join(dataDir, 'queue.db'));
  db.exec(`UPDATE jobs SET data = json_set(data, '$.title', 'Mole')`);
  cpSync(dataDir, left, { recursive: true, filter: (name) => !name.endsWith('-shm') });
  db.close();
  const before = bytesIn(left);
  assert.deepEqual(await complete(`-d ${left} queue drop `), ['3\tMole, scene 3']);
  assert.deepEqual(
    bytesIn(left).filter(([name]) => !name.endsWith('-shm')),
    before,
  );
});

test('the data directory is that of the line, in quotes or behind a tilde', async (t) => {
  const { complete, dataDir, run } = await setupCompletion(t);
  const elsewhere = { env: { PLEXSYNC_DATA_DIR: '/nowhere' } };
  for (const flag of [`-d ${dataDir}`, `--data-dir='${dataDir}'`, `--data-dir "${dataDir}"`]) {
    const line = `plexsync ${flag} dlq show `;
    const { stdout } = await run(['completion', '--line', 'fish', line], elsewhere);
    assert.match(stdout, /^words\n1\t/, flag);
  }
  assert.equal((await complete('-d /nowhere dlq show ')).length, 0);
  const link = `harbour-${process.pid}`;
  // On a fresh clone this may be the first test that needs it.
  mkdirSync(NO_HOME, { recursive: true });
  symlinkSync(dataDir, join(NO_HOME, link));
  t.after(() => rmSync(join(NO_HOME, link)));
  for (const home of ['~', '$HOME', `$\{HOME}`])
    assert.equal((await complete(`-d ${home}/${link} dlq show `)).length, 1, home);
});

test('bash is told to complete files where a redirection leads', async (t) => {
  const { run } = await setup(t);
  const { stdout } = await run(['completion', '--line', 'bash', 'plexsync stats > ou | less', '19', ' ']);
  assert.equal(stdout, 'files\n');
});

test('a script of no shell that is known gets nothing, and so does a line without a word', async (t) => {
  const { run } = await setup(t);
  for (const words of [['cmd', 'plexsync st'], ['fish', ''], ['fish'], [], ['bash', 'plexsync', 'x', '', '']]) {
    const { code, stdout, stderr } = await run(['completion', '--line', ...words]);
    assert.deepEqual([code, stdout, stderr], [0, '', ''], words.join());
  }
});

/** A dry run changes nothing, anywhere: whatever state it meets, the data directory stays as it was, byte for byte. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { startPlexServer } from '../../../src/simulator/plex/server.ts';
import { startStashServer } from '../../../src/simulator/stash/server.ts';
import type { Rig } from '../../helpers/rig.ts';
import { setup } from '../../helpers/rig.ts';

const FIXTURE = fileURLToPath(new URL('../../fixtures/data-dir-0.1.0', import.meta.url));

/** Every file with its mode and bytes, but for SQLite's own beside the databases. */
function contents(dir: string): Record<string, string> {
  const names = readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) => !/-(?:wal|shm)$/.test(name));
  return Object.fromEntries(
    names.toSorted().map((name) => {
      const path = join(dir, name);
      const { mode } = statSync(path);
      const bytes = statSync(path).isDirectory() ? '' : createHash('sha256').update(readFileSync(path)).digest('hex');
      return [name, `${mode} ${bytes}`];
    }),
  );
}

type State = {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly code: number;
  readonly says: RegExp;
};

const SCENES = JSON.stringify(
  [1, 2, 3].map((id) => ({ scene_id: id, path: `/media/${id}.mp4`, title: `Lighthouse ${id}`, tags: ['fog'] })),
);

async function enqueueThree({ plex, run }: Rig): Promise<void> {
  for (const id of [1, 2, 3]) plex.addItem({ sectionKey: '1', ratingKey: `${100 + id}`, file: `/media/${id}.mp4` });
  await run(['enqueue', '-'], { input: SCENES });
}

/** Three scenes written, one of them pinned, and three edits that wait. */
async function writeThree(rig: Rig): Promise<void> {
  await enqueueThree(rig);
  assert.equal((await rig.run(['process'])).code, 0);
  assert.equal((await rig.run(['pin', '3', '103'])).code, 0);
  await rig.run(['enqueue', '-'], { input: SCENES.replaceAll('fog', 'sea') });
}

const STATES: Readonly<Record<string, (rig: Rig, t: Parameters<typeof setup>[0]) => Promise<State>>> = {
  'a server that was never met': async (rig) => {
    await enqueueThree(rig);
    return { code: 0, says: /3 would be written/ };
  },
  'another server, to be adopted': async (rig, t) => {
    await writeThree(rig);
    const other = await startPlexServer({
      machineIdentifier: 'another-harbour',
      sections: [{ key: '1', title: 'Other', locations: ['/media'] }],
    });
    t.after(() => other.close());
    other.addItem({ sectionKey: '1', ratingKey: '103', file: '/media/1.mp4' });
    const env = { PLEX_URL: other.url };
    return { args: ['--adopt-server'], env, code: 0, says: /1 would be written, 2 not in Plex yet/ };
  },
  'another server, refused': async (rig, t) => {
    await writeThree(rig);
    const other = await startPlexServer({
      machineIdentifier: 'another-harbour',
      sections: [{ key: '1', title: 'Other' }],
    });
    t.after(() => other.close());
    return { env: { PLEX_URL: other.url }, code: 2, says: /belongs to the Plex server/ };
  },
  'leases of a dead run': async (rig) => {
    await writeThree(rig);
    assert.equal((await rig.spawn(['process'], { env: { PLEXSYNC_TEST_KILL_AT: 'written' } })).signal, 'SIGKILL');
    await rig.run(['enqueue', '9', '--path', '/media/9.mp4', '--title', 'Nine']);
    return { code: 0, says: /1 not in Plex yet\n3 jobs that another run has claimed were not looked at/ };
  },
  'a job that killed its process again and again': async (rig) => {
    await enqueueThree(rig);
    await rig.spawn(['process'], { env: { PLEXSYNC_TEST_KILL_AT: 'read' } });
    rig.sql('UPDATE jobs SET rescues = 5, lone_losses = 4, lease_alone = 1');
    return { code: 0, says: /3 jobs that another run has claimed were not looked at/ };
  },
  'a token that is refused': async (rig) => {
    await writeThree(rig);
    return { env: { PLEX_TOKEN: 'some-other-token' }, code: 3, says: /Unauthorized/ };
  },
  'a token whose refusal is remembered': async (rig) => {
    await writeThree(rig);
    const env = { PLEX_TOKEN: 'some-other-token' };
    assert.equal((await rig.run(['process'], { env })).code, 3);
    return { env, code: 3, says: /was not asked again/ };
  },
  'an outage of Plex': async (rig) => {
    await writeThree(rig);
    await rig.plex.close();
    return { code: 4, says: /Plex server is down/ };
  },
  'an outage of Stash': async (rig, t) => {
    await writeThree(rig);
    const stash = await startStashServer({});
    await stash.close();
    t.after(() => undefined);
    await rig.run(['enqueue', '1', '2', '7']);
    return { env: { STASH_URL: stash.url }, code: 4, says: /Stash is down/ };
  },
  'a pin whose file has another item now': async (rig) => {
    await writeThree(rig);
    rig.plex.removeItem('103');
    rig.plex.addItem({ sectionKey: '1', ratingKey: '203', file: '/media/3.mp4' });
    return { code: 0, says: /Scene 3 would be written to item 203/ };
  },
  'an older schema': (rig) => {
    rmSync(rig.dataDir, { recursive: true, force: true });
    mkdirSync(rig.dataDir, { mode: 0o700 });
    for (const file of ['queue.db', 'dlq.db']) cpSync(join(FIXTURE, file), join(rig.dataDir, file));
    rig.sql(`UPDATE jobs SET state = 'pending', lease_owner = NULL, lease_expires_at = NULL, available_at = 0`);
    return Promise.resolve({ args: ['--adopt-server'], code: 0, says: /2 not in Plex yet/ });
  },
  'an older schema with a log that a killed run has left': (rig) => {
    rmSync(rig.dataDir, { recursive: true, force: true });
    mkdirSync(rig.dataDir, { mode: 0o700 });
    for (const file of ['queue.db', 'dlq.db']) cpSync(join(FIXTURE, file), join(rig.dataDir, file));
    const wal = join(rig.dir, 'wal');
    mkdirSync(wal);
    const db = new Database(join(rig.dataDir, 'queue.db'));
    db.pragma('journal_mode = WAL');
    db.exec(`UPDATE jobs SET state = 'pending', lease_owner = NULL, lease_expires_at = NULL, available_at = 0`);
    for (const end of ['', '-wal']) cpSync(join(rig.dataDir, `queue.db${end}`), join(wal, `queue.db${end}`));
    db.close();
    for (const end of ['', '-wal']) cpSync(join(wal, `queue.db${end}`), join(rig.dataDir, `queue.db${end}`));
    return Promise.resolve({ args: ['--adopt-server'], code: 0, says: /2 not in Plex yet/ });
  },
  'letters past their time, and a letter that a token would revive': async (rig) => {
    await writeThree(rig);
    rig.plex.fail('edit', { kind: 'status', status: 401 });
    assert.equal((await rig.run(['process', '--limit', '1'])).code, 3);
    rig.sql(`UPDATE dead_letters SET failed_at = '2020-01-01T00:00:00.000Z'`, 'dlq.db');
    rig.sql(`DELETE FROM meta WHERE name = 'refused_token'`);
    return { code: 0, says: /would be written/ };
  },
};

for (const [what, arrange] of Object.entries(STATES)) {
  test(`a dry run over ${what} leaves the data directory as it was`, async (t) => {
    const rig = await setup(t);
    const { args = [], env = {}, code, says } = await arrange(rig, t);
    const before = contents(rig.dataDir);
    const edits = rig.plex.count('edit');
    for (const more of [[], ['--json']]) {
      const result = await rig.run(['process', '--dry-run', ...args, ...more], { env });
      assert.equal(result.code, code, result.stderr);
      if (more.length === 0) assert.match(result.stdout + result.stderr, says);
      assert.deepEqual(contents(rig.dataDir), before);
    }
    assert.equal(rig.plex.count('edit'), edits);
  });
}

test('a dry run tells of two scenes that meet on one item as the real run does', async (t) => {
  const rig = await setup(t);
  rig.plex.addItem({ sectionKey: '1', ratingKey: '101', file: ['/media/a.mp4', '/media/b.mp4'] });
  const scenes = ['a', 'b'].map((name, index) => ({
    scene_id: index + 1,
    path: `/media/${name}.mp4`,
    title: `Pier ${name}`,
  }));
  await rig.run(['enqueue', '-'], { input: JSON.stringify(scenes) });
  const dry = await rig.run(['process', '--dry-run']);
  assert.match(dry.stdout, /^Scene 2: Plex item 101 .* already belongs to scene 1/m);
  assert.match(dry.stdout, /1 would be written, 1 would fail$/m);
  const { stderr } = await rig.run(['process']);
  assert.match(stderr, /Plex item 101 .* already belongs to scene 1/);
});

test('a dry run looks on while another run is draining', async (t) => {
  const rig = await setup(t);
  await enqueueThree(rig);
  rig.sql(`UPDATE jobs SET state = 'in_progress', lease_owner = 'another', lease_expires_at = 9e15 WHERE scene_id = 1`);
  const { code, stdout } = await rig.run(['process', '--dry-run']);
  assert.equal(code, 0);
  assert.match(stdout, /2 would be written\n1 job that another run has claimed was not looked at$/m);
});

for (const args of [
  ['dlq', 'retry', '--all'],
  ['dlq', 'purge', '--all'],
  ['queue', 'drop', '--all'],
  ['reconcile', '--allow-removals'],
]) {
  for (const what of [
    'leases of a dead run',
    'an older schema',
    'an older schema with a log that a killed run has left',
  ]) {
    test(`${args.join(' ')} --dry-run over ${what} leaves the data directory as it was`, async (t) => {
      const rig = await setup(t);
      await STATES[what]?.(rig, t);
      const stash = await startStashServer({});
      t.after(() => stash.close());
      stash.addScene({ id: 1, title: 'Lighthouse 1', files: ['/media/1.mp4'] });
      const before = contents(rig.dataDir);
      const result = await rig.run([...args, '--dry-run'], { env: { STASH_URL: stash.url } });
      const known = /none of the .* scenes that were written|belongs to the Plex server/;
      assert.ok(result.code === 0 || known.test(result.stderr), result.stderr);
      assert.deepEqual(contents(rig.dataDir), before);
    });
  }
}

/** From an edit in Stash to a job in the queue, with the plugin as it is installed. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Rig } from '../../helpers/rig.ts';
import { setup as setupRig } from '../../helpers/rig.ts';
import type { Result } from '../../helpers/run-main.ts';

const COOKIE = 'harbour-session-cookie';

function hook(id: number, type = 'Scene.Update.Post', more: object = {}): string {
  return withSession({ hookContext: { id, type, input: null, ...more } });
}

function withSession(args: object): string {
  const connection = { Scheme: 'http', Host: '0.0.0.0', SessionCookie: { Name: 'session', Value: COOKIE } };
  return JSON.stringify({ server_connection: connection, args });
}

type World = Rig & {
  readonly pluginsDir: string;
  readonly manifest: string;
  install(...more: readonly string[]): Promise<Result>;
  /** Starts what the manifest says, as Stash does. */
  trigger(input: string, afterMs?: number): Promise<Result>;
  /** Starts a task, with what the manifest adds to its command. */
  press(mode: string): Promise<Result>;
};

async function setup(t: TestContext): Promise<World> {
  const rig = await setupRig(t);
  const pluginsDir = join(rig.dir, 'stash', 'plugins');
  mkdirSync(pluginsDir, { recursive: true });
  const manifest = join(pluginsDir, 'plexsync', 'plexsync.yml');
  return {
    ...rig,
    pluginsDir,
    manifest,
    install: async (...more) => await rig.run(['plugin', 'install', '--plugins-dir', pluginsDir, '--yes', ...more]),
    trigger: async (input, afterMs = 0) => await start(commandOf(manifest), input, afterMs),
    press: async (mode) => {
      const command = [...commandOf(manifest), ...taskWordsOf(manifest, mode)];
      return await start(command, withSession({ mode }), 0);
    },
  };
}

function commandOf(manifest: string): readonly string[] {
  const words = /^exec:\n((?: {2}- .*\n)+)/m.exec(readFileSync(manifest, 'utf8'))?.[1] ?? '';
  return words
    .trimEnd()
    .split('\n')
    .map((line, index) => {
      const word = JSON.parse(line.slice(4)) as string;
      return index === 0 ? word : word.replace('{pluginDir}', join(manifest, '..'));
    });
}

function taskWordsOf(manifest: string, mode: string): readonly string[] {
  const tasks = readFileSync(manifest, 'utf8').split('\n  - name: ');
  const task = tasks.find((text) => text.includes(`      mode: ${mode}\n`)) ?? '';
  return (/ {4}execArgs:\n((?: {6}- .*\n)+)/.exec(task)?.[1] ?? '').split('\n').flatMap((line) => line.slice(8) || []);
}

async function start([program = '', ...args]: readonly string[], input: string, afterMs: number): Promise<Result> {
  const child = spawn(program, args, { env: { PATH: process.env['PATH'] ?? '' }, cwd: '/' });
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text));
  child.stdin.on('error', () => undefined);
  const closed = once(child, 'close');
  await sleep(afterMs);
  child.stdin.end(input);
  const [code, signal] = (await closed) as [number | null, NodeJS.Signals | null];
  return { code, signal, ...said };
}

function spooled(world: World): readonly string[] {
  return readdirSync(join(world.dataDir, 'spool', 'new'));
}

const scenes = (world: World): unknown =>
  world.sql('SELECT scene_id FROM jobs ORDER BY scene_id').map((row) => row['scene_id']);

test('an edit in Stash waits in the spool, becomes a job at the next run, and leaves nothing of its session', async (t) => {
  const world = await setup(t);
  assert.equal((await world.install()).code, 0);
  const before = await world.run(['plugin', 'status']);
  assert.equal(before.code, 1);
  assert.match(before.stderr, /Nothing has come from Stash yet. Reload the plugins there/);
  const told = await world.trigger(hook(123));
  assert.deepEqual([told.code, told.stdout], [0, '']);
  assert.equal(told.stderr, '\u0001i\u0002[PlexSync Hook] Event kept for the next run of plexsync\n');
  await world.trigger(hook(0));
  const run = await world.run(['process']);
  assert.equal(run.code, 0);
  assert.match(run.stderr, /^\[PlexSync Hook\] Enqueued sync job for scene 123 in \d+\.\dms$/m);
  assert.match(
    run.stderr,
    /^\[PlexSync Hook\] What Stash left as .* cannot be used: it names no scene\. It is in spool\/bad now/m,
  );
  assert.match(run.stdout, /Held \(no_stash\): 1/);
  assert.deepEqual([scenes(world), spooled(world)], [[123], []]);
  const after = await world.run(['plugin', 'status', '--json']);
  const status = JSON.parse(after.stdout) as Record<string, unknown>;
  assert.deepEqual([after.code, status['events_waiting'], status['bad']], [1, 0, 1]);
  assert.match(String(status['last_event_at']), /^\d{4}-.*Z$/);
  for (const name of readdirSync(world.dataDir, { recursive: true, encoding: 'utf8' })) {
    const path = join(world.dataDir, name);
    if (/\.(db|db-wal|log|json)$/.test(name)) assert.ok(!readFileSync(path).includes(COOKIE), name);
  }
});

test('the status calls events arriving for a day after the last one, and then says how long ago that was', async (t) => {
  const world = await setup(t);
  await world.install();
  await world.trigger(hook(123));
  await world.run(['process']);
  const fresh = await world.run(['plugin', 'status']);
  assert.match(fresh.stdout, /^arriving\tyes, last event \d+s ago$/m);
  world.sql(`UPDATE meta SET value = value - ${(3 * 24 + 4) * 3_600_000} WHERE name = 'stash_event_at'`);
  const old = await world.run(['plugin', 'status']);
  assert.equal(old.code, 0);
  assert.match(old.stdout, /^last taken in\t\S+ \(3d 4h ago\)\n[\s\S]*^arriving\tlast event 3d 4h ago$/m);
  assert.match(old.stderr, /Whether events still arrive shows when a scene is edited in Stash/);
  const { arriving, ...rest } = JSON.parse((await world.run(['plugin', 'status', '--json'])).stdout);
  assert.deepEqual([arriving, Math.floor(rest.seconds_since_last_event / 3_600)], ['unknown', 76]);
  await world.trigger(hook(124));
  assert.match((await world.run(['plugin', 'status'])).stdout, /^arriving\tyes, last event \d+s ago$/m);
});

test('a bulk edit of 500 scenes is one line of the next run', async (t) => {
  const world = await setup(t);
  await world.install();
  for (let id = 1; id <= 500; id += 1) writeFileSync(join(world.dataDir, 'spool', 'new', `${id}`), hook(id));
  const { stderr, code } = await world.run(['process']);
  assert.equal(code, 0);
  assert.match(stderr, /^\[PlexSync Hook\] Enqueued sync jobs for 500 scenes in \d+\.\dms$/m);
  assert.deepEqual(world.sql('SELECT count(*) AS count, min(held) AS held FROM jobs'), [{ count: 500, held: 1 }]);
  assert.equal((await world.run(['plugin', 'status'])).code, 0);
});

test('a scene that is destroyed takes its waiting job along', async (t) => {
  const world = await setup(t);
  await world.install();
  for (const id of ['7', '8']) await world.run(['enqueue', id, '--path', `/media/${id}.mp4`, '--title', 'Pier']);
  world.plex.addItem({ sectionKey: '1', file: '/media/8.mp4' });
  await world.trigger(hook(7, 'Scene.Destroy.Post'));
  const { stderr } = await world.run(['process']);
  assert.match(stderr, /^\[PlexSync Hook\] Scene 7 is gone from Stash: forgotten, and its waiting job 1 dropped$/m);
  assert.match(stderr, /Job 2 completed/);
  assert.deepEqual(scenes(world), []);
});

test('a preview leaves the spool as it is, and says how much of it it did not look at', async (t) => {
  const world = await setup(t);
  await world.install();
  await world.trigger(hook(5));
  for (const args of [['--dry-run'], ['--stats-only']]) assert.equal((await world.run(['process', ...args])).code, 0);
  assert.equal(spooled(world).length, 1);
  assert.match(
    (await world.run(['process', '--dry-run'])).stdout,
    /^Dry run, .*: nothing is due\n1 event in the spool was not looked at, which a run without --dry-run takes in$/m,
  );
  await world.trigger(hook(6));
  const summary = JSON.parse((await world.run(['process', '--dry-run', '--json'])).stdout);
  assert.equal(summary.events_not_looked_at, 2);
  const written = await world.run(['process', '--json']);
  assert.ok(!written.stdout.includes('events_not_looked_at'));
  assert.equal(JSON.parse((await world.run(['process', '--dry-run', '--json'])).stdout).events_not_looked_at, 0);
});

test('the status task answers in the log, by the spool and at once', async (t) => {
  const world = await setup(t);
  await world.install();
  await world.run(['enqueue', '1', '2']);
  const kept = await world.press('status');
  const where =
    /^Task kept: the next run of plexsync does it, and says so in its log, plexsync\.log in .*plexsync stats/;
  assert.match((JSON.parse(kept.stdout) as { readonly output: string }).output, where);
  assert.match(kept.stderr.slice(3), new RegExp(`^\\[PlexSync Hook\\] ${where.source.slice(1)}`));
  assert.match((await world.run(['process'])).stderr, /=== Queue Status ===\n.*Pending: 2 \(0 due, .* 2 held\)/);
  await world.install('--direct');
  const { code, stdout, stderr } = await world.press('status');
  assert.deepEqual([code, stdout], [0, '']);
  assert.ok(stderr.startsWith('\u0001i\u0002[PlexSync] === Queue Status ===\n'), stderr);
});

test('with --direct the manifest enqueues at once, from any folder and with no environment', async (t) => {
  const world = await setup(t);
  const installed = await world.install('--direct');
  assert.equal(installed.code, 0);
  assert.ok(!existsSync(join(world.dataDir, 'spool')));
  assert.deepEqual(readdirSync(join(world.pluginsDir, 'plexsync')), ['plexsync.yml']);
  const { code, stdout, stderr } = await world.trigger(hook(123));
  assert.deepEqual([code, stdout], [0, '']);
  assert.match(stderr, /^.i.\[PlexSync Hook\] Enqueued sync job for scene 123 in \d+\.\dms\n/);
  assert.deepEqual(scenes(world), [123]);
  assert.equal((await world.run(['plugin', 'status'])).code, 0);
});

test('a hook that keeps a person waiting warns; one that is only past its target is in the log', async (t) => {
  const world = await setup(t);
  await world.install('--direct');
  const usual = await world.trigger(hook(122), 150);
  assert.doesNotMatch(usual.stderr, /exceeded 100ms target \(\d{3}\./);
  assert.match(
    readFileSync(join(world.dataDir, 'plexsync.log'), 'utf8'),
    /Hook handler exceeded 100ms target \(\d+\.\dms\)/,
  );
  const { code, stderr } = await world.trigger(hook(123), 1_000);
  assert.equal(code, 0);
  assert.match(stderr, /\n.w.\[PlexSync Hook\] Hook handler exceeded 100ms target \(\d+\.\dms\)\n$/);
});

test('a run that ended between commit and removal leaves events that come again, with the same end', async (t) => {
  const world = await setup(t);
  await world.install();
  const events = [hook(1), hook(2), hook(1, 'Scene.Destroy.Post'), hook(3)];
  const leave = (): void => {
    for (const [index, event] of events.entries()) {
      const path = join(world.dataDir, 'spool', 'new', `${index}`);
      writeFileSync(path, event);
      utimesSync(path, 1_700_000_000 + index, 1_700_000_000 + index);
    }
  };
  for (const _again of [1, 2]) {
    leave();
    assert.equal((await world.run(['process'])).code, 0);
    assert.deepEqual([scenes(world), spooled(world)], [[2, 3], []]);
  }
});

test('runs at once take in each event, and none stumbles over what another one has removed', async (t) => {
  const world = await setup(t);
  await world.install();
  for (let id = 1; id <= 300; id += 1) writeFileSync(join(world.dataDir, 'spool', 'new', `${id}`), hook(id));
  const runs = await Promise.all([1, 2, 3].map(() => world.spawn(['process', '--parallel'])));
  for (const { code, stderr } of runs) {
    assert.equal(code, 0);
    assert.doesNotMatch(stderr, /cannot|spool\/bad/);
  }
  assert.deepEqual(world.sql('SELECT count(*) AS count FROM jobs'), [{ count: 300 }]);
  assert.deepEqual(spooled(world), []);
});

test('hook ends well when there is nothing to do, and says what is no event', async (t) => {
  const world = await setup(t);
  const counted = await world.run(['hook', '--json'], {
    input: hook(7, 'Scene.Update.Post', { inputFields: ['o_counter'] }),
  });
  assert.deepEqual(
    [counted.code, JSON.parse(counted.stdout)],
    [0, { event: 'ignored', reason: 'scene 7 has changed only in what is not synced' }],
  );
  for (const input of ['', '{', '[]', `{"a":"${COOKIE}`, hook(0)]) {
    const { code, stdout, stderr } = await world.run(['hook'], { input });
    assert.deepEqual([code, stdout], [2, '']);
    assert.ok(
      stderr.startsWith('\u0001e\u0002plexsync: What came on standard input is nothing that Stash says'),
      stderr,
    );
    assert.ok(!stderr.includes(COOKIE));
  }
});

test('install writes its files once, brings them up to date, and says where the spool is to be mounted', async (t) => {
  const world = await setup(t);
  const how = async (...more: readonly string[]): Promise<unknown> => {
    const { files } = JSON.parse((await world.install('--json', ...more)).stdout) as { files: { how: string }[] };
    return files.map((file) => file.how);
  };
  assert.deepEqual(await how(), ['written', 'written']);
  assert.deepEqual(await how(), ['unchanged', 'unchanged']);
  assert.deepEqual(await how('--spool-as', '/plexsync-spool/'), ['updated', 'unchanged']);
  const front = readFileSync(join(world.pluginsDir, 'plexsync', 'plexsync-hook.sh'), 'utf8');
  assert.ok(front.includes("\nspool='/plexsync-spool'\n"));
  const { stderr } = await world.install('--spool-as', '/plexsync-spool');
  assert.ok(stderr.includes(`-v ${join(world.dataDir, 'spool')}:/plexsync-spool`), stderr);
  const lost = await world.trigger(hook(1));
  assert.deepEqual([lost.code, lost.stderr.startsWith('\u0001e\u0002')], [0, true]);
});

test('an install without --spool-as keeps the one before, says so, and forgets it only when told otherwise', async (t) => {
  const world = await setup(t);
  const front = join(world.pluginsDir, 'plexsync', 'plexsync-hook.sh');
  const spool = join(world.dataDir, 'spool');
  const modeOf = (): number => statSync(join(spool, 'new')).mode & 0o7777;
  await world.install('--spool-as', "/it's a spool");
  const [first, mode] = [readFileSync(front, 'utf8'), modeOf()];
  const again = await world.install();
  assert.match(
    again.stdout,
    /^\/it's a spool: where Stash sees it, kept from the install before; --spool-as changes it$/m,
  );
  assert.match(again.stderr, /Mount it into Stash's container, such as: -v .*:\/it's a spool/);
  assert.deepEqual([readFileSync(front, 'utf8'), modeOf()], [first, mode]);
  const asJson = async (...more: readonly string[]): Promise<unknown> =>
    (JSON.parse((await world.install('--json', ...more)).stdout) as { spool: unknown }).spool;
  const kept = { path: spool, as: "/it's a spool", as_from: 'earlier_install', writer: 'any_user' };
  assert.deepEqual(await asJson(), kept);
  assert.deepEqual(await asJson('--spool-as', '/other'), { ...kept, as: '/other', as_from: 'option' });
  assert.deepEqual(await asJson(), { ...kept, as: '/other' });
});

test('an install from a data directory that has moved does not keep its old path', async (t) => {
  const world = await setup(t);
  await world.install();
  const moved = join(world.dir, 'moved');
  const { code, stdout } = await world.install('--data-dir', moved);
  assert.equal(code, 0);
  assert.doesNotMatch(stdout, /kept from/);
  const front = readFileSync(join(world.pluginsDir, 'plexsync', 'plexsync-hook.sh'), 'utf8');
  assert.ok(front.includes(`\nspool='${join(moved, 'spool')}'\n`), front);
});

test('what is installed can be read by Stash as another user, whatever the umask is', async (t) => {
  const world = await setup(t);
  const before = process.umask(0o077);
  t.after(() => process.umask(before));
  await world.install();
  const folder = join(world.pluginsDir, 'plexsync');
  const modes = ['.', 'plexsync.yml', 'plexsync-hook.sh'].map((name) => statSync(join(folder, name)).mode & 0o777);
  assert.deepEqual(modes, [0o755, 0o644, 0o755]);
});

test("install touches nobody else's files", async (t) => {
  const world = await setup(t);
  mkdirSync(join(world.pluginsDir, 'plexsync'));
  writeFileSync(world.manifest, 'name: Something else\n');
  const refused = await world.install();
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /plexsync\.yml was not written by plexsync; it was left untouched/);
  assert.deepEqual(readdirSync(join(world.pluginsDir, 'plexsync')), ['plexsync.yml']);
  assert.equal(readFileSync(world.manifest, 'utf8'), 'name: Something else\n');
  assert.ok(!existsSync(world.dataDir));
});

test('install names another plugin of the same name, since Stash would load only one', async (t) => {
  const world = await setup(t);
  mkdirSync(join(world.pluginsDir, 'community', 'PlexSync'), { recursive: true });
  writeFileSync(join(world.pluginsDir, 'community', 'PlexSync', 'PlexSync.yml'), 'name: Other\n');
  const { code, stderr } = await world.install();
  assert.equal(code, 2);
  assert.match(stderr, /another plugin of this name already: .*PlexSync\.yml/);
});

test('install asks, and says what is wrong with where it is to go', async (t) => {
  const world = await setup(t);
  const rows: readonly (readonly [RegExp, readonly string[]])[] = [
    [/There is no terminal to ask at/, ['--plugins-dir', world.pluginsDir]],
    [/--plugins-dir must say where Stash has its plugins/, ['--yes']],
    [/There is no folder .*nowhere/, ['--plugins-dir', join(world.dir, 'nowhere'), '--yes']],
    [/--spool-as must be a whole path/, ['--plugins-dir', world.pluginsDir, '--spool-as', 'spool', '--yes']],
    [/--spool-as goes with a spool/, ['--plugins-dir', world.pluginsDir, '--spool-as', '/s', '--direct', '--yes']],
  ];
  for (const [words, args] of rows) {
    const { code, stderr } = await world.run(['plugin', 'install', ...args]);
    assert.equal(code, 2, stderr);
    assert.match(stderr, words);
  }
  assert.deepEqual(readdirSync(world.pluginsDir), []);
});

test('doctor and the status agree on a spool: none, one that works, what was set aside, one that cannot be read', async (t) => {
  const world = await setup(t);
  const spoolFindings = async (): Promise<unknown> => {
    const { findings } = JSON.parse((await world.run(['doctor', '--json'])).stdout) as {
      findings: { check: string; status: string; message: string }[];
    };
    return findings
      .filter(({ check }) => check === 'spool')
      .map(({ status, message }) => `${status} ${message.replace(`${world.dataDir}/`, '').replace(/\d+s ago/, 'now')}`);
  };
  await world.run(['enqueue', '1', '--path', '/media/1.mp4', '--title', 'Pier']);
  assert.deepEqual(await spoolFindings(), []);
  await world.install();
  assert.deepEqual(await spoolFindings(), ['warning spool: nothing has come from Stash yet; nothing was taken in yet']);
  await world.trigger(hook(7));
  assert.deepEqual(await spoolFindings(), ['ok spool can be read: 1 event waiting; nothing was taken in yet']);
  await world.trigger(hook(0));
  await world.run(['process']);
  assert.deepEqual(await spoolFindings(), [
    'warning spool: 1 event could not be used: spool/bad says why; the last was taken in now',
  ]);
  world.sql("DELETE FROM meta WHERE name = 'stash_event_at'");
  // No directory: also the superuser cannot read it.
  rmSync(join(world.dataDir, 'spool', 'new'), { recursive: true });
  writeFileSync(join(world.dataDir, 'spool', 'new'), '');
  assert.deepEqual(await spoolFindings(), [
    'failure spool: the events in the spool cannot be read; nothing was taken in yet',
  ]);
  const { code, stdout, stderr } = await world.run(['plugin', 'status']);
  assert.equal(code, 1);
  assert.match(stdout, /^spool\t.*\/spool, which cannot be read\nevents waiting\tcannot be read\n/);
  assert.equal(stderr, 'The events in the spool cannot be read. Make its folders readable for this user.\n');
  const status = JSON.parse((await world.run(['plugin', 'status', '--json'])).stdout);
  assert.deepEqual([status.spool.present, status.arriving, status.bad], [true, 'unknown', null]);
});

test('a spool that is gone, or that another data directory reads, is no ok and arriving no', async (t) => {
  const world = await setup(t);
  const verdict = async (): Promise<readonly unknown[]> => {
    const status = JSON.parse((await world.run(['plugin', 'status', '--json'])).stdout) as {
      arriving: string;
      problems: readonly string[];
    };
    const { findings } = JSON.parse((await world.run(['doctor', '--json'])).stdout) as {
      findings: { check: string; status: string }[];
    };
    return [status.arriving, status.problems[0], findings.find(({ check }) => check === 'spool')?.status];
  };
  await world.install();
  await world.trigger(hook(7));
  await world.run(['process']);
  assert.deepEqual(await verdict(), ['yes', undefined, 'ok']);
  const spool = join(world.dataDir, 'spool');
  rmSync(spool, { recursive: true });
  const lost = await world.trigger(hook(8));
  assert.match(lost.stdout, /^\{"error":"\[PlexSync Hook\] This event was not kept: there is no spool at /);
  const again = 'Run plexsync plugin install again, and plexsync reconcile for what was missed.';
  assert.deepEqual(await verdict(), [
    'no',
    `There is no spool at ${spool}: what Stash says is lost. ${again}`,
    'failure',
  ]);
  const other = join(world.dir, 'other');
  await world.install('--data-dir', other);
  const [arriving, problem, status] = await verdict();
  assert.deepEqual([arriving, status], ['no', 'failure']);
  assert.ok(String(problem).startsWith(`The hook in Stash leaves its events in ${other}/spool, and`), String(problem));
  rmSync(join(world.pluginsDir, 'plexsync', 'plexsync-hook.sh'));
  assert.match(String((await verdict())[1]), /^The hook script .* is gone: Stash keeps no event/);
  await world.install();
  assert.deepEqual((await verdict()).slice(1), [undefined, 'ok']);
});

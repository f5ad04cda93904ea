/** The script that Stash starts for each event, run by every POSIX shell that is here. */
import assert from 'node:assert/strict';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { hookScript } from '../../src/commands/shared/plugin/hook-script.ts';
import type { Spool } from '../../src/spool/layout.ts';
import { prepareSpool, spoolOf } from '../../src/spool/layout.ts';
import { scratchDirOnDisk } from '../helpers/scratch.ts';

const ALL_SHELLS: readonly (readonly [program: string, ...args: string[]])[] = [
  ['sh'],
  ['dash'],
  ['busybox', 'sh'],
  ['bash', '--posix'],
];
const SHELLS = ALL_SHELLS.filter(([program, ...args]) => spawnSync(program, [...args, '-c', 'exit 0']).status === 0);

const EVENT = JSON.stringify({
  args: { hookContext: { id: 7, type: 'Scene.Update.Post', input: { title: 'Pier %s \\1' } } },
});
const KEPT = '\u0001i\u0002[PlexSync Hook] Event kept for the next run of plexsync\n';

/** The one error line that a front may print, without Stash's level. */
function errorIn(stderr: string): string {
  assert.ok(stderr.startsWith('\u0001e\u0002') && stderr.endsWith('\n'), stderr);
  return stderr.slice(3, -1);
}

type World = { readonly dir: string; readonly spool: Spool; readonly script: string };

function setup(t: TestContext, change: (script: string) => string = (script) => script): World {
  const dir = scratchDirOnDisk(t, "it's a test");
  const spool = spoolOf(dir);
  prepareSpool(spool, 'same_user');
  const script = join(dir, 'front.sh');
  writeFileSync(script, change(hookScript(spool.path)));
  return { dir, spool, script };
}

function start(script: string, [program, ...args]: readonly string[] = ['sh']): ChildProcessWithoutNullStreams {
  const child = spawn(program ?? 'sh', [...args, script]);
  child.stdin.on('error', () => undefined);
  return child;
}

type End = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

async function endOf(child: ChildProcessWithoutNullStreams): Promise<End> {
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...said };
}

async function run(script: string, input: string, shell?: readonly string[]): Promise<End> {
  const child = start(script, shell);
  const end = endOf(child);
  child.stdin.end(input);
  return await end;
}

/** What Stash logs of an answer, whose error it never loses. */
function answerIn(stdout: string): string {
  const { error } = JSON.parse(stdout) as { readonly error: string };
  return error;
}

function kept({ spool }: World): readonly string[] {
  return readdirSync(spool.new).map((name) => readFileSync(join(spool.new, name), 'utf8'));
}

for (const shell of SHELLS) {
  const name = shell.join(' ');

  test(`${name}: an event is kept byte for byte, said in Stash's protocol, and nothing is printed`, async (t) => {
    const world = setup(t);
    assert.deepEqual(await run(world.script, EVENT, shell), { code: 0, stdout: '', stderr: KEPT });
    assert.deepEqual(kept(world), [EVENT]);
    assert.deepEqual(readdirSync(world.spool.tmp), []);
  });

  test(`${name}: a cover of megabytes is kept whole`, async (t) => {
    const world = setup(t);
    const input = JSON.stringify({ cover: 'h'.repeat(5_000_000) });
    assert.equal((await run(world.script, input, shell)).code, 0);
    assert.ok(kept(world)[0] === input);
  });

  test(`${name}: without a spool the event is read to its end, an error line and an answer say what to do, and the exit code is 0`, async (t) => {
    const world = setup(t);
    rmSync(world.spool.path, { recursive: true });
    const { code, stdout, stderr } = await run(world.script, 'h'.repeat(1_000_000), shell);
    assert.equal(code, 0);
    assert.equal(answerIn(stdout), errorIn(stderr));
    assert.match(errorIn(stderr), /^\[PlexSync Hook\] This event was not kept: there is no spool at .*plugin install$/);
  });

  test(`${name}: where a folder is missing or nothing can be written, that is an error line too`, async (t) => {
    const world = setup(t);
    rmSync(world.spool.new, { recursive: true });
    const noNew = await run(world.script, EVENT, shell);
    assert.equal(noNew.code, 0);
    assert.match(errorIn(noNew.stderr), /^\[PlexSync Hook\] This event was not kept: .*$/);
    assert.equal(answerIn(noNew.stdout), errorIn(noNew.stderr));
    assert.deepEqual(readdirSync(world.spool.tmp), []);
    rmSync(world.spool.tmp, { recursive: true });
    writeFileSync(world.spool.tmp, '');
    assert.match(errorIn((await run(world.script, EVENT, shell)).stderr), / not kept: .*$/);
  });

  test(`${name}: a disk that fills up leaves no part of an event`, async (t) => {
    const world = setup(t);
    const [program, ...args] = shell;
    const child = spawn('sh', ['-c', 'ulimit -f 8; exec "$@"', 'sh', program, ...args, world.script]);
    child.stdin.on('error', () => undefined);
    const end = endOf(child);
    child.stdin.end('h'.repeat(100_000));
    const { code, stderr } = await end;
    assert.equal(code, 0);
    assert.match(errorIn(stderr), /^\[PlexSync Hook\] This event was not kept: .* Is the disk full\?$/);
    assert.deepEqual([kept(world), readdirSync(world.spool.tmp)], [[], []]);
  });

  test(`${name}: processes of one id, without a random name, replace no event of each other`, async (t) => {
    const world = setup(t, (script) =>
      script.replace('/proc/sys/kernel/random/uuid', '/nowhere/uuid').replace('id=$$-$id', 'id=77'),
    );
    const inputs = Array.from({ length: 40 }, (_, index) => `{"event":${index}}`);
    for (const half of [inputs.slice(0, 20), inputs.slice(20)])
      await Promise.all(half.map((input) => run(world.script, input, shell)));
    assert.deepEqual([...kept(world)].sort(), inputs.toSorted());
  });
}

test('a spool whose path holds quotes and backslashes is named in an answer that is JSON', async (t) => {
  const world = setup(t);
  const odd = String.raw`${world.spool.path}/"pier's"\mole`;
  writeFileSync(world.script, hookScript(odd));
  const { stdout } = await run(world.script, EVENT);
  assert.ok(answerIn(stdout).includes(odd), stdout);
});

test('no program that the hook starts holds standard output, for whose end Stash waits', async (t) => {
  // What stands in for `cat` and `mv` leaves a child behind, as a program that hangs would.
  const world = setup(t, (script) => script.replace('{ cat >>', 'cat() { sleep 60 & command cat; }\n{ cat >>'));
  const { code, stdout } = await run(world.script, EVENT);
  assert.deepEqual([code, stdout], [0, '']);
  assert.deepEqual(kept(world), [EVENT]);
});

test('a reader of the log that has gone is no failure', async (t) => {
  const world = setup(t);
  const child = start(world.script);
  child.stderr.destroy();
  await sleep(20);
  child.stdin.end(EVENT);
  const [code] = (await once(child, 'exit')) as [number | null];
  assert.equal(code, 0);
  assert.deepEqual(kept(world), [EVENT]);
});

test('killed at any moment it leaves no half event where events are taken from', async (t) => {
  const world = setup(t);
  const whole = JSON.stringify({ pieces: ['quay', 'h'.repeat(200_000), 'pier'] });
  for (let round = 0; round < 60; round += 1) {
    const child = start(world.script);
    const closed = once(child, 'close');
    const feed = async (): Promise<void> => {
      for (let at = 0; at < whole.length && child.signalCode === null; at += 50_000) {
        child.stdin.write(whole.slice(at, at + 50_000));
        await sleep(Math.random() * 2);
      }
      child.stdin.end();
    };
    const kill = async (): Promise<void> => {
      await sleep(Math.random() * 16);
      child.kill('SIGKILL');
    };
    await Promise.all([feed(), kill()]);
    await closed;
    for (const text of kept(world)) assert.ok(text === whole, `round ${round}: ${text.length} of ${whole.length}`);
  }
});

test('what is kept can be read by another user who may reach the spool, whatever the umask is', async (t) => {
  const world = setup(t);
  const child = spawn('sh', ['-c', 'umask 077; exec sh "$1"', 'sh', world.script]);
  const end = endOf(child);
  child.stdin.end(EVENT);
  await end;
  const [name = ''] = readdirSync(world.spool.new);
  assert.equal(statSync(join(world.spool.new, name)).mode & 0o777, 0o644);
});

test('a spool for Stash in a container takes events of any user, and shows them to none', (t) => {
  const dir = scratchDirOnDisk(t, 'spool');
  const spool = spoolOf(dir);
  const modes = (): readonly string[] =>
    [spool.path, spool.tmp, spool.new, spool.bad].map((path) => (statSync(path).mode & 0o7777).toString(8));
  mkdirSync(spool.path, { mode: 0o755 });
  prepareSpool(spool, 'same_user');
  assert.deepEqual(modes(), ['700', '700', '700', '700']);
  prepareSpool(spool, 'any_user');
  assert.deepEqual(modes(), ['711', '1733', '1733', '700']);
});

/** The bin itself: whatever a command says in the process of a test, it says in one of its own too, which then ends. */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { COMMANDS } from '../../src/command-line/outlines/commands.ts';
import { EXIT } from '../../src/exit.ts';
import { startStashServer } from '../../src/simulator/stash/server.ts';
import { setup } from '../helpers/rig.ts';
import type { Result } from '../helpers/run-main.ts';
import { runMain } from '../helpers/run-main.ts';
import { runBin } from '../helpers/start-bin.ts';

type Line = { readonly args: readonly string[]; readonly input?: string; readonly code?: number };

const EVENT = JSON.stringify({ args: { hookContext: { id: 5, type: 'Scene.Update.Post', input: null } } });

/** A line of each command; `{dir}` is a folder beside the data directory. */
const LINES: Readonly<Record<string, Line>> = {
  enqueue: { args: ['7', '--path', '/media/7.mp4', '--title', 'Mole'] },
  process: { args: ['--dry-run'] },
  stats: { args: [] },
  status: { args: ['1'] },
  'match-test': { args: ['/media/1.mp4'] },
  pin: { args: ['3', '101'] },
  unpin: { args: ['1'] },
  resume: { args: [] },
  pause: { args: ['--for', '2h'] },
  reconcile: { args: ['--dry-run'] },
  doctor: { args: [] },
  report: { args: [] },
  init: { args: ['--yes'] },
  hook: { args: [], input: EVENT },
  'queue list': { args: [] },
  runs: { args: ['show', '1'] },
  undo: { args: ['--run', '1', '--dry-run'] },
  'queue release': { args: ['--all', '--yes'] },
  'queue drop': { args: ['--scene', '3', '--yes'] },
  'dlq list': { args: [] },
  'dlq show': { args: ['1'] },
  'dlq resolve': { args: ['--json'], input: 's\n' },
  'dlq summary': { args: [] },
  'dlq export': { args: ['--all'] },
  'dlq retry': { args: ['1'] },
  'dlq purge': { args: ['1', '--yes'] },
  diff: { args: ['1'] },
  'config show': { args: [] },
  'service install': { args: ['--print', 'cron', '--instances', '/srv/plexsync'] },
  'service status': { args: [], code: EXIT.jobsFailed },
  'service uninstall': { args: ['--yes'] },
  notify: { args: ['--test', '--notify-command', 'true'] },
  backup: { args: ['{dir}/harbour.backup'] },
  restore: { args: ['{dir}/data/pier.backup', '--yes'] },
  'config set': { args: ['max_tags', '60'] },
  'config unset': { args: ['max_tags'] },
  'config edit': { args: [], code: EXIT.usage },
  'plugin install': { args: ['--plugins-dir', '{dir}', '--yes'] },
  'plugin status': { args: [], code: EXIT.jobsFailed },
  completion: { args: ['bash'] },
};

/** It starts commands itself, by the bin, and has tests of its own. */
const NOT_HERE: readonly string[] = ['demo'];

/** A pinned scene that was written, a dead letter and a scene that waits. */
async function setupHarbour(t: TestContext) {
  const stash = await startStashServer();
  t.after(() => stash.close());
  stash.addScene({ title: 'Pier', files: ['/media/1.mp4'] });
  const rig = await setup(t);
  for (const id of [1, 2])
    rig.plex.addItem({ sectionKey: '1', ratingKey: `10${id}`, file: `/media/${id}.mp4`, title: `Quay ${id}` });
  for (const id of [1, 2, 3]) {
    if (id === 2) rig.plex.fail('edit', { kind: 'status', status: 400 });
    await rig.run(['enqueue', `${id}`, '--path', `/media/${id}.mp4`, '--title', `Pier ${id}`]);
    await rig.run(['process']);
  }
  assert.equal((await rig.run(['pin', '1', '101'])).code, EXIT.done);
  assert.equal((await rig.run(['backup', join(rig.dataDir, 'pier.backup')])).code, EXIT.done);
  /** Runs the line on a copy of the data directory. */
  const runOnCopy = async (how: 'in_process' | 'bin', words: readonly string[], input = ''): Promise<Result> => {
    const dir = join(rig.dir, how);
    mkdirSync(dir);
    cpSync(rig.dataDir, join(dir, 'data'), { recursive: true });
    const args = words.map((word) => word.replace('{dir}', dir));
    const env = { ...rig.env, PLEXSYNC_DATA_DIR: join(dir, 'data'), STASH_URL: stash.url };
    const { stdout, stderr, ...end } = await (how === 'bin' ? runBin : runMain)(args, { env, input });
    return { ...end, stdout: withoutChance(stdout, dir), stderr: withoutChance(stderr, dir) };
  };
  return { runOnCopy };
}

/** What differs between any two runs: where they work, times, numbers, masks, and that the process of a test is old. */
function withoutChance(text: string, dir: string): string {
  return text
    .replaceAll(dir, 'DIR')
    .replace(/^.*Hook handler exceeded.*\n/m, '')
    .replaceAll(/-[0-9a-f]{4}\b/g, '-MASK')
    .replaceAll(/\d+/g, 'N');
}

test('what two commands at once would share, and what is of a process, is refused in process', async (t) => {
  const { run } = await setup(t);
  const first = run(['completion', 'bash']);
  await assert.rejects(run(['stats']), /use spawn/);
  assert.equal((await first).code, EXIT.done);
  await assert.rejects(run(['stats'], { env: { PLEXSYNC_TEST_KILL_AT: 'read' } }), /use spawn/);
});

test('every command has a line here', () => {
  assert.deepEqual(
    COMMANDS.map(({ name }) => name).filter((name) => LINES[name] === undefined),
    NOT_HERE,
  );
});

for (const [name, { args, input, code = EXIT.done }] of Object.entries(LINES))
  test(`the bin says of ${name} what is said in process, and ends`, async (t) => {
    const { runOnCopy } = await setupHarbour(t);
    const line = [...name.split(' '), ...args];
    const byBin = await runOnCopy('bin', line, input);
    assert.equal(byBin.code, code, byBin.stderr);
    assert.deepEqual(byBin, await runOnCopy('in_process', line, input));
  });

/** Whoever stops a run is answered at once: what it waits for, and what a second signal does. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { setup } from '../../helpers/rig.ts';

/** A run whose one write hangs. */
async function writing(t: TestContext, args: readonly string[] = []) {
  const rig = await setup(t);
  rig.plex.addItem({ sectionKey: '1', file: '/media/1.mp4' });
  await rig.run(['enqueue', '1', '--path', '/media/1.mp4', '--title', 'Pier']);
  rig.plex.fail('edit', { kind: 'hang' }, Number.POSITIVE_INFINITY);
  const running = rig.start(['process', ...args]);
  while (rig.plex.count('edit') === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  return { ...rig, running };
}

/** Sends signals until the run is over: two in a short time count as one. */
async function insist({ kill, ended }: Awaited<ReturnType<typeof writing>>['running'], signal: NodeJS.Signals) {
  const again = setInterval(() => kill(signal), 100);
  try {
    return await ended;
  } finally {
    clearInterval(again);
  }
}

const FIRST = /Stopping: what is under way is ended first, 7 s at most\. A second Ctrl-C ends the run at once/;
const SECOND = /Ended at once: nothing is lost, run again to go on\.\n$/;

test('the first Ctrl-C is answered while the run still waits, and the second too', async (t) => {
  const { running, sql } = await writing(t);
  running.kill('SIGINT');
  await running.says(FIRST);
  const { code, stderr } = await insist(running, 'SIGINT');
  assert.equal(code, 130);
  assert.match(stderr, SECOND);
  assert.equal(sql('SELECT * FROM jobs').length, 1);
});

test('a watch answers the second signal, and says "signal" where nobody typed Ctrl-C', async (t) => {
  const { running } = await writing(t, ['--watch']);
  running.kill('SIGTERM');
  await running.says(/A second signal ends the run at once; nothing is lost either way\./);
  const { code, stderr } = await insist(running, 'SIGTERM');
  assert.equal(code, 143);
  assert.match(stderr, SECOND);
  assert.equal(stderr.match(/Ended at once/g)?.length, 1);
});

test('stdout stays NDJSON under --json, and --quiet is silent', async (t) => {
  const json = await writing(t, ['--json']);
  json.running.kill('SIGINT');
  await json.running.says(FIRST);
  const { stdout } = await insist(json.running, 'SIGINT');
  for (const line of stdout.split('\n').slice(0, -1)) assert.doesNotThrow(() => JSON.parse(line) as unknown, line);
  const quiet = await writing(t, ['--quiet']);
  const ended = await insist(quiet.running, 'SIGINT');
  assert.deepEqual([ended.code, ended.stdout, ended.stderr], [130, '', '']);
});

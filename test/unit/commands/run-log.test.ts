/** How a run is told: one line a scene at a terminal, the guide's lines in a pipe, and no flood anywhere. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRunLog } from '../../../src/commands/process/run-log.ts';
import type { WorkerEvent } from '../../../src/core/drain/ports/events.ts';
import { NOTHING_WRITTEN } from '../../../src/core/model/scene-record.ts';
import { asPath, plainText, say } from '../../../src/core/text/sentence.ts';
import { createHold } from '../../../src/terminal/log/held-lines.ts';
import type { Output } from '../../../src/terminal/log/output.ts';

function listen(sceneView: Output['sceneView']) {
  const [shown, kept]: [string[], string[]] = [[], []];
  const log = createRunLog({
    sceneView,
    readerOf: () => ({ kind: 'pipe' }),
    show: (level, line) => void (level === 'debug' ? [] : shown).push(plainText(line)),
    record: (_level, line) => void kept.push(plainText(line)),
    log: (_level, line) => {
      for (const lines of [shown, kept]) lines.push(plainText(line));
    },
  });
  const add = (...events: readonly WorkerEvent[]): void => {
    for (const event of events) log.add(event, event);
  };
  return { shown, kept, add, end: log.end };
}

function job(sceneId: number): { readonly jobId: number; readonly sceneId: number } {
  return { jobId: sceneId + 10_000, sceneId };
}

const claimed = (sceneId: number): WorkerEvent => ({ kind: 'claimed', ...job(sceneId), attempt: 1 });
const found = (sceneId: number): WorkerEvent => ({
  ...{ kind: 'found', sceneId, file: `/media/${sceneId}.mp4`, ratingKey: `${sceneId}` },
  ...{ title: `Pier ${sceneId}`, library: 'Films', from: 'record' },
});
const plan = { fields: [{ field: 'title', before: '', value: 'Pier' }], lists: [], left: [], capped: [] } as const;
const written = (sceneId: number): WorkerEvent => ({
  ...{ kind: 'written', sceneId, ratingKey: '7', title: `Pier ${sceneId}`, preserving: false },
  plan: { ...plan, reasons: { fields: [], lists: [] }, written: NOTHING_WRITTEN },
});
const completed = (
  sceneId: number,
  change: 'updated' | 'unchanged' | 'nothing_given',
  left: 'nothing' | 'pictures' = 'nothing',
): WorkerEvent => ({ kind: 'completed', ...job(sceneId), change, left });
const buried = (sceneId: number, errorType: string): WorkerEvent => ({
  ...{ kind: 'buried', ...job(sceneId), errorType, retries: 0, exhausted: false },
  message: say`Nothing known of ${asPath(`/media/${sceneId}.mp4`)}`,
});
const SCENES = Array.from({ length: 5_000 }, (_, index) => index + 1);

for (const view of ['one_line', 'guide'] as const)
  test(`5,000 scenes that are right already have no line (${view}), and the log keeps all`, () => {
    const { add, shown, kept, end } = listen(view);
    for (const id of SCENES) add(claimed(id), found(id), completed(id, 'unchanged'));
    end();
    assert.deepEqual([shown.length, kept.length], [0, 15_000]);
  });

test('5,000 scenes that are written have one line each at a terminal', () => {
  const { add, shown, end } = listen('one_line');
  for (const id of SCENES) add(claimed(id), found(id), written(id), completed(id, 'updated'));
  end();
  assert.equal(shown.length, 5_000);
  assert.match(shown[4_710] ?? '', /^✓ 4711 Pier 4711 {2}title → 7$/);
});

for (const view of ['one_line', 'guide'] as const)
  test(`5,000 scenes that fail alike are told by five of them and a count (${view})`, () => {
    const { add, shown, kept, end } = listen(view);
    for (const id of SCENES) add(claimed(id), buried(id, id % 2 === 0 ? 'PlexNotFound' : 'LowConfidenceMatch'));
    end();
    const [first, second] = shown.slice(-2);
    const each = view === 'one_line' ? 1 : 3;
    assert.equal(shown.length, 2 * (5 * each + 1));
    assert.match(
      `${first}\n${second}`,
      /… and 2,495 more: dead letters of type LowConfidenceMatch\. See: plexsync dlq list --error-type/,
    );
    assert.equal(kept.length, 15_000);
  });

for (const view of ['one_line', 'guide'] as const)
  test(`scenes with nothing to write are told, and of many alike the rest is counted (${view})`, () => {
    const { add, shown, end } = listen(view);
    for (const id of SCENES) add(claimed(id), found(id), completed(id, 'nothing_given'));
    end();
    assert.match(shown.at(-1) ?? '', /… and 4,995 more: had nothing to write: nothing was given but its file$/);
    if (view === 'one_line') assert.match(shown[0] ?? '', /^↷ 1 Pier 1 {2}nothing to write: nothing was given but/);
  });

test('a scene whose picture fails is told once, with what became of that, though all else is right', () => {
  for (const change of ['updated', 'unchanged'] as const) {
    const { add, shown, end } = listen('one_line');
    add(claimed(1), found(1), completed(1, change, 'pictures'), buried(1, 'PictureUnusable'));
    end();
    assert.equal(shown.length, 1);
    assert.match(shown[0] ?? '', /^✗ 1 Pier 1 {2}dead letter PictureUnusable: Nothing/);
    const guide = listen('guide');
    guide.add(claimed(1), found(1), completed(1, change, 'pictures'), buried(1, 'PictureUnusable'));
    assert.match(guide.shown.join('\n'), /Job 10001 completed but for its pictures.*\n.*Job 10001 permanent failure/);
  }
});

test('a scene whose picture a run that stops has not come to is told for all else', () => {
  const { add, shown, end } = listen('one_line');
  add(claimed(1), found(1), written(1), completed(1, 'updated', 'pictures'), claimed(2), found(2));
  end();
  assert.deepEqual(shown, ['✓ 1 Pier 1  title → 7']);
});

test('what differs by the scene it names is alike, what differs in our words is not', () => {
  const { add, shown, end } = listen('one_line');
  const failed = (id: number, message: 'a' | 'b'): WorkerEvent => ({
    ...{ kind: 'retrying', ...job(id), reason: 'failure', attempt: 1, of: 6, waitMs: 5_000 },
    message:
      message === 'a' ? say`Plex lost ${asPath(`/media/${id}`)}` : say`Plex answered 500 for ${asPath(`/media/${id}`)}`,
  });
  for (let id = 1; id <= 8; id++) add(claimed(id), failed(id, 'a'));
  for (let id = 11; id <= 14; id++) add(claimed(id), failed(id, 'b'));
  end();
  assert.equal(shown.length, 5 + 4 + 1);
  assert.match(shown.at(-1) ?? '', /^… and 3 more: failed alike\. See: plexsync queue list --state retry$/);
});

test('in a pipe the lines of one job stand together, whatever order they happened in', () => {
  const { add, shown, end } = listen('guide');
  add(
    claimed(1),
    claimed(2),
    found(1),
    found(2),
    written(2),
    written(1),
    completed(2, 'updated'),
    completed(1, 'updated'),
  );
  end();
  assert.deepEqual(
    shown.map((line) => /scene (\d)|Pier (\d)|Job 1000(\d)/.exec(line)?.slice(1).find(Boolean)),
    ['2', '2', '2', '2', '1', '1', '1', '1'],
  );
});

test('with --verbose every line comes as it happens', () => {
  const { add, shown } = listen('everything');
  add(claimed(1), found(1), completed(1, 'unchanged'));
  assert.equal(shown.length, 3);
});

test('a mail has 20 lines at the most, and what ended the run first', () => {
  const hold = createHold();
  for (const id of SCENES) hold.add(`job ${id}\n`, 'detail');
  for (const id of SCENES) hold.add(`warning ${id}\n`, 'warning');
  for (const id of [1, 2, 3]) hold.add(`error ${id}\n`, 'error');
  const lines = hold.take();
  assert.equal(lines.length, 19);
  assert.deepEqual(lines.slice(0, 4), ['error 1\n', 'error 2\n', 'error 3\n', 'warning 1\n']);
  assert.deepEqual(lines.slice(8, 9), ['job 1\n']);
  assert.match(lines.at(-1) ?? '', /^… 9,985 more lines; the log in the data directory has them\n$/);
  assert.deepEqual(hold.take(), []);
});

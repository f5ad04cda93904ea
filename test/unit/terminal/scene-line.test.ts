/** One line tells a person what became of a scene, at any width. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WorkerEvent } from '../../../src/core/drain/ports/events.ts';
import { NOTHING_WRITTEN } from '../../../src/core/model/scene-record.ts';
import { say } from '../../../src/core/text/sentence.ts';
import type { EditPlan } from '../../../src/core/write/edit-plan.ts';
import { sceneLine } from '../../../src/terminal/log/scene-line.ts';
import { displayWidth } from '../../../src/terminal/width.ts';
import { everyEvent } from '../../helpers/every-event.ts';

const JOB = { jobId: 12, sceneId: 4711 };
const CLAIMED: WorkerEvent = { kind: 'claimed', ...JOB, attempt: 1 };
const SEARCHING: WorkerEvent = { kind: 'searching', sceneId: 4711, section: 'Films', file: 'new-pier.mp4' };

function planOf(edits: Partial<EditPlan>): EditPlan {
  const none = { fields: [], lists: [], left: [], capped: [], reasons: { fields: [], lists: [] } };
  return { ...none, written: NOTHING_WRITTEN, ...edits };
}

function written(title: string, edits: Partial<EditPlan>): readonly WorkerEvent[] {
  return [
    CLAIMED,
    { kind: 'written', sceneId: 4711, ratingKey: '106', title, plan: planOf(edits), preserving: false },
    { kind: 'completed', ...JOB, change: 'updated', left: 'nothing' },
  ];
}

const TITLE = { field: 'title', before: 'old', value: 'Lantern Row' } as const;
const TAGS = { kind: 'genre', before: [], add: ['sea'], remove: ['fog', 'ice'], whole: [] } as const;

test('what was written is named field by field, and names are counted', () => {
  const line = sceneLine(written('Lantern Row', { fields: [TITLE], lists: [TAGS] }), 80);
  assert.deepEqual(line, { level: 'info', text: '✓ 4711 Lantern Row  title, +1 tag, -2 tags → 106' });
  const cleared = written('Lantern Row', { fields: [{ field: 'summary', before: 'x', value: '' }] });
  assert.equal(sceneLine(cleared, 80)?.text, '✓ 4711 Lantern Row  summary cleared → 106');
});

test('a scene that is right already has no line', () => {
  assert.equal(
    sceneLine([CLAIMED, { kind: 'completed', ...JOB, change: 'unchanged', left: 'nothing' }], 80),
    undefined,
  );
});

test('what waits and what failed says why, and an unknown item goes by its file', () => {
  const missing: WorkerEvent = {
    kind: 'retrying',
    ...JOB,
    reason: 'miss',
    attempt: 1,
    of: 12,
    waitMs: 30_000,
    message: say`No`,
  };
  assert.equal(
    sceneLine([CLAIMED, SEARCHING, missing], 80)?.text,
    '↷ 4711 new-pier.mp4  not in Plex yet, next try in 30s',
  );
  const buried: WorkerEvent = {
    ...{ kind: 'buried', ...JOB, errorType: 'LowConfidenceMatch', retries: 0, exhausted: false },
    message: say`2 candidates`,
  };
  const line = sceneLine([CLAIMED, SEARCHING, buried], 80);
  assert.deepEqual(line, { level: 'error', text: '✗ 4711 new-pier.mp4  dead letter LowConfidenceMatch: 2 candidates' });
});

for (const width of [20, 40, 80, 140])
  test(`no line is wider than ${width} columns, and the item stays to be seen`, () => {
    const edits = { fields: [TITLE], lists: [TAGS] };
    for (const title of ['Lantern Row', '港の灯台と長い防波堤のある静かな朝', 'A '.repeat(100)]) {
      const { text = '' } = sceneLine(written(title, edits), width) ?? {};
      assert.ok(displayWidth(text) <= width, `${displayWidth(text)}: ${text}`);
      assert.match(text, /^✓ 4711 .* → 106$/);
    }
  });

test('at 40 columns a title and the beginning of what happened fit', () => {
  const line = sceneLine(written('Lantern Row by the Sea', { fields: [TITLE], lists: [TAGS] }), 40);
  assert.equal(line?.text, '✓ 4711 Lantern Row by…  title, +1… → 106');
});

test('every event of a job, with whatever came from outside, makes one clean line', () => {
  const evil = (): string => '\u001b[31mred\u0007\nnext';
  const events = everyEvent({ path: evil, title: evil, name: evil, prose: evil });
  for (const event of Object.values(events)) {
    const { text = '' } = sceneLine([events.found, event], 100) ?? {};
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
    assert.doesNotMatch(text, /[\u0000-\u001f]/, event.kind);
  }
});

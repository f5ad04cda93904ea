import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SweepFacts, SweepKind, SweptRecord } from '../../../src/core/model/reconcile.ts';
import { judgeScene } from '../../../src/core/model/reconcile.ts';
import type { Written } from '../../../src/core/model/scene-record.ts';
import { NOTHING_WRITTEN } from '../../../src/core/model/scene-record.ts';

const SCENE = { sceneId: 7, updatedAt: '2026-05-01T10:00:00+10:00', paths: ['/media/pier.mp4', '/media/copy.mp4'] };
const RECORD: SweptRecord = {
  sceneId: 7,
  ratingKey: '12',
  sectionKey: '1',
  scenePath: '/media/pier.mp4',
  provenFile: '/media/pier.mp4',
  written: NOTHING_WRITTEN,
  intent: undefined,
  stashUpdatedAt: SCENE.updatedAt,
};
const HASHED: SweptRecord = { ...RECORD, contentHash: 'a:1' };
const UNDONE = { content: '1:a' };
const BACK: SweptRecord = { ...RECORD, contentHash: '1:b' };
const WHOLE = 'The keeper rows out at dawn and counts the boats that came home. '.repeat(4).trim();
const SUMMARY = { sent: WHOLE, kept: WHOLE.slice(0, 129) };
const CUT: Written = { fields: { summary: SUMMARY }, lists: {} };
const SHORTENED: Written = { fields: { summary: { ...SUMMARY, shortened: 'by_plex' } }, lists: {} };
const FACTS: SweepFacts = { record: RECORD, job: 'none', letter: 'none', item: 'there', ifUnknown: 'changed' };

const ROWS: readonly (readonly [
  what: string,
  kind: SweepKind,
  facts: Partial<SweepFacts>,
  paths?: readonly string[],
  contentHash?: string,
])[] = [
  ['as it was written', 'in_step', {}],
  ['Plex was not asked', 'in_step', { item: 'unknown' }],
  ['its files as they were', 'in_step', { record: { ...RECORD, others: [{ path: '/media/copy.mp4' }] } }],
  ['a file that came to it, as by a merge', 'changed', { record: { ...RECORD, others: [] } }],
  [
    'a file that left it',
    'changed',
    { record: { ...RECORD, others: [{ path: '/media/copy.mp4' }, { path: '/media/cut.mp4' }] } },
  ],
  ['nothing is known of it', 'never_synced', { record: undefined }],
  ['its item was given to another scene', 'never_synced', { record: { ...RECORD, ratingKey: '' } }],
  ['a dead letter says why it was never written', 'dead_letter', { record: undefined, letter: 'open' }],
  ['a dead letter of what was written before', 'in_step', { letter: 'open' }],
  ['another time', 'changed', { record: { ...RECORD, stashUpdatedAt: '2026-05-01T09:00:00+10:00' } }],
  ['the same moment, spelt otherwise', 'changed', { record: { ...RECORD, stashUpdatedAt: '2026-05-01T00:00:00Z' } }],
  [
    'an older time in Stash, as after an import',
    'changed',
    { record: { ...RECORD, stashUpdatedAt: '2027-01-01T00:00:00Z' } },
  ],
  ['its file is elsewhere', 'changed', {}, ['/media/new/pier.mp4']],
  ['another file came first', 'in_step', {}, ['/media/copy.mp4', '/media/pier.mp4']],
  ['the same content at another time', 'in_step', { record: { ...HASHED, stashUpdatedAt: 'x' } }, SCENE.paths, 'a:1'],
  ['other content at the same time, as after a merge of tags', 'changed', { record: HASHED }, SCENE.paths, 'a:2'],
  [
    'the same content, and no time was kept',
    'in_step',
    { record: { ...HASHED, stashUpdatedAt: undefined } },
    SCENE.paths,
    'a:1',
  ],
  ['content of another version: by the time', 'in_step', { record: HASHED }, SCENE.paths, 'b:1'],
  ['content that was never remembered: by the time', 'in_step', {}, SCENE.paths, 'a:1'],
  ['content that cannot be read: by the time', 'changed', { record: { ...HASHED, stashUpdatedAt: 'x' } }],
  ['the same content, and its file is elsewhere', 'changed', { record: HASHED }, ['/media/new/pier.mp4'], 'a:1'],
  ['the same content, and its summary is cut', 'changed', { record: { ...HASHED, written: CUT } }, SCENE.paths, 'a:1'],
  ['no time was kept, full sweep', 'changed', { record: { ...RECORD, stashUpdatedAt: undefined } }],
  [
    'no time was kept, latest changes',
    'in_step',
    { record: { ...RECORD, stashUpdatedAt: undefined }, ifUnknown: 'in_step' },
  ],
  ['its summary is cut in Plex, full sweep', 'changed', { record: { ...RECORD, written: CUT } }],
  [
    'its summary is cut in Plex, latest changes',
    'in_step',
    { record: { ...RECORD, written: CUT }, ifUnknown: 'in_step' },
  ],
  ['Plex itself keeps less of its summary', 'in_step', { record: { ...RECORD, written: SHORTENED } }],
  ['its item is gone', 'missing_in_plex', { item: 'gone' }],
  ['changed, and its item is gone', 'missing_in_plex', { item: 'gone', record: { ...RECORD, stashUpdatedAt: 'x' } }],
  ['a job waits', 'waiting', { job: 'waits', record: undefined }],
  ['a first job of it is under way', 'waiting', { job: 'under_way', record: undefined }],
  [
    'changed, maybe since the job under way has asked',
    'changed',
    { job: 'under_way', record: { ...RECORD, stashUpdatedAt: 'x' } },
  ],
  ['no file', 'without_file', {}, []],
  ['undone, and Stash as it was', 'undone', { undone: UNDONE, record: undefined }, SCENE.paths, '1:a'],
  ['undone, and a job waits', 'undone', { undone: UNDONE, job: 'waits' }, SCENE.paths, '1:a'],
  ['undone, and its content cannot be read', 'undone', { undone: UNDONE, record: undefined }],
  ['undone, without knowing what Stash had', 'undone', { undone: { content: undefined } }, SCENE.paths, '1:b'],
  [
    'undone, and edited in Stash since',
    'changed',
    { undone: UNDONE, record: { ...RECORD, contentHash: '1:a' } },
    SCENE.paths,
    '1:b',
  ],
  [
    'undone, and edited, never written before',
    'never_synced',
    { undone: UNDONE, record: undefined },
    SCENE.paths,
    '1:b',
  ],
  ['undone, and edited back to the record', 'in_step', { undone: UNDONE, record: BACK }, SCENE.paths, '1:b'],
  ['the same, and a job waits for it', 'changed', { undone: UNDONE, record: BACK, job: 'waits' }, SCENE.paths, '1:b'],
];

for (const [what, kind, facts, paths = SCENE.paths, contentHash] of ROWS)
  test(`${what}: ${kind}`, () => {
    assert.equal(judgeScene({ ...SCENE, paths, contentHash }, { ...FACTS, ...facts }), kind);
  });

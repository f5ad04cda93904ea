import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import fc from 'fast-check';
import type { MatchResult } from '../../src/core/match/evidence.ts';
import { matchScene } from '../../src/core/match/evidence.ts';
import type { IndexDraft } from '../../src/core/match/file-index.ts';
import type { ListedItem, ListedPage } from '../../src/core/match/listing.ts';
import { listSection, PAGE_ROWS, pagesFor, placeOf } from '../../src/core/match/listing.ts';
import { nameKey } from '../../src/core/match/paths.ts';
import type { Section } from '../../src/core/model/plex-item.ts';
import type { OpenFileIndex } from '../../src/file-index/file-index.ts';
import { openFileIndex } from '../../src/file-index/file-index.ts';
import { indexedLibraries } from '../../src/file-index/libraries.ts';
import { makeScratchDir, removeScratchDir } from '../helpers/scratch.ts';

const QUAYS: Section = {
  key: '1',
  title: 'Quays',
  type: 'movie',
  uuid: 'a',
  folders: ['/media'],
  serverFolders: ['/media', '/garden'],
};
const GARDENS: Section = {
  key: '2',
  title: 'Gardens',
  type: 'movie',
  uuid: 'b',
  folders: ['/garden'],
  serverFolders: ['/media', '/garden'],
};
const MARK = { addedAt: 5, updatedAt: 7 };

function open(t: TestContext): { readonly dir: string; readonly index: OpenFileIndex; readonly troubles: string[] } {
  const dir = makeScratchDir('index');
  const troubles: string[] = [];
  const index = openFileIndex(dir, (reason) => troubles.push(reason));
  t.after(() => {
    index.close();
    removeScratchDir(dir);
  });
  return { dir, index, troubles };
}

function item(ratingKey: string, ...paths: readonly string[]): ListedItem {
  const files = paths.map((path) => ({ path, size: 10 }));
  return { ratingKey, title: `Item ${ratingKey}`, files, addedAt: undefined, updatedAt: undefined };
}

function fill(index: OpenFileIndex, section: Section, items: readonly ListedItem[]): void {
  const draft = draftOf(index, section);
  draft.add(items);
  assert.equal(draft.finish(MARK), true);
}

function draftOf(index: OpenFileIndex, section: Section): IndexDraft {
  const draft = index.draft(section);
  assert.ok(draft);
  return draft;
}

const keysOf = (index: OpenFileIndex, section: Section, name: string): string[] =>
  (index.byName(section, nameKey(name)) ?? []).map(({ ratingKey }) => ratingKey);

test('a listing is seen when it is finished, not before, and as a whole', (t) => {
  const { index } = open(t);
  fill(index, QUAYS, [item('1', '/media/pier.mp4')]);
  const draft = draftOf(index, QUAYS);
  draft.add([item('2', '/media/pier.mp4')]);
  assert.deepEqual(keysOf(index, QUAYS, 'pier.mp4'), ['1']);
  assert.equal(draft.finish(MARK), true);
  assert.deepEqual(keysOf(index, QUAYS, 'PIER.mp4'), ['2']);
  assert.deepEqual(index.indexed(QUAYS), { items: 1, mark: MARK });
});

test('of two listings at one time the later one stays, whichever ends first', (t) => {
  const { index } = open(t);
  const [first, second] = [draftOf(index, QUAYS), draftOf(index, QUAYS)];
  first.add([item('1', '/media/pier.mp4')]);
  second.add([item('2', '/media/pier.mp4')]);
  assert.equal(second.finish(MARK), true);
  first.add([item('3', '/media/pier.mp4')]);
  assert.equal(first.finish(MARK), false);
  assert.deepEqual(keysOf(index, QUAYS, 'pier.mp4'), ['2']);
  const [third, fourth] = [draftOf(index, QUAYS), draftOf(index, QUAYS)];
  fourth.add([item('4', '/media/pier.mp4')]);
  third.add([item('5', '/media/pier.mp4')]);
  assert.equal(third.finish(MARK), true);
  assert.equal(fourth.finish(MARK), true);
  assert.deepEqual(keysOf(index, QUAYS, 'pier.mp4'), ['4']);
});

test('a library that is renamed keeps its listing, and is known by its new name', (t) => {
  const { dir, index } = open(t);
  fill(index, QUAYS, [item('1', '/media/pier.mp4')]);
  index.noteTotal(GARDENS, 3);
  assert.deepEqual(indexedLibraries(dir), ['Gardens', 'Quays']);
  index.noteTotal({ ...QUAYS, title: 'Moles' }, 1);
  assert.deepEqual(indexedLibraries(dir), ['Gardens', 'Moles']);
  assert.deepEqual(keysOf(index, QUAYS, 'pier.mp4'), ['1']);
});

test('an item comes with all of its files, by whichever of them it is found', (t) => {
  const { index } = open(t);
  fill(index, QUAYS, [item('1', '/media/cd1.mp4', '/media/cd2.mp4'), item('2')]);
  assert.deepEqual(index.byName(QUAYS, 'cd2.mp4'), [
    {
      ratingKey: '1',
      title: 'Item 1',
      sectionKey: '1',
      sectionTitle: 'Quays',
      sectionFolders: ['/media'],
      serverFolders: ['/media', '/garden'],
      files: ['/media/cd1.mp4', '/media/cd2.mp4'].map((path) => ({ path, size: 10, durationMs: undefined })),
    },
  ]);
  // An item without a file counts, since Plex counts it.
  assert.equal(index.indexed(QUAYS)?.items, 2);
});

test('what changed takes the place of what was known, and what is gone goes', (t) => {
  const { index } = open(t);
  fill(index, QUAYS, [item('1', '/media/pier.mp4'), item('2', '/media/quay.mp4')]);
  fill(index, GARDENS, [item('9', '/garden/pier.mp4')]);
  index.update(QUAYS, [item('1', '/media/moved.mp4'), item('3', '/media/new.mp4')], { addedAt: 8, updatedAt: 8 });
  assert.deepEqual(keysOf(index, QUAYS, 'pier.mp4'), []);
  assert.deepEqual(keysOf(index, QUAYS, 'moved.mp4'), ['1']);
  assert.deepEqual(index.indexed(QUAYS), { items: 3, mark: { addedAt: 8, updatedAt: 8 } });
  index.forget('2');
  assert.deepEqual(keysOf(index, QUAYS, 'quay.mp4'), []);
  assert.deepEqual(keysOf(index, GARDENS, 'pier.mp4'), ['9']);
  index.clear();
  assert.equal(index.indexed(GARDENS), undefined);
});

test('a section of another server under the same number is not known', (t) => {
  const { index } = open(t);
  fill(index, QUAYS, [item('1', '/media/pier.mp4')]);
  index.noteTotal(QUAYS, 1);
  const other: Section = { ...QUAYS, uuid: 'another' };
  assert.equal(index.indexed(other), undefined);
  assert.equal(index.knownTotal(other), undefined);
});

test('an index that cannot be used finds nothing, and that is reported once', (t) => {
  const { dir, troubles } = open(t);
  mkdirSync(join(dir, 'index.db'));
  const broken = openFileIndex(dir, (reason) => troubles.push(reason));
  assert.equal(broken.indexed(QUAYS), undefined);
  assert.equal(broken.byName(QUAYS, 'pier.mp4'), undefined);
  assert.equal(broken.draft(QUAYS), undefined);
  broken.forget('1');
  broken.close();
  assert.equal(troubles.length, 1);
});

const names = fc.constantFrom('01.mp4', '02.mp4', 'Caf\u00e9.mp4', 'Cafe\u0301.mp4', 'PIER.mp4', 'pier.mp4');
const folders = fc.constantFrom('/media', '/media/West', '/media/East/deep', '/garden');
const libraries = fc.array(
  fc.record({
    files: fc.array(
      fc.record({ folder: folders, name: names, size: fc.option(fc.constantFrom(1, 2), { nil: undefined }) }),
      {
        maxLength: 2,
      },
    ),
  }),
  { maxLength: 8 },
);

/** All of a verdict but the order in which an item's files stand. */
function verdictOf(match: MatchResult): unknown {
  if (match.kind === 'none') return match;
  const facts = match.considered.map(({ candidate, ...rest }) => ({ ...rest, ratingKey: candidate.ratingKey }));
  return { kind: match.kind, rule: 'rule' in match ? match.rule : undefined, facts };
}

test('on random libraries the index leads to the verdict that a look at every item leads to', (t) => {
  const { index } = open(t);
  fc.assert(
    fc.property(libraries, folders, names, fc.constantFrom(1, 2, undefined), (library, folder, name, size) => {
      const items = library.map(({ files }, at): ListedItem => {
        const paths = [...new Map(files.map((file) => [`${file.folder}/${file.name}`, file.size]))];
        return {
          ...item(String(at)),
          files: paths.map(([path, bytes]) => ({ path, size: bytes, durationMs: undefined })),
        };
      });
      fill(index, QUAYS, items);
      const whole = items.map(({ ratingKey, title, files }) => {
        return { ratingKey, title, files, ...placeOf(QUAYS) };
      });
      const scene = { path: `${folder}/${name}`, size };
      const live = matchScene(scene, whole, []);
      const indexed = matchScene(scene, index.byName(QUAYS, nameKey(name)) ?? [], []);
      assert.deepEqual(verdictOf(indexed), verdictOf(live));
    }),
    { numRuns: 200 },
  );
});

/** A server that sends `cap` rows at the most, of a library that `change` may alter before each page. */
function pagedBy(rows: ListedItem[], cap: number, change: (page: number) => void = () => undefined) {
  let page = 0;
  return (_section: Section, start: number, size: number): Promise<ListedPage> => {
    change(page);
    page += 1;
    return Promise.resolve({ items: rows.slice(start, start + Math.min(size, cap)), total: rows.length });
  };
}

test('a listing sees every item once, however long the pages are', async () => {
  for (const [count, cap] of [
    [0, 5],
    [1, 1],
    [7, 1],
    [7, 2],
    [12, 5],
    [2_500, PAGE_ROWS],
  ] as const) {
    const rows = Array.from({ length: count }, (_, at) => item(String(at)));
    const seen: string[] = [];
    const end = await listSection(QUAYS, pagedBy(rows, cap), (items) => {
      seen.push(...items.map(({ ratingKey }) => ratingKey));
      return 'go_on';
    });
    assert.deepEqual(
      seen,
      rows.map(({ ratingKey }) => ratingKey),
    );
    assert.equal(end.kind, 'whole');
    if (cap === PAGE_ROWS) assert.equal(end.requests, pagesFor(count));
  }
});

test('a library that moves under a listing is not taken for whole, also where one goes and another comes', async () => {
  for (const swap of [['remove'], ['remove', 'add'], ['add']] as const) {
    const rows = Array.from({ length: 12 }, (_, at) => item(String(at)));
    const change = (page: number): void => {
      if (page !== 1) return;
      for (const step of swap) {
        if (step === 'remove') rows.splice(2, 1);
        else rows.push(item('99'));
      }
    };
    const end = await listSection(QUAYS, pagedBy(rows, 5, change), () => 'go_on');
    assert.equal(end.kind, 'moved');
  }
});

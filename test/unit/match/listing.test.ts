import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ListedItem, ListPage } from '../../../src/core/match/listing.ts';
import { findInListing, listSection } from '../../../src/core/match/listing.ts';
import { liveFinders } from '../../../src/core/match/live-finders.ts';
import { lookUpFile } from '../../../src/core/match/look-up.ts';
import { SyncError } from '../../../src/core/model/errors.ts';
import type { Section } from '../../../src/core/model/plex-item.ts';

const HARBOURS: Section = {
  ...{ key: '1', title: 'Harbours', type: 'movie', uuid: 'a' },
  ...{ folders: ['/media'], serverFolders: ['/media'] },
};
const NAMES = ['mole.mp4', 'pier.mp4', 'quay.mp4', 'reef.mp4', 'wharf.mp4'];
/** No listing of so few rows asks more often. */
const MOST_PAGES = 10;

function item(name: string): ListedItem {
  return {
    ratingKey: name,
    title: name,
    files: [{ path: `/media/${name}` }],
    addedAt: undefined,
    updatedAt: undefined,
  };
}

/** A server that sends two rows at a time and promises `total`, counting what it is asked; `before` a page it may change. */
function pages(rows: ListedItem[], total = rows.length, before: (page: number) => void = () => undefined) {
  const asked = { pages: 0 };
  const listPage: ListPage = (_section, start) => {
    before(asked.pages);
    asked.pages += 1;
    assert.ok(asked.pages <= MOST_PAGES, 'asks on and on');
    return Promise.resolve({ items: rows.slice(start, start + 2), total });
  };
  return { asked, listPage };
}

function malformed(words: RegExp): (thrown: unknown) => boolean {
  return (thrown) => thrown instanceof SyncError && thrown.code === 'plex_malformed' && words.test(thrown.message);
}

test('a listing ends where whoever takes its rows has had enough', async () => {
  const { asked, listPage } = pages(NAMES.map(item));
  const end = await listSection(HARBOURS, listPage, () => 'stop');
  assert.deepEqual([end, asked.pages], [{ kind: 'stopped', requests: 1 }, 1]);
});

test('a server that promises more rows than it sends is malformed, and is not asked for ever', async () => {
  const { listPage } = pages(NAMES.map(item), NAMES.length + 2);
  await assert.rejects(
    listSection(HARBOURS, listPage, () => 'go_on'),
    malformed(/promised 7 rows of "Harbours" and sent 5/),
  );
});

test('a name that is not in a library that moved while it was listed is not missing for sure', async () => {
  const rows = NAMES.map(item);
  const { listPage } = pages(rows, undefined, (page) => {
    if (page === 1) rows.shift();
  });
  await assert.rejects(findInListing(HARBOURS, 'wharf.mp4', listPage), malformed(/"Harbours" changed/));
});

test('a server that answers for a name is not listed, and one that cannot be asked for one is', async () => {
  const live = pages(NAMES.map(item));
  const candidate = { ...item('pier.mp4'), sectionKey: '1', sectionTitle: 'Harbours' };
  const found = { kind: 'found', candidates: [candidate], requests: 1 } as const;
  const byTitle = () => assert.fail('no title is asked for');
  const asked = liveFinders({
    findByFileName: () => Promise.resolve(found),
    findByTitle: byTitle,
    listPage: live.listPage,
  });
  const answer = await asked.byName(HARBOURS, 'pier.mp4');
  assert.deepEqual([answer.rule, answer.candidates, live.asked.pages], ['file_name', [candidate], 0]);

  const unusable = { kind: 'unusable', reason: 'ignored', requests: 1 } as const;
  const { byName } = liveFinders({ ...live, findByFileName: () => Promise.resolve(unusable), findByTitle: byTitle });
  const listed = await byName(HARBOURS, 'pier.mp4');
  assert.deepEqual([listed.rule, listed.candidates.length, listed.requests], ['listing', 1, 1 + live.asked.pages]);
});

test('the search by title ends with the first title that brings an item with the file', async () => {
  const titles: string[] = [];
  const candidate = { ...item('pier'), files: [{ path: '/media/garden/Pier 1080p.mp4' }] };
  const look = await lookUpFile(
    { path: '/media/garden/Pier 1080p.mp4' },
    { sections: [HARBOURS], mappings: [] },
    {
      byName: () => Promise.resolve({ rule: 'file_name', candidates: [], requests: 1 }),
      byTitle: (_section, title) => {
        titles.push(title);
        const candidates = title === 'Pier' ? [{ ...candidate, sectionKey: '1', sectionTitle: 'Harbours' }] : [];
        return Promise.resolve({ candidates, requests: 1 });
      },
    },
  );
  assert.deepEqual([look.match.kind, titles], ['high', ['Pier']]);
  assert.deepEqual(
    look.candidates.map(({ ratingKey }) => ratingKey),
    ['pier'],
  );
});

/** What the libraries of a whole server say of a file: asked of Plex live, and of the index, by one rule. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { Explanation } from '../../src/commands/shared/match/explain-match.ts';
import { explainMatch } from '../../src/commands/shared/match/explain-match.ts';
import type { SceneFile } from '../../src/core/match/evidence.ts';
import { chooseSections } from '../../src/core/match/libraries.ts';
import { listSection } from '../../src/core/match/listing.ts';
import type { LookUp } from '../../src/core/match/look-up.ts';
import { lookUpFile } from '../../src/core/match/look-up.ts';
import { nameKey } from '../../src/core/match/paths.ts';
import type { Section } from '../../src/core/model/plex-item.ts';
import { openFileIndex } from '../../src/file-index/file-index.ts';
import { createPlexClient } from '../../src/plex/client.ts';
import type { SectionOptions } from '../../src/simulator/plex/library/library.ts';
import type { PlexServer } from '../../src/simulator/plex/server.ts';
import { startPlexServer } from '../../src/simulator/plex/server.ts';
import { makeScratchDir, removeScratchDir } from '../helpers/scratch.ts';

const SECTIONS = [
  { key: '1', title: 'Studio A', locations: ['/media/studio-a'] },
  { key: '2', title: 'Studio B', locations: ['/media/studio-b'] },
  { key: '3', title: 'Serials', type: 'show', locations: ['/media/serials'] },
] as const;

type World = {
  readonly plex: PlexServer;
  /** As `match-test` looks. */
  explain(file: SceneFile): Promise<Explanation>;
  /** As a drain looks that has listed the library. */
  indexed(file: SceneFile): Promise<LookUp>;
};

/** A server of some libraries, of which one is looked in. */
async function world(t: TestContext, sections: readonly SectionOptions[] = SECTIONS): Promise<World> {
  const plex = await startPlexServer({ sections });
  t.after(() => plex.close());
  const client = createPlexClient({
    baseUrl: plex.url,
    token: plex.token,
    clientIdentifier: 'roots',
    version: '0',
    trust: { certificates: 'verified', ca: undefined },
    connectTimeoutMs: 5_000,
    readTimeoutMs: 30_000,
    signal: new AbortController().signal,
    now: Date.now,
  });
  const place = async () => ({ sections: chooseSections(await client.sections(), ['Studio A']), mappings: [] });
  return {
    plex,
    explain: async (file) => await explainMatch([file], { ...(await place()), leftOut: [] }, client),
    indexed: async (file) => {
      const dir = makeScratchDir('roots');
      const index = openFileIndex(dir, (reason) => assert.fail(reason));
      try {
        const { sections: chosen } = await place();
        for (const section of chosen) {
          const draft = index.draft(section) ?? assert.fail('no draft');
          await listSection(section, client.listPage, (items) => {
            draft.add(items);
            return 'go_on';
          });
          assert.ok(draft.finish({ addedAt: 1, updatedAt: 1 }));
        }
        const byName = async (section: Section, name: string) =>
          ({ rule: 'index', candidates: index.byName(section, nameKey(name)) ?? [], requests: 0 }) as const;
        return await lookUpFile(file, { sections: chosen, mappings: [] }, { byName });
      } finally {
        index.close();
        removeScratchDir(dir);
      }
    },
  };
}

test('folders of libraries that are not looked in, and of serials, keep an item from being proven', async (t) => {
  const { plex, explain, indexed } = await world(t);
  plex.addItem({ sectionKey: '1', file: '/media/studio-a/2024/01.mp4' });
  const expected: Readonly<Record<string, string>> = {
    '/data/studio-a/2024/01.mp4': 'high',
    '/data/studio-b/2024/01.mp4': 'low',
    '/data/serials/2024/01.mp4': 'low',
    '/media/serials/pier/2024/01.mp4': 'low',
    '/data/clips/2024/01.mp4': 'high',
  };
  for (const [path, kind] of Object.entries(expected)) {
    const { look, suggestion } = await explain({ path });
    assert.equal(look.match.kind, kind, path);
    if (kind === 'low') assert.equal(suggestion, undefined, path);
    assert.deepEqual((await indexed({ path })).match, look.match, path);
  }
});

test('a size that agrees proves the item in whichever library folder it lies', async (t) => {
  const { plex, explain, indexed } = await world(t);
  plex.addItem({ sectionKey: '1', file: '/media/studio-a/2024/01.mp4', size: 7 });
  const file = { path: '/data/studio-b/2024/01.mp4', size: 7 };
  const { look } = await explain(file);
  assert.equal(look.match.kind === 'high' && look.match.rule, 'size');
  assert.deepEqual((await indexed(file)).match, look.match);
});

test('what lies near a file that Plex does not have shows no way into another library folder', async (t) => {
  const { plex, explain } = await world(t);
  plex.addItem({ sectionKey: '1', file: '/media/studio-a/2024/02.mp4' });
  const near = async (path: string) => {
    const { look, nearMisses, suggestion } = await explain({ path });
    assert.deepEqual([look.match.kind, nearMisses.length], ['none', 1]);
    return suggestion;
  };
  assert.equal(await near('/data/studio-b/2024/01.mp4'), undefined);
  assert.equal(await near('/media/studio-b/2024/01.mp4'), undefined);
  assert.deepEqual(await near('/data/clips/2024/01.mp4'), { from: '/data/clips', to: '/media/studio-a' });
});

test('a folder that any library of the server holds is offered no other place', async (t) => {
  const all = { key: '9', title: 'Pictures', type: 'photo', locations: ['/media'] } as const;
  const { plex, explain } = await world(t, [SECTIONS[0], all]);
  plex.addItem({ sectionKey: '1', file: '/media/studio-a/2024/02.mp4' });
  assert.equal((await explain({ path: '/media/clips/2024/01.mp4' })).suggestion, undefined);
  assert.notEqual((await explain({ path: '/data/clips/2024/01.mp4' })).suggestion, undefined);
});

/** The collections of a section, as Plex lists them. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { SyncError } from '../../src/core/model/errors.ts';
import { createPlexClient } from '../../src/plex/client.ts';
import type { PlexServerOptions } from '../../src/simulator/plex/server.ts';
import { startPlexServer } from '../../src/simulator/plex/server.ts';

const SECTION = { key: '1', title: 'Scenes', type: 'movie', uuid: undefined, folders: [], serverFolders: [] };

async function setup(t: TestContext, options: Partial<PlexServerOptions> = {}) {
  const plex = await startPlexServer({ sections: [{ key: '1', title: 'Scenes' }], ...options });
  t.after(plex.close);
  const client = createPlexClient({
    ...{ baseUrl: plex.url, token: plex.token, clientIdentifier: 'lighthouse', version: '0' },
    trust: { certificates: 'verified', ca: undefined },
    ...{ connectTimeoutMs: 1_000, readTimeoutMs: 5_000 },
    signal: new AbortController().signal,
    now: Date.now,
  });
  return { plex, collections: async () => await client.collections(SECTION) };
}

const answer = (container: object) =>
  ({
    kind: 'status',
    status: 200,
    body: JSON.stringify({ MediaContainer: container }),
    contentType: 'application/json',
  }) as const;

for (const quirks of [{}, { maxPageSize: 7 }, { paging: 'ignored' }] as const) {
  test(`all of them are listed, plain and smart ones (${JSON.stringify(quirks)})`, async (t) => {
    const { plex, collections } = await setup(t, { quirks });
    const names = Array.from({ length: 20 }, (_, index) => `Skerry ${String(index).padStart(2, '0')}`);
    plex.addItem({ sectionKey: '1', file: '/data/a.mp4', collections: names });
    plex.addSmartCollection('1', 'Beacon', 'Beacon');
    assert.deepEqual(await collections(), [
      { title: 'Beacon', smart: true },
      ...names.map((title) => ({ title, smart: false })),
    ]);
    assert.equal(plex.count('collections'), 'maxPageSize' in quirks ? 3 : 1);
  });
}

test('a section may have none', async (t) => {
  assert.deepEqual(await (await setup(t)).collections(), []);
});

test('each way of saying smart counts, and a title that is a number is a title', async (t) => {
  const { plex, collections } = await setup(t);
  const rows = [
    ...[true, 1, '1'].map((smart) => ({ title: 'Beacon', smart })),
    ...[false, 0, '0', null, 'perhaps', undefined].map((smart) => ({ title: 'Skerry', smart })),
    ...[{ title: 1984 }, {}],
  ];
  plex.fail('collections', answer({ totalSize: rows.length, Metadata: rows }));
  assert.deepEqual(
    (await collections()).map(({ title, smart }) => `${title} ${smart ? 'smart' : 'plain'}`),
    [
      ...Array.from({ length: 3 }, () => 'Beacon smart'),
      ...Array.from({ length: 6 }, () => 'Skerry plain'),
      ...['1984 plain', ' plain'],
    ],
  );
});

for (const [how, container] of Object.entries({
  'that ends before its total': { totalSize: 2, Metadata: [] },
  'that ends before its total, sent as text': { totalSize: '2', Metadata: [] },
  'that is no list': { totalSize: 1, Metadata: 'Skerry' },
}))
  test(`a list ${how} is no answer`, async (t) => {
    const { plex, collections } = await setup(t);
    plex.fail('collections', answer(container));
    await assert.rejects(collections, (thrown) => thrown instanceof SyncError && thrown.code === 'plex_malformed');
  });

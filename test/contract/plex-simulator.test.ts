import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { NewItem, PlexServer, PlexServerOptions } from '../../src/simulator/plex/server.ts';
import { startPlexServer } from '../../src/simulator/plex/server.ts';

type Row = {
  ratingKey: string;
  title: string;
  librarySectionID?: number;
  updatedAt?: number;
  Genre?: { tag: string; id?: number; filter?: string }[];
  Role?: { tag: string; role?: string; thumb?: string }[];
  Collection?: { tag: string }[];
  Field?: { name: string; locked: boolean }[];
  Media?: { Part: { file: string; size: number }[] }[];
  selected?: boolean;
};
type Container = {
  size: number;
  totalSize?: number;
  offset?: number;
  librarySectionID?: number;
  Metadata?: Row[];
  Directory?: { key: string; refreshing?: boolean; uuid?: string }[];
  Activity?: { Context: { librarySectionID: string } }[];
};

async function setup(t: TestContext, options: Partial<PlexServerOptions> = {}) {
  const plex = await startPlexServer({
    sections: [{ key: '1', title: 'Scenes' }],
    now: () => 1_700_000_000_000,
    ...options,
  });
  t.after(plex.close);
  const headers = { Accept: 'application/json', 'X-Plex-Token': plex.token };
  const request = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(plex.url + path, { redirect: 'manual', ...init, headers: { ...headers, ...init.headers } });
  const get = async (path: string, extra: Record<string, string> = {}): Promise<Container> => {
    const response = await request(path, { headers: extra });
    assert.equal(response.status, 200, path);
    return ((await response.json()) as { MediaContainer: Container }).MediaContainer;
  };
  const titles = async (query: string): Promise<string[]> =>
    ((await get(`/library/sections/1/all?${query}`)).Metadata ?? []).map(({ title }) => title);
  const edit = (pairs: Record<string, string>): Promise<Response> =>
    request(`/library/sections/1/all?${new URLSearchParams({ type: '1', ...pairs })}`, { method: 'PUT' });
  return { plex, request, get, titles, edit };
}

const add = (plex: PlexServer, name: string, more: Partial<NewItem> = {}): string =>
  plex.addItem({ sectionKey: '1', file: `/data/${name}.mp4`, ...more });

test('only an Accept of application/json gets JSON; everything else gets XML', async (t) => {
  const { plex, request } = await setup(t);
  const key = add(plex, 'a', { title: 'A & "B" <\n\u0001', genres: ['G'], locked: ['title'] });
  const json = await request(`/library/metadata/${key}`);
  assert.match(json.headers.get('content-type') ?? '', /^application\/json/);
  const xml = await request(`/library/metadata/${key}`, { headers: { Accept: '*/*' } });
  assert.match(xml.headers.get('content-type') ?? '', /^text\/xml/);
  const text = await xml.text();
  assert.match(text, /<Video ratingKey="1"[^>]* title="A &amp; &quot;B&quot; &lt;&#10;"/);
  assert.match(text, /<Field locked="1" name="title"\/>/);
  assert.match(text, /<Genre id="1" filter="genre=1" tag="G"\/>/);
});

test('the token may come as header or query, and a wrong one gets 401 as HTML whatever is accepted', async (t) => {
  const { plex, request } = await setup(t);
  assert.equal((await fetch(`${plex.url}/library?X-Plex-Token=${plex.token}`)).status, 200);
  const refused = await request('/library/sections', { headers: { 'X-Plex-Token': 'wrong' } });
  assert.equal(refused.status, 401);
  assert.equal(refused.headers.get('content-type'), 'text/html');
  assert.match(await refused.text(), /<h1>401 Unauthorized<\/h1>/);
});

test('identity needs no token', async (t) => {
  const { plex } = await setup(t, { machineIdentifier: 'abc' });
  const response = await fetch(`${plex.url}/identity`, { headers: { Accept: 'application/json' } });
  const body = (await response.json()) as { MediaContainer: { machineIdentifier: string } };
  assert.equal(body.MediaContainer.machineIdentifier, 'abc');
});

test('everything outside the base path is 404', async (t) => {
  const { plex, request } = await setup(t, { basePath: '/x7f3' });
  assert.equal((await request('/identity')).status, 200);
  assert.equal((await fetch(new URL('/identity', plex.url))).status, 404);
  assert.equal((await fetch(new URL('/x7f3z/identity', plex.url))).status, 404);
});

test('a read-only token reads, and gets 403 on every write', async (t) => {
  const { plex, request } = await setup(t, { readOnlyToken: 'guest' });
  const key = add(plex, 'a');
  const headers = { 'X-Plex-Token': 'guest' };
  assert.equal((await request(`/library/metadata/${key}`, { headers })).status, 200);
  const edit = `/library/sections/1/all?type=1&id=${key}&title.value=x`;
  assert.equal((await request(edit, { method: 'PUT', headers })).status, 403);
  assert.equal((await request(`/library/metadata/${key}/posters?url=x`, { method: 'POST', headers })).status, 403);
  assert.equal((await request('/library/sections/1/refresh', { headers })).status, 403);
  assert.equal((await request('/library', { headers })).status, 403);
  assert.equal(plex.item(key)?.title, 'a');
});

test('a section has a uuid that is stable for the server', async (t) => {
  const first = await (await setup(t)).get('/library/sections');
  const second = await (await setup(t)).get('/library/sections');
  assert.equal(first.Directory?.[0]?.uuid, second.Directory?.[0]?.uuid);
  assert.equal(first.Directory?.[0]?.key, '1');
});

test('the file filter finds a basename inside a longer path, letter case aside', async (t) => {
  const { plex, titles } = await setup(t);
  add(plex, 'one two');
  plex.addItem({ sectionKey: '1', title: 'versions', file: ['/data/v1.mp4', '/data/v2.mp4'] });
  assert.deepEqual(await titles('type=1&file=ONE%20two.mp4'), ['one two']);
  assert.deepEqual(await titles('type=1&file=v2.mp4'), ['versions']);
  assert.deepEqual(await titles('type=1&file=/data/v'), ['versions']);
  assert.deepEqual(await titles('type=1&file=nothing'), []);
});

test('the file filter sees files added, moved and removed since the last look-up', async (t) => {
  const { plex, titles } = await setup(t);
  const key = add(plex, 'a');
  assert.deepEqual(await titles('type=1&file=a.mp4'), ['a']);
  plex.moveFile(key, '/data/moved.mp4');
  assert.deepEqual(await titles('type=1&file=a.mp4'), []);
  assert.deepEqual(await titles('type=1&file=moved.mp4'), ['a']);
  plex.removeItem(key);
  assert.deepEqual(await titles('type=1&file=moved.mp4'), []);
});

test('the file filter without type is a 500 in HTML', async (t) => {
  const { request } = await setup(t);
  const response = await request('/library/sections/1/all?file=a.mp4');
  assert.equal(response.status, 500);
  assert.equal(response.headers.get('content-type'), 'text/html');
});

test('a comma in a filter value means or, and an empty alternative matches everything', async (t) => {
  const { plex, titles } = await setup(t);
  for (const name of ['a', 'b', 'c']) add(plex, name);
  assert.deepEqual(await titles('type=1&file=a.mp4%2Cb.mp4'), ['a', 'b']);
  assert.deepEqual(await titles('type=1&file=a.mp4%2C'), ['a', 'b', 'c']);
});

test('an unknown filter is ignored and the whole library comes back', async (t) => {
  const { plex, titles } = await setup(t);
  for (const name of ['a', 'b']) add(plex, name);
  assert.deepEqual(await titles('type=1&fiel=a.mp4'), ['a', 'b']);
});

test('operators stand left of the separating equals sign', async (t) => {
  const { plex, titles } = await setup(t);
  add(plex, 'ab', { addedAt: 100 });
  add(plex, 'abc', { addedAt: 200 });
  assert.deepEqual(await titles('type=1&file%3D=/data/ab.mp4'), ['ab']);
  assert.deepEqual(await titles('type=1&file%3C=/data/abc'), ['abc']);
  assert.deepEqual(await titles('type=1&file%3E=bc.mp4'), ['abc']);
  assert.deepEqual(await titles('type=1&file%21=abc'), ['ab']);
  assert.deepEqual(await titles('type=1&addedAt%3E%3E=100'), ['abc']);
  assert.deepEqual(await titles('type=1&addedAt%3C%3C=200'), ['ab']);
  assert.deepEqual(await titles('type=1&updatedAt%3E%3E=-1d'), ['ab', 'abc']);
  assert.deepEqual(await titles('type=1&title%3D=AB'), ['ab']);
});

test('a page needs both start and size, and only a page has a total', async (t) => {
  const { plex, get } = await setup(t);
  for (const name of ['a', 'b', 'c']) add(plex, name);
  const whole = await get('/library/sections/1/all?type=1&X-Plex-Container-Size=1');
  assert.deepEqual([whole.size, whole.totalSize], [3, undefined]);
  const page = await get('/library/sections/1/all?type=1&X-Plex-Container-Start=2&X-Plex-Container-Size=2');
  assert.deepEqual([page.size, page.totalSize, page.offset], [1, 3, 2]);
  const headers = { 'X-Plex-Container-Start': '0', 'X-Plex-Container-Size': '0' };
  const count = await get('/library/sections/1/all?type=1', headers);
  assert.deepEqual([count.size, count.totalSize, count.Metadata], [0, 3, undefined]);
});

test('a listing is sorted by the key asked for', async (t) => {
  const { plex, titles } = await setup(t);
  add(plex, 'b', { addedAt: 100 });
  add(plex, 'c', { addedAt: 300 });
  add(plex, 'a', { addedAt: 200 });
  assert.deepEqual(await titles('type=1'), ['a', 'b', 'c']);
  assert.deepEqual(await titles('type=1&sort=id'), ['b', 'c', 'a']);
  assert.deepEqual(await titles('type=1&sort=addedAt:desc'), ['c', 'a', 'b']);
});

test('a listing shows shortened lists and no locks; the item shows all', async (t) => {
  const { plex, get } = await setup(t);
  const roles = ['p', 'q', 'r', 's'].map((tag) => ({ tag, role: 'x' }));
  const key = add(plex, 'a', { genres: ['1', '2', '3'], roles, collections: ['C'], locked: ['genre'] });
  const listing = await get('/library/sections/1/all?type=1');
  const row = listing.Metadata?.[0];
  assert.deepEqual(row?.Genre, [{ tag: '1' }, { tag: '2' }]);
  assert.deepEqual(row?.Role, [{ tag: 'p' }, { tag: 'q' }, { tag: 'r' }]);
  assert.deepEqual([row?.Collection, row?.Field, row?.librarySectionID], [undefined, undefined, undefined]);
  assert.equal(listing.librarySectionID, 1);
  const full = (await get(`/library/metadata/${key}`)).Metadata?.[0];
  assert.equal(full?.Genre?.length, 3);
  assert.equal(full?.Genre?.[0]?.filter, `genre=${full?.Genre?.[0]?.id}`);
  assert.equal(full?.Role?.[3]?.role, 'x');
  assert.deepEqual(full?.Collection?.[0]?.tag, 'C');
  assert.deepEqual(full?.Field, [{ locked: true, name: 'genre' }]);
  assert.equal(full?.librarySectionID, 1);
});

test('excluded elements and fields are left out of rows, and Part goes with Media', async (t) => {
  const { plex, get } = await setup(t);
  add(plex, 'a', { genres: ['1'] });
  const trimmed = await get('/library/sections/1/all?type=1&excludeElements=Genre,Media&excludeFields=title');
  const row = trimmed.Metadata?.[0];
  assert.deepEqual([row?.Genre, row?.Media, row?.title], [undefined, undefined, undefined]);
});

test('several ids in one GET give the items that exist, and 404 when none does', async (t) => {
  const { plex, get, request } = await setup(t);
  const keys = ['a', 'b'].map((name) => add(plex, name));
  const found = await get(`/library/metadata/${keys[1]},99,${keys[0]}`);
  assert.deepEqual(
    found.Metadata?.map(({ title }) => title),
    ['b', 'a'],
  );
  assert.equal((await request('/library/metadata/98,99')).status, 404);
  plex.setQuirks({ missingIds: 'not-found' });
  assert.equal((await request(`/library/metadata/${keys[1]},99`)).status, 404);
});

test('an edit without id changes every item of the section', async (t) => {
  const { plex, edit } = await setup(t);
  const keys = ['a', 'b'].map((name) => add(plex, name));
  await edit({ 'studio.value': 'S' });
  assert.deepEqual(
    keys.map((key) => plex.item(key)?.studio),
    ['S', 'S'],
  );
});

test('an edit of several ids changes those, and answers 200 with an empty HTML body', async (t) => {
  const { plex, edit } = await setup(t);
  const keys = ['a', 'b', 'c'].map((name) => add(plex, name));
  const response = await edit({ id: `${keys[0]},${keys[2]}`, 'studio.value': 'S', 'studio.locked': '1' });
  assert.deepEqual([response.status, response.headers.get('content-type')], [200, 'text/html']);
  assert.equal(await response.text(), '');
  assert.deepEqual(
    keys.map((key) => plex.item(key)?.studio),
    ['S', undefined, 'S'],
  );
  assert.deepEqual(plex.item(keys[0] ?? '')?.locked, ['studio']);
});

test('an edit of an id that is gone answers 200 and changes nothing, or 404 on servers that look', async (t) => {
  const { plex, edit } = await setup(t);
  const key = add(plex, 'a');
  assert.equal((await edit({ id: '99', 'studio.value': 'S' })).status, 200);
  assert.equal(plex.item(key)?.studio, undefined);
  plex.setQuirks({ deadEdits: 'not-found' });
  assert.equal((await edit({ id: '99', 'studio.value': 'S' })).status, 404);
});

test('an edit with anything wrong in it is 400 and changes nothing', async (t) => {
  const { plex, edit, request } = await setup(t);
  const key = add(plex, 'a');
  const wrong: Record<string, string>[] = [
    { 'title.value': ' ' },
    { 'originallyAvailableAt.value': '2024-02-31' },
    { 'userRating.value': '11' },
    { 'summary.value': 'bell\u0007' },
    { 'role[0].tag.tag': 'not the edit name' },
    { 'genre[0].tagging.text': 'no name' },
    { 'genre[].tag.tag-': '%zz' },
  ];
  for (const pairs of wrong) {
    const response = await edit({ id: key, 'studio.value': 'S', ...pairs });
    assert.equal(response.status, 400, JSON.stringify(pairs));
    assert.equal(plex.item(key)?.studio, undefined);
  }
  assert.equal((await edit({ id: key })).status, 400);
  assert.equal((await request(`/library/sections/1/all?id=${key}&studio.value=S`, { method: 'PUT' })).status, 400);
  assert.equal(
    (await request(`/library/sections/1/all?type=1&id=${key}&studio.value=%zz`, { method: 'PUT' })).status,
    400,
  );
});

test('an empty value clears a scalar, and locked=0 unlocks', async (t) => {
  const { plex, edit } = await setup(t);
  const key = add(plex, 'a', { studio: 'S', locked: ['studio', 'title'] });
  await edit({ id: key, 'studio.value': '', 'studio.locked': '0' });
  assert.deepEqual([plex.item(key)?.studio, plex.item(key)?.locked], [undefined, ['title']]);
});

test('where tags merge, an indexed list adds, and keeps role and portrait unless they are sent again', async (t) => {
  const { plex, edit } = await setup(t);
  const key = add(plex, 'a', { roles: [{ tag: 'P', role: 'lead', thumb: 'http://t/p' }, { tag: 'Q' }] });
  await edit({ id: key, 'actor[0].tag.tag': 'P', 'actor[1].tag.tag': 'R', 'actor[1].tagging.text': 'new' });
  assert.deepEqual(plex.item(key)?.roles, [
    { tag: 'P', role: 'lead', thumb: 'http://t/p' },
    { tag: 'Q' },
    { tag: 'R', role: 'new' },
  ]);
});

test('where tags replace, an indexed list is the whole list, and role and portrait not sent again are lost', async (t) => {
  const { plex, edit } = await setup(t, { tagSemantics: 'replace' });
  const roles = [{ tag: 'P', role: 'lead', thumb: 'http://t/p' }, { tag: 'Q' }];
  const key = add(plex, 'a', { roles, genres: ['stays'] });
  await edit({ id: key, 'actor[0].tag.tag': 'P', 'actor[1].tag.tag': 'R', 'actor[1].tagging.thumb': 'http://t/r' });
  assert.deepEqual(plex.item(key)?.roles, [{ tag: 'P' }, { tag: 'R', thumb: 'http://t/r' }]);
  assert.deepEqual(plex.item(key)?.genres, ['stays']);
});

test('removed names are a comma list whose names are encoded once more', async (t) => {
  const { plex, request } = await setup(t);
  const key = add(plex, 'a', { genres: ['a, b', 'a', 'c', 'd'] });
  const query = `type=1&id=${key}&genre%5B%5D.tag.tag-=a%252C%2520b%2CC`;
  assert.equal((await request(`/library/sections/1/all?${query}`, { method: 'PUT' })).status, 200);
  assert.deepEqual(plex.item(key)?.genres, ['a', 'd']);
});

test('kind[].tag clears the kind before the same request adds to it; a lock alone clears nothing', async (t) => {
  const { plex, edit } = await setup(t);
  const key = add(plex, 'a', { genres: ['a', 'b'], collections: ['C'] });
  await edit({ id: key, 'genre.locked': '1' });
  assert.deepEqual(plex.item(key)?.genres, ['a', 'b']);
  await edit({ id: key, 'genre[].tag': '', 'genre[0].tag.tag': 'c' });
  assert.deepEqual(plex.item(key)?.genres, ['c']);
  await edit({ id: key, 'collection[].tag': '' });
  assert.deepEqual(plex.item(key)?.collections, []);
});

test('names that differ in letter case are one tag, spelt as the server first saw it', async (t) => {
  const { plex, edit } = await setup(t);
  add(plex, 'other', { genres: ['Drama'] });
  const key = add(plex, 'a');
  await edit({ id: key, 'genre[0].tag.tag': 'DRAMA', 'genre[1].tag.tag': 'drama' });
  assert.deepEqual(plex.item(key)?.genres, ['Drama']);
});

test('a portrait sent for the tag shows on every item, unless the server stores it per item only', async (t) => {
  const { plex, edit } = await setup(t);
  const other = add(plex, 'other', { roles: [{ tag: 'P' }] });
  const key = add(plex, 'a');
  plex.setQuirks({ portraits: 'tagging' });
  await edit({ id: key, 'actor[0].tag.tag': 'P', 'actor[0].tag.thumb': 'http://t/p' });
  assert.deepEqual(plex.item(key)?.roles, [{ tag: 'P' }]);
  plex.setQuirks({ portraits: 'both' });
  await edit({ id: key, 'actor[0].tag.tag': 'P', 'actor[0].tag.thumb': 'http://t/p' });
  assert.deepEqual(plex.item(other)?.roles, [{ tag: 'P', thumb: 'http://t/p' }]);
});

test('a late answer is of when its request came, and waits until the test lets it go', async (t) => {
  const { plex, edit, request } = await setup(t);
  const key = add(plex, 'a');
  const meanwhile = Promise.withResolvers<void>();
  plex.fail('edit', { kind: 'late', after: meanwhile.promise });
  let isAnswered = false;
  const answer = edit({ id: key, 'studio.value': 'S' }).finally(() => {
    isAnswered = true;
  });
  while (plex.count('edit') === 0 || plex.item(key)?.studio !== 'S') await request('/identity');
  assert.equal(isAnswered, false);
  meanwhile.resolve();
  assert.equal((await answer).status, 200);
});

test('an agent changes only what is not locked, a person changes and locks', async (t) => {
  const { plex } = await setup(t);
  const key = add(plex, 'a', { summary: 'ours', genres: ['ours'], locked: ['summary', 'genre'] });
  plex.refreshMetadata(key, { summary: 'agent', genres: ['agent'], title: 'agent' });
  assert.deepEqual(
    [plex.item(key)?.summary, plex.item(key)?.genres, plex.item(key)?.title],
    ['ours', ['ours'], 'agent'],
  );
  plex.editByHand(key, { title: 'by hand', collections: ['mine'] });
  assert.equal(plex.item(key)?.title, 'by hand');
  assert.deepEqual(plex.item(key)?.locked, ['collection', 'genre', 'summary', 'title']);
});

test('a test can make Plex keep its own form of a value, or drop the write in silence', async (t) => {
  const { plex, edit } = await setup(t);
  const key = add(plex, 'a', { studio: 'old' });
  plex.normaliseOnEdit((field, value) => (field === 'studio' ? undefined : value.toUpperCase()));
  const response = await edit({ id: key, 'studio.value': 'new', 'title.value': 'new', 'genre[0].tag.tag': 'g' });
  assert.equal(response.status, 200);
  assert.deepEqual([plex.item(key)?.studio, plex.item(key)?.title, plex.item(key)?.genres], ['old', 'NEW', ['G']]);
});

test('rating takes 0 to 10 with decimals, -1 removes, anything else is 400', async (t) => {
  const { plex, request } = await setup(t);
  const key = add(plex, 'a');
  const rate = async (rating: string, more = '&identifier=com.plexapp.plugins.library'): Promise<number> =>
    (await request(`/:/rate?key=${key}&rating=${rating}${more}`, { method: 'PUT' })).status;
  assert.equal(await rate('8.5'), 200);
  assert.equal(plex.item(key)?.userRating, 8.5);
  assert.equal(await rate('11'), 400);
  assert.equal(await rate('5', ''), 400);
  assert.equal(await rate('5', '&identifier=other'), 404);
  assert.equal(await rate('-1'), 200);
  assert.equal(plex.item(key)?.userRating, undefined);
});

test('an optimised version is listed as media but is none of the files', async (t) => {
  const { plex, get } = await setup(t);
  const key = add(plex, 'a', { file: ['/data/cd1.mp4', '/data/cd2.mp4'], stacked: true, optimizedFile: '/data/o.mp4' });
  const media = (await get(`/library/metadata/${key}`)).Metadata?.[0]?.Media ?? [];
  assert.deepEqual(
    media.map(({ Part }) => Part.map(({ file }) => file)),
    [['/data/cd1.mp4', '/data/cd2.mp4'], ['/data/o.mp4']],
  );
  assert.deepEqual(plex.item(key)?.files, ['/data/cd1.mp4', '/data/cd2.mp4']);
});

test('an answer comes late by the latency, though its edit is done at once', async (t) => {
  const { plex, edit } = await setup(t);
  const key = add(plex, 'a');
  plex.setLatency(60_000);
  const answered = assert.rejects(edit({ id: key, 'studio.value': 'S' }));
  while (plex.item(key)?.studio === undefined) await new Promise(setImmediate);
  await plex.close();
  await answered;
});

test('a scan shows in activities and sections until it was polled often enough', async (t) => {
  const { plex, request, get, titles } = await setup(t, { quirks: { scanPolls: 2 } });
  plex.onRefresh((_section, path) => add(plex, `found in ${path?.slice(-1)}`));
  assert.equal((await request('/library/sections/1/refresh?path=%2Fdata%2Fa+b')).status, 200);
  assert.deepEqual(await titles('type=1'), ['found in b']);
  assert.equal((await get('/activities')).Activity?.[0]?.Context.librarySectionID, '1');
  assert.equal((await get('/library/sections')).Directory?.[0]?.refreshing, true);
  assert.deepEqual((await get('/activities')).Activity, undefined);
});

test('a refresh of a path outside the section answers 200 and scans nothing', async (t) => {
  const { request, get } = await setup(t);
  assert.equal((await request('/library/sections/1/refresh?path=/database')).status, 200);
  assert.equal((await get('/activities')).size, 0);
});

test('a request target over the limit is 414', async (t) => {
  const { plex, edit } = await setup(t, { maxTargetBytes: 2_000 });
  const key = add(plex, 'a');
  assert.equal((await edit({ id: key, 'summary.value': 'x'.repeat(2_000) })).status, 414);
  assert.equal(plex.item(key)?.summary, undefined);
});

test('node itself does not refuse a long target before the limit is reached', async (t) => {
  const { plex, edit } = await setup(t);
  const key = add(plex, 'a');
  assert.equal((await edit({ id: key, 'summary.value': 'x'.repeat(60_000) })).status, 200);
});

test('a status fault is armed once by default, and its body is what Plex would send', async (t) => {
  const { plex, request } = await setup(t);
  plex.fail('sections', { kind: 'status', status: 503, headers: { 'Retry-After': '7' } });
  const busy = await request('/library/sections');
  assert.deepEqual([busy.status, busy.headers.get('retry-after')], [503, '7']);
  assert.match(await busy.text(), /^<Response code="503" title="Maintenance"/);
  assert.equal((await request('/library/sections')).status, 200);
  plex.fail('all', { kind: 'status', status: 500 });
  assert.match(await (await request('/library/sections')).text(), /<h1>500 Internal Server Error<\/h1>/);
});

test('the first armed fault that fits wins, and lifting one leaves the others', async (t) => {
  const { plex, request } = await setup(t);
  const status = async (): Promise<number> => (await request('/library')).status;
  const lift = plex.fail('all', { kind: 'status', status: 500 }, Number.POSITIVE_INFINITY);
  plex.fail(({ path }) => path === '/library', { kind: 'status', status: 502 }, 1);
  assert.deepEqual([await status(), await status()], [500, 500]);
  lift();
  assert.deepEqual([await status(), await status()], [502, 200]);
});

test('drop leaves an edit undone, drop-after and garbage leave it done', async (t) => {
  const { plex, edit } = await setup(t);
  const key = add(plex, 'a');
  plex.fail('edit', { kind: 'drop' });
  await assert.rejects(edit({ id: key, 'studio.value': '1' }));
  assert.equal(plex.item(key)?.studio, undefined);
  plex.fail('edit', { kind: 'drop-after' });
  await assert.rejects(edit({ id: key, 'studio.value': '2' }));
  assert.equal(plex.item(key)?.studio, '2');
  plex.fail('edit', { kind: 'garbage' });
  await assert.rejects((await edit({ id: key, 'studio.value': '3' })).json(), SyntaxError);
  assert.equal(plex.item(key)?.studio, '3');
});

test('a hanging and a dripping answer end only when the server is closed', async (t) => {
  const { plex, request } = await setup(t);
  plex.fail('library', { kind: 'hang' });
  plex.fail('root', { kind: 'drip' });
  const hanging = assert.rejects(request('/library'));
  const dripping = await request('/');
  assert.equal(dripping.status, 200);
  const reader = dripping.body?.getReader();
  await reader?.read();
  const rest = assert.rejects(async () => {
    while (!(await reader?.read())?.done);
  });
  await plex.close();
  await Promise.all([hanging, rest, plex.close()]);
});

test('a redirect fault points elsewhere', async (t) => {
  const { plex, request } = await setup(t);
  plex.fail('library', { kind: 'redirect', location: 'http://127.0.0.1:9/' });
  const response = await request('/library');
  assert.deepEqual([response.status, response.headers.get('location')], [302, 'http://127.0.0.1:9/']);
});

test('every request is counted under its route, those that fail included', async (t) => {
  const { plex, request } = await setup(t);
  plex.fail('item', { kind: 'drop' });
  await assert.rejects(request('/library/metadata/1'));
  await request('/library/sections/1/all?type=1&file=a%20b');
  assert.deepEqual([plex.count(), plex.count('item'), plex.count('listing'), plex.count('edit')], [2, 1, 1, 0]);
  assert.deepEqual(plex.requests[1]?.query, [
    ['type', '1'],
    ['file', 'a b'],
  ]);
  assert.deepEqual([plex.requests[0]?.status, plex.requests[1]?.status], [undefined, 200]);
  plex.resetRequests();
  assert.equal(plex.count(), 0);
});

test('a lying server ignores the file filter, cuts pages short and leaves dates out', async (t) => {
  const { plex, get, titles } = await setup(t);
  for (const name of ['a', 'b', 'c']) add(plex, name);
  plex.setQuirks({ fileFilter: 'ignored', maxPageSize: 2, rowDates: 'none' });
  assert.deepEqual(await titles('type=1&file=a.mp4'), ['a', 'b', 'c']);
  const page = await get('/library/sections/1/all?type=1&X-Plex-Container-Start=0&X-Plex-Container-Size=50');
  assert.deepEqual([page.size, page.totalSize, page.Metadata?.[0]?.updatedAt], [2, 3, undefined]);
});

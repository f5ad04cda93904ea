/** The page of a dry run: filled on the way, put in its place at the end, and only with --dry-run. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { startStashServer } from '../../../src/simulator/stash/server.ts';
import { picture } from '../../helpers/pictures.ts';
import { setup } from '../../helpers/rig.ts';

/** A name that has no place to be broken, as of a file. */
const UNBROKEN = 'lighthouse_'.repeat(20);
const LONG = 'The keeper counts the boats that come home, and lights the lantern. '.repeat(12);

/** Scenes of which one is removed from, one is new, one was edited in Plex and one is not there. */
async function setupScenes(t: TestContext) {
  const stash = await startStashServer();
  t.after(() => stash.close());
  const rig = await setup(t);
  const run: typeof rig.run = async (args) => await rig.run(args, { env: { STASH_URL: stash.url } });
  const names = ['pier', 'quay', 'mole', 'weir'];
  const items = names.slice(0, 3).map((name) => rig.plex.addItem({ sectionKey: '1', file: `/media/${name}.mp4` }));
  const ids = names.map((name) =>
    stash.addScene({ title: `The ${name}`, tags: ['fog', 'tide'], details: LONG, files: [`/media/${name}.mp4`] }),
  );
  const [pier = 0, , mole = 0] = ids;
  await run(['enqueue', String(pier), String(mole)]);
  assert.equal((await run(['process'])).code, 0);
  stash.editScene(pier, {
    title: `The pier ${UNBROKEN}`,
    details: UNBROKEN,
    tags: ['fog', UNBROKEN],
  });
  stash.editScene(mole, { details: 'Short.' });
  rig.plex.editByHand(items[2] ?? '', { summary: 'Written by a person in Plex.' });
  await run(['enqueue', ...ids.map(String)]);
  return { ...rig, run, file: join(rig.dir, 'changes.html') };
}

test('a dry run fills a page that only its owner may read, and changes nothing', async (t) => {
  const { run, file, dir, plex, env } = await setupScenes(t);
  const edits = plex.count('edit');
  const { code, stdout } = await run(['process', '--dry-run', '--html', file]);
  assert.equal(code, 0);
  assert.match(stdout, /Dry run, nothing was written/);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.deepEqual(
    readdirSync(dir).filter((name) => name.includes('changes')),
    ['changes.html'],
  );
  const html = readFileSync(file, 'utf8');
  assert.match(html, /<b>4<\/b>scenes looked at/);
  assert.match(html, /<b>1<\/b>name removed/);
  const order = [...html.matchAll(/<h2[^>]*>(?:<a[^>]*>)?([^<]+)/g)].map(([, title]) => title);
  assert.equal(order[0], 'The pier');
  assert.match(html, /edited in Plex since plexsync wrote it/);
  assert.equal(html.includes(env['PLEX_TOKEN'] ?? '?'), false);
  assert.equal(plex.count('edit'), edits);
});

test('the page of a first look at a server has links to its items, and to the picture that would come', async (t) => {
  const stash = await startStashServer();
  t.after(() => stash.close());
  const { run, plex, dir } = await setup(t);
  const item = plex.addItem({ sectionKey: '1', file: '/media/pier.mp4', title: 'Old pier' });
  const scene = stash.addScene({ title: 'The pier', files: ['/media/pier.mp4'] });
  stash.setCover(scene, picture('a harbour'));
  const file = join(dir, 'first.html');
  const env = { STASH_URL: stash.url };
  await run(['enqueue', String(scene)], { env });
  await run(['process', '--dry-run', '--sync-poster', '--html', file], { env });
  const html = readFileSync(file, 'utf8');
  const links = [...html.matchAll(/<a href="([^"]*)"/g)].map(([, link]) => link);
  const inPlex = `${plex.url}/#!/server/${plex.machineIdentifier}/details?key=%2Flibrary%2Fmetadata%2F${item}`;
  assert.deepEqual(links, [inPlex, inPlex, `${stash.url}/scene/${scene}/screenshot`]);
  await run(['process', '--dry-run', '--sync-poster', '--html', file, '--redact'], { env });
  assert.doesNotMatch(readFileSync(file, 'utf8'), /<a |:\/\//);
});

test('with --redact the page names nothing, and the same run fills the same page again', async (t) => {
  const { run, file } = await setupScenes(t);
  await run(['process', '--dry-run', '--html', file, '--redact']);
  const html = readFileSync(file, 'utf8');
  assert.doesNotMatch(html, /pier|quay|mole|weir|keeper|fog|Adult|127\.0\.0\.1/i);
  assert.match(html, /titles, names and paths are masked/);
  await run(['process', '--dry-run', '--html', file, '--redact']);
  const undated = (page: string): string => page.replace(/<p class="soft">\d{4}.*/, '');
  assert.equal(undated(readFileSync(file, 'utf8')), undated(html));
});

test('a page without a dry run, or one that cannot be written, is refused before anything is asked', async (t) => {
  const { run, file, dir, plex } = await setupScenes(t);
  plex.resetRequests();
  const cases: readonly [readonly string[], RegExp][] = [
    [['process', '--html', file], /--html shows what would change, and goes with --dry-run/],
    [
      ['process', '--dry-run', '--stats-only', '--html', file],
      /--stats-only prints what is stored and looks at no scene/,
    ],
    [
      ['process', '--dry-run', '--redact'],
      /--redact masks names on a page, and goes with --html\.\n {2}Give --html too\./,
    ],
    [['process', '--dry-run', '--html', ''], /--html is empty/],
    [['process', '--dry-run', '--html', dir], /is no plain file; it was left as it is/],
    [['process', '--dry-run', '--html', join(dir, 'gone', 'a.html')], /its folder does not exist/],
  ];
  for (const [args, says] of cases) {
    const { code, stderr } = await run(args);
    assert.equal(code, 2, args.join(' '));
    assert.match(stderr, says);
  }
  assert.deepEqual([plex.requests.length, existsSync(file)], [0, false]);
});

test('a preview that ends early says so on its page', async (t) => {
  const { run, file } = await setupScenes(t);
  await run(['process', '--dry-run', '--html', file, '--limit', '1']);
  assert.match(readFileSync(file, 'utf8'), /Not complete: --limit was reached\./);
  const { code } = await run(['process', '--dry-run', '--html', file, '--plex-url', 'http://127.0.0.1:9']);
  assert.equal(code, 4);
  assert.match(readFileSync(file, 'utf8'), /Not complete: Plex did not answer\./);
});

test('a preview that cannot be made leaves no page and no part of one', async (t) => {
  const { run, file, dir } = await setupScenes(t);
  const before = readdirSync(dir);
  const { code, stderr } = await run(['process', '--dry-run', '--html', file, '--plex-library', 'Nowhere']);
  assert.equal(code, 2);
  assert.match(stderr, /Plex has no library "Nowhere"/);
  assert.deepEqual(readdirSync(dir), before);
});

const BROWSER = ['chromium', 'chromium-headless-shell', 'chromium-browser', 'google-chrome'].find(
  (name) => spawnSync(name, ['--version']).status === 0,
);

/** What a browser makes of a page, by its own account. */
function domOf(page: string): string {
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const args = ['--headless', '--disable-gpu', ...sandbox, '--window-size=1400,1000', '--dump-dom'];
  return spawnSync(BROWSER ?? '', [...args, pathToFileURL(page).href], { encoding: 'utf8', timeout: 60_000 }).stdout;
}

/**
 * A page that holds another one, as it is, in a frame of one width: a window of a browser cannot be made as narrow as
 * that of a telephone. Its title tells how many parts of the inner page are too wide for their place, and what a choice
 * leaves to be seen.
 */
function framed(html: string, width: number): string {
  const inner = html.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
  return `<!DOCTYPE html><iframe width="${width}" height="900" style="border: 0" srcdoc="${inner}"></iframe>
<script>addEventListener('load', () => {
  const { contentDocument: page, contentWindow: view } = document.querySelector('iframe');
  const shown = () => [...page.querySelectorAll('article')].filter((one) => one.offsetHeight > 0).length;
  const tooWide = [...page.querySelectorAll('html, h2, h3, p, ul, li, div, article')]
    .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth);
  const all = shown();
  page.getElementById('only-remove').click();
  document.title = [view.innerWidth, tooWide.length, all, shown()].join();
});</script>`;
}

for (const width of [1280, 400])
  test(`a browser shows the page at ${width} pixels without a line that is too wide`, {
    skip: BROWSER === undefined && 'no chromium is installed',
  }, async (t) => {
    const { run, file, dir } = await setupScenes(t);
    await run(['process', '--dry-run', '--html', file]);
    const frame = join(dir, 'frame.html');
    writeFileSync(frame, framed(readFileSync(file, 'utf8'), width));
    const [, title] = /<title>([^<]*)<\/title>/.exec(domOf(frame)) ?? [];
    assert.equal(title, `${width},0,4,1`);
  });

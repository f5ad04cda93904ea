import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import fc from 'fast-check';
import { escaped } from '../../../src/commands/process/html/escape.ts';
import { marked } from '../../../src/commands/process/html/marked.ts';
import { openPage } from '../../../src/commands/process/html/page.ts';
import type { WorkerEvent } from '../../../src/core/drain/ports/events.ts';
import type { PictureEdit } from '../../../src/core/model/picture.ts';
import type { SceneData, SceneKey } from '../../../src/core/model/scene.ts';
import type { Written } from '../../../src/core/model/scene-record.ts';
import { NOTHING_WRITTEN } from '../../../src/core/model/scene-record.ts';
import { asPath, foreign, say } from '../../../src/core/text/sentence.ts';
import { desiredStateOf } from '../../../src/core/write/desired-state.ts';
import { planEdits } from '../../../src/core/write/edit-plan.ts';
import { scratchDir } from '../../helpers/scratch.ts';
import { itemWith, RULES } from '../write/plex-model.ts';

type Planned = {
  readonly scene: SceneData;
  readonly item?: Parameters<typeof itemWith>[0];
  readonly written?: Written;
  readonly pictures?: readonly PictureEdit[];
  readonly title?: string;
};

function planned({ scene, item = {}, written = NOTHING_WRITTEN, pictures, title = 'The Pier' }: Planned) {
  const fromStash = new Set(Object.keys(scene) as SceneKey[]);
  const plan = planEdits(desiredStateOf(scene, RULES, fromStash), itemWith(item), written, RULES);
  return { ratingKey: '106', title, library: 'Harbour films', plan: { ...plan, ...(pictures && { pictures }) } };
}

function wouldWrite(sceneId: number, of: Planned): WorkerEvent {
  return { kind: 'would_write', jobId: sceneId, sceneId, ...planned(of), message: undefined };
}

const TAGS: Written = { fields: {}, lists: { genre: { Fog: 'Fog', Tide: 'Tide' } } };
const SETS: Planned = { scene: { details: 'Boats.' }, item: { fields: { summary: 'Ships.' } } };
const REMOVES: Planned = {
  scene: { tags: ['Fog', 'Pier'] },
  item: { lists: { genre: ['Fog', 'Tide'] } },
  written: TAGS,
};
const POSTER: PictureEdit = {
  field: 'thumb',
  how: 'uploaded',
  bytes: 312_000,
  before: 'metadata://posters/1',
  shownBefore: '/library/metadata/106/thumb/1',
  source: 'http://stash:9999/scene/7/screenshot?apikey=lantern-key-1234567890',
};
const END = { ends: [], madeAt: '2026-11-26 18:00', version: '0.1.0' } as const;

/** The page of some events, as it is on disk. */
function pageOf(t: TestContext, events: readonly WorkerEvent[], more: Partial<Parameters<typeof openPage>[0]> = {}) {
  const dir = scratchDir(t);
  const file = join(dir, 'changes.html');
  const linkTo = (key: string): string => `http://plex:32400/#!/server/x/details?key=${key}`;
  const page = openPage({ file, names: 'shown', ...more }, { key: 'a key', linkTo });
  for (const event of events) page.add(event);
  page.finish(END);
  assert.deepEqual(readdirSync(dir), ['changes.html']);
  return { html: readFileSync(file, 'utf8'), file };
}

/** The text that a reader sees, without style and mark-up. */
function textOf(html: string): string {
  return html
    .replace(/<style>[\s\S]*?<\/style>/, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');
}

test('the page shows each change with before, after and why', (t) => {
  const { html } = pageOf(t, [wouldWrite(7, SETS)]);
  assert.match(
    textOf(html),
    /The Pier scene 7 · item 106 · Harbour films summary set before Ships\. after Boats\. no record yet .* Stash wins at first contact/,
  );
  assert.match(textOf(html), /1 scene looked at 0 already right 1 value set/);
});

test('where two values have words in common, the words in which they differ are marked', (t) => {
  const about = (before: string, after: string): string =>
    pageOf(t, [wouldWrite(7, { scene: { details: after }, item: { fields: { summary: before } } })]).html;
  const html = about('Two boats & a <pier> at night', 'Two old ships & a <pier> at night');
  assert.match(html, /Two <mark>boats<\/mark> &amp; a &lt;pier&gt; at night/);
  assert.match(html, /Two <mark>old ships<\/mark> &amp; a/);
  assert.match(about('Fog and tide', 'Fog'), /after<\/small>Fog<\/div>/);
  assert.doesNotMatch(about('Fog', 'Tide'), /<mark>/);
});

test('marks change no text', () => {
  const words = fc
    .array(fc.constantFrom('fog', 'tide', ' ', '\n', '<b>', '"'), { maxLength: 8 })
    .map((all) => all.join(''));
  fc.assert(
    fc.property(words, words, (before, after) => {
      const plain = marked(before, after).map((one) => one.replace(/<\/?mark>/g, ''));
      assert.deepEqual(plain, [escaped(before), escaped(after)]);
    }),
  );
});

test('lists are shown as added and removed, and the total counts names', (t) => {
  const { html } = pageOf(t, [wouldWrite(7, REMOVES)]);
  assert.match(
    textOf(html),
    /tags names added and removed \+ Pier − Tide in Stash, and never written by plexsync: added/,
  );
  assert.match(textOf(html), /1 name removed 1 name added/);
});

test('pictures and removals come first, whatever came first in the run', (t) => {
  const events = [
    wouldWrite(1, SETS),
    wouldWrite(2, REMOVES),
    wouldWrite(3, SETS),
    wouldWrite(4, { scene: {}, pictures: [POSTER] }),
  ];
  const { html } = pageOf(t, events);
  const order = [...html.matchAll(/scene (\d) ·/g)].map(([, id]) => Number(id));
  assert.deepEqual(order, [2, 4, 1, 3]);
});

test('the two pictures are links, and no address carries a key', (t) => {
  const { html } = pageOf(t, [wouldWrite(7, { scene: {}, pictures: [POSTER] })]);
  assert.match(html, /href="http:\/\/stash:9999\/scene\/7\/screenshot"/);
  assert.match(html, /href="http:\/\/plex:32400\/#!\/server\/x\/details\?key=106"/);
  assert.match(textOf(html), /poster set before in Plex after, uploaded \(312 kB\) from Stash/);
  assert.doesNotMatch(html, /lantern-key|apikey|token/i);
});

test('what is left, waits or is not written is told, and what is right is counted', (t) => {
  const locked = itemWith({ fields: { summary: 'Mine.' }, locked: ['summary'] });
  const left = planned({
    scene: { details: 'Boats.' },
    item: { fields: { summary: 'Mine.' }, locked: [...locked.locked] },
    written: { fields: { summary: { sent: 'Ships.', kept: 'Ships.' } }, lists: {} },
  });
  const about = (sceneId: number) => ({ kind: 'would_not_write', jobId: sceneId, sceneId }) as const;
  const { html } = pageOf(t, [
    { ...about(1), reason: 'unchanged', message: undefined, planned: left },
    { ...about(2), reason: 'unchanged', message: undefined, planned: planned({ scene: {} }) },
    { ...about(5), reason: 'nothing_given', message: undefined, planned: planned({ scene: {} }) },
    { ...about(3), reason: 'failure', message: say`No Plex item found for ${asPath('quay.mp4')}`, planned: undefined },
    { ...about(4), reason: 'removals', message: say`it would remove 9 values`, planned: planned(REMOVES) },
  ]);
  const text = textOf(html);
  assert.match(
    text,
    /5 scenes looked at 1 already right 1 with nothing to write 1 name removed 1 scene waits for permission 1 name added/,
  );
  assert.match(text, /1 difference left 1 scene not written/);
  assert.match(text, /summary left as it is in Plex Mine\. edited in Plex since plexsync wrote it/);
  assert.match(text, /Scene 3 Not written: No Plex item found for quay\.mp4/);
  assert.match(text, /Not without permission: it would remove 9 values/);
});

test('a scene is right where Plex fills what Stash has nothing for, and is told where a limit keeps names out', (t) => {
  const filled = planned({ scene: { details: '' }, item: { fields: { summary: 'By an agent.' } } });
  const most = Array.from({ length: 120 }, (_, index) => `Tag ${index}`);
  const item = { lists: { genre: most.slice(0, 100) } };
  const capped = planned({ scene: { tags: most }, item });
  const unchanged = (sceneId: number, of: typeof filled): WorkerEvent => {
    const about = { jobId: sceneId, sceneId, reason: 'unchanged', message: undefined } as const;
    return { kind: 'would_not_write', ...about, planned: of };
  };
  const text = textOf(pageOf(t, [unchanged(1, filled), unchanged(2, capped)]).html);
  assert.match(text, /2 scenes looked at 1 already right 1 difference left/);
  assert.match(text, /capped by max_tags: 20 more are not written/);
  assert.doesNotMatch(text, /By an agent/);
});

const OUR_MARKUP = new Set(
  'html head meta title style body h1 h2 h3 p ul li b input label main article a div small span mark'.split(' '),
);

test('no text from outside becomes mark-up, breaks out of an attribute or turns the line around', (t) => {
  const nasty = '"><script>alert(1)</script>\u202e\u0000\u001b[31m&amp;\'';
  const events = [
    wouldWrite(7, {
      title: nasty,
      scene: { details: nasty, tags: [nasty] },
      item: { fields: { summary: nasty.slice(2) }, lists: { genre: [nasty.slice(3)] } },
      written: { fields: {}, lists: { genre: { [nasty.slice(3)]: nasty.slice(3) } } },
      pictures: [{ ...POSTER, source: nasty }],
    }),
    {
      kind: 'would_not_write',
      jobId: 8,
      sceneId: 8,
      reason: 'failure',
      message: say`${foreign(nasty)}`,
      planned: undefined,
    } as const,
  ];
  const { html } = pageOf(t, events);
  assert.doesNotMatch(html, /<script|(?!\n)\p{Cc}|\u202e/u);
  const used = new Set([...html.matchAll(/<\/?([a-z0-9]+)/g)].map(([, name]) => name));
  for (const name of used) assert.ok(OUR_MARKUP.has(name ?? ''), name);
  assert.equal([...html.matchAll(/<article/g)].length, 2);
});

test('an escaped text has no sign that means something in a page, and loses no letter', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const shown = escaped(text);
      assert.doesNotMatch(shown, /[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/);
      assert.doesNotMatch(shown, /(?!\n)[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
      const letters = (value: string): string => value.replace(/[^\p{L}\p{N}]/gu, '');
      assert.equal(letters(shown.replace(/&(?:amp|lt|gt|quot|#39);/g, '')), letters(text));
    }),
  );
});

test('the page loads nothing and runs nothing: its policy allows only its own style', (t) => {
  const { html } = pageOf(t, [wouldWrite(7, SETS)]);
  assert.match(
    html,
    /Content-Security-Policy" content="default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]{43}='; base-uri 'none'; form-action 'none'"/,
  );
  const [, style = ''] = /<style>([\s\S]*)<\/style>/.exec(html) ?? [];
  assert.ok(html.includes(`'sha256-${createHash('sha256').update(style).digest('base64')}'`));
  assert.doesNotMatch(html, /<script|<link|<img|<iframe|@import|url\(|\bon[a-z]+=| style="/);
});

test('with names masked nothing personal is left, and equal names stay equal', (t) => {
  const events = [wouldWrite(7, { ...REMOVES, pictures: [POSTER] }), wouldWrite(8, { ...SETS, title: 'The Pier' })];
  const { html } = pageOf(t, events, { names: 'masked' });
  assert.doesNotMatch(html, /Pier|Harbour|Fog|Tide|Boats|Ships|stash:9999|plex:32400/);
  assert.match(html, /titles, names and paths are masked/);
  const titles = [...html.matchAll(/<h2[^>]*>(title-[0-9a-f]+)</g)].map(([, title]) => title);
  assert.equal(titles.length, 2);
  assert.equal(titles[0], titles[1]);
});

test('a masked value that gets another spelling is not shown as if nothing changed', (t) => {
  const spelled = { scene: { details: 'FOG.' }, item: { fields: { summary: 'Fog' } } };
  const shown = textOf(pageOf(t, [wouldWrite(7, spelled)], { names: 'masked' }).html);
  assert.match(shown, /summary set before (text-[0-9a-f]+) after, spelled otherwise \1 /);
  assert.match(textOf(pageOf(t, [wouldWrite(7, spelled)]).html), /before Fog after FOG\./);
});

test('only the owner may read the page, and nothing is left of one that is given up', (t) => {
  const { file } = pageOf(t, []);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const dir = scratchDir(t);
  const page = openPage({ file: join(dir, 'a.html'), names: 'shown' }, { key: '', linkTo: () => undefined });
  page.add(wouldWrite(1, SETS));
  assert.ok(readdirSync(dir).every((name) => name.startsWith('.')));
  page.discard();
  assert.deepEqual(readdirSync(dir), []);
});

test('what is no plain file is left as it is, and a folder that is not there is told', (t) => {
  const dir = scratchDir(t);
  mkdirSync(join(dir, 'folder'));
  writeFileSync(join(dir, 'target'), 'a garden');
  symlinkSync(join(dir, 'target'), join(dir, 'link'));
  const open = (name: string) =>
    openPage({ file: join(dir, name), names: 'shown' }, { key: '', linkTo: () => undefined });
  assert.throws(() => open('folder'), /^UsageError: [^:]*folder is no plain file; it was left as it is\.$/);
  assert.throws(() => open('link'), /link is no plain file/);
  assert.throws(() => open('gone/a.html'), /cannot be written to .*: its folder does not exist/);
  assert.throws(() => open('target/a.html'), /cannot be written to .*: a part of its path is a file/);
  assert.throws(() => open('a'.repeat(300)), /cannot be written to .*: a name in its path is too long/);
  assert.equal(readFileSync(join(dir, 'target'), 'utf8'), 'a garden');
  // It may have changed while the run went on.
  const page = open('later.html');
  mkdirSync(join(dir, 'later.html'));
  assert.throws(() => page.finish(END), /later\.html is no plain file/);
  rmSync(join(dir, 'later.html'), { recursive: true });
  assert.deepEqual(readdirSync(dir).toSorted(), ['folder', 'link', 'target']);
});

test('a page that did not see everything says so at its top', (t) => {
  const dir = scratchDir(t);
  const file = join(dir, 'a.html');
  const page = openPage({ file, names: 'shown' }, { key: '', linkTo: () => undefined });
  page.finish({ ...END, ends: [{ kind: 'limit' }, { kind: 'unreachable', message: say`refused` }] });
  assert.match(readFileSync(file, 'utf8'), /Not complete: --limit was reached; Plex did not answer\./);
});

test('a page grows beyond what is kept in memory', (t) => {
  const long = 'Tide. '.repeat(1_000);
  const events = Array.from({ length: 300 }, (_, index) => wouldWrite(index + 1, { scene: { details: long } }));
  const { html } = pageOf(t, events);
  assert.ok(html.length > 1_500_000);
  assert.equal([...html.matchAll(/<article/g)].length, 300);
  assert.match(html, /<\/html>\n$/);
});

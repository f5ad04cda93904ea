/** What comments cite is in the repository: the page, and the section of it. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { test } from 'node:test';

/** Without this very file, which shows citations. */
const SOURCES = globSync('{src,test,scripts,bin}/**/*.{ts,js}').filter(
  (file) => basename(file) !== 'references.test.ts',
);
const PAGES = globSync('{*,docs/**/*}.md');
const REFERENCES = PAGES.filter((page) => page.startsWith('docs/reference/'));

type Citation = { readonly page: string; readonly sections: readonly string[]; readonly text: string };

/** `4`, `4.3` or `(b)`. */
const SECTION = String.raw`(?:\d+(?:\.\d+)*|\([a-z]\))`;
/** A page, and several sections of it: `2.2, 2.3`, `3 and (b)`, `4 to 7`. A page in backticks is an example. */
const CITATION = new RegExp(
  String.raw`(?<!\S)(?:\()?((?:[\w.-]+/)*[\w-]+\.md)(?:((?: |, | and | to )${SECTION}(?:(?:, | and | to )${SECTION})*))?`,
  'g',
);

/** Each comment as one line: a citation may be broken over two. */
function commentsIn(source: string): readonly string[] {
  const comments = source.match(/\/\*[\s\S]*?\*\/|(?:^|(?<=\s))\/\/.*(?:\n\s*\/\/.*)*/g) ?? [];
  return comments.map((comment) => comment.replace(/\n\s*(?:\*(?!\/)|\/\/)\s*/g, ' '));
}

function citationsIn(source: string): readonly Citation[] {
  return commentsIn(source).flatMap((comment) =>
    [...comment.matchAll(CITATION)].map(([text, page = '', sections = '']) => ({
      page,
      sections: sections.match(new RegExp(SECTION, 'g')) ?? [],
      text,
    })),
  );
}

/** The numbers and letters that open the headings of a page. */
function sectionsOf(page: string): ReadonlySet<string> {
  const headings = readFileSync(page, 'utf8').matchAll(/^#+ (\d+(?:\.\d+)*|\([a-z]\))(?=[. ])/gm);
  return new Set([...headings].map(([, section = '']) => section));
}

const sections = new Map(REFERENCES.map((page) => [basename(page), sectionsOf(page)]));
const cited = SOURCES.flatMap((file) =>
  citationsIn(readFileSync(file, 'utf8')).map((citation) => ({ file, ...citation })),
);

const known = new Set(PAGES.flatMap((page) => [page, basename(page)]));

test('every page that a comment cites is in the repository', () => {
  assert.ok(cited.length > 100, `${cited.length} citations`);
  for (const { file, page } of cited) assert.ok(known.has(page), `${file} cites ${page}`);
});

test('no mention of a reference is read as something else', () => {
  for (const file of SOURCES) {
    const source = readFileSync(file, 'utf8');
    const mentions = source.match(/(?<![/'"])\b(?:plex-api|stash|toolchain)\.md\b/g) ?? [];
    const read = citationsIn(source).filter(({ page }) => sections.has(basename(page)));
    assert.equal(read.length, mentions.length, file);
  }
});

test('every section that a comment cites is a heading of its page', () => {
  for (const { file, page, sections: wanted, text } of cited)
    for (const section of wanted) assert.ok(sections.get(basename(page))?.has(section), `${file} cites ${text}`);
});

test('a fact of a server or a tool is cited with its section', () => {
  for (const { file, page, sections: given, text } of cited)
    if (sections.has(basename(page))) assert.ok(given.length > 0, `${file} cites ${text}`);
});

test('no comment cites a specification that is not in the repository', () => {
  for (const file of SOURCES)
    for (const comment of commentsIn(readFileSync(file, 'utf8')))
      assert.doesNotMatch(comment, /\((?:design|style|spec)(?:\.md)?[: ]/i, file);
});

test('every section of a reference has one number, in order', () => {
  for (const page of REFERENCES) {
    const numbers = [...sectionsOf(page)].filter((section) => /^\d+$/.test(section)).map(Number);
    assert.deepEqual(
      numbers,
      numbers.map((_, index) => index + 1),
      page,
    );
  }
});

test('a citation is read as it is written, also over two lines', () => {
  const read = (source: string): unknown =>
    citationsIn(source).map(({ page, sections: found }) => `${page} ${found.join(' ')}`.trim());
  assert.deepEqual(read('// A size alone is ignored (plex-api.md 2.2).'), ['plex-api.md 2.2']);
  assert.deepEqual(read('/** Both (plex-api.md 3 and (b)), or none (stash.md 4 to 7). */'), [
    'plex-api.md 3 (b)',
    'stash.md 4 7',
  ]);
  assert.deepEqual(read('/**\n * One (stash.md\n * 2.2, 2.3), and plex-api.md (d); other. */'), [
    'stash.md 2.2 2.3',
    'plex-api.md (d)',
  ]);
  assert.deepEqual(read('// Long before\n// that (toolchain.md\n// 2).'), ['toolchain.md 2']);
  assert.deepEqual(read("const file = 'report.md'; // such as `notes.md`"), []);
});

test('a reference holds no path of a machine and no address of a registry', () => {
  for (const page of REFERENCES) {
    const text = readFileSync(page, 'utf8');
    assert.doesNotMatch(text, /(?:^|[\s`(])\/(?:home|tmp|work|Users|mnt)\//m, page);
    assert.doesNotMatch(text, /registry\.|npmjs|\.internal\b/, page);
  }
});

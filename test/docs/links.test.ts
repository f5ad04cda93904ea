/** Every page leads to what there is. */
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { anchorsOf, isRelative, linksIn } from '../helpers/markdown.ts';

const PAGES = globSync('{*,docs/**/*,.github/**/*}.md');

/** Why a link of a page leads nowhere; `undefined` when it is right. */
function faultOf(link: string, page: string): string | undefined {
  const [path = '', anchor] = link.split('#');
  const file = path === '' ? page : join(dirname(page), path);
  if (!existsSync(file)) return `there is no ${file}`;
  if (anchor === undefined || anchorsOf(readFileSync(file, 'utf8')).includes(anchor)) return undefined;
  return `${file} has no heading for #${anchor}`;
}

test('every relative link leads to a file, and to a heading that is there', () => {
  assert.ok(PAGES.length > 8, `${PAGES.length} pages`);
  for (const page of PAGES)
    for (const link of linksIn(readFileSync(page, 'utf8')).filter(isRelative))
      assert.equal(faultOf(link, page), undefined, `${page}: ${link}`);
});

test('a link to nothing is found out', () => {
  const links = linksIn(
    '[a](docs/none.md), [b](README.md#none), [c](#plexsync), `[d](code.md)`\n```\n[e](block.md)\n```\n',
  );
  assert.deepEqual(
    links.map((link) => faultOf(link, 'README.md')),
    ['there is no docs/none.md', 'README.md has no heading for #none', undefined],
  );
});

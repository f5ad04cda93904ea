/** As much of Markdown as the tests of pages need. */

/** A fenced block; its text is the second group. */
export const BLOCK = /^( *)```\w*\n([\s\S]*?)^\1```$/gm;

export function withoutBlocks(page: string): string {
  return page.replaceAll(BLOCK, '');
}

/** Where a page links to, without what stands as code. */
export function linksIn(page: string): readonly string[] {
  const prose = withoutBlocks(page).replaceAll(/`[^`\n]*`/g, '`');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
}

export function isRelative(link: string): boolean {
  return !/^[a-z]+:/.test(link);
}

/** The headings as GitHub and npm make anchors of them. */
export function anchorsOf(page: string): readonly string[] {
  return [...withoutBlocks(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

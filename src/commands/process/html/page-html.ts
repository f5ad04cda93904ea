import { createHash } from 'node:crypto';
import type { Kind, Totals } from './entry.ts';
import { KINDS } from './entry.ts';
import { escaped } from './escape.ts';
import { STYLE } from './style.ts';

/** What the page says of itself. */
export type About = {
  readonly totals: Totals;
  /** When it was made, for people. */
  readonly madeAt: string;
  readonly version: string;
  /** Why the preview ended before its time, in words. */
  readonly endedBy: readonly string[];
  /** Whether titles, names and paths are masked. */
  readonly isMasked: boolean;
};

/** The beginning of the page, up to the first scene. */
export function pageHead({ totals, madeAt, version, endedBy, isMasked }: About): string {
  const { scenes, right, nothing, kinds } = totals;
  const shown = KINDS.filter((kind) => kinds[kind] > 0);
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>plexsync: what process would change</title>
<style>${STYLE}</style>
</head>
<body>
<h1>What plexsync process would change</h1>
<p class="soft">${escaped(madeAt)} · plexsync ${escaped(version)}${isMasked ? ' · titles, names and paths are masked' : ''} · nothing was written</p>
${endedBy.length === 0 ? '' : `<p class="warning">Not complete: ${endedBy.map(escaped).join('; ')}.</p>\n`}<ul class="totals">
${totalHtml(scenes, scenes === 1 ? 'scene looked at' : 'scenes looked at')}
${totalHtml(right, 'already right')}
${nothing === 0 ? '' : `${totalHtml(nothing, 'with nothing to write')}\n`}${shown.map((kind) => totalHtml(kinds[kind], TOTAL_WORDS[kind][kinds[kind] === 1 ? 0 : 1])).join('\n')}
</ul>
${choiceHtml('all', 'all', 'checked')}
${shown.map((kind) => choiceHtml(`only-${kind}`, FILTER_WORDS[kind], '')).join('\n')}
<main>
`;
}

/** The end of the page, after the last scene. */
export function pageTail({ scenes, right, nothing: without }: Totals): string {
  const nothing = scenes === right + without ? '<p>Nothing would change.</p>\n' : '';
  return `${nothing}</main>\n</body>\n</html>\n`;
}

/** Nothing may be loaded, sent or run; the one style is known by its hash. */
const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'`;

function totalHtml(count: number, words: string): string {
  return `<li><b>${count.toLocaleString('en')}</b>${words}</li>`;
}

function choiceHtml(id: string, words: string, checked: 'checked' | ''): string {
  return `<input class="choice" type="radio" name="show" id="${id}"${checked && ` ${checked}`}><label class="chosen" for="${id}">${words}</label>`;
}

const TOTAL_WORDS: Readonly<Record<Kind, readonly [one: string, many: string]>> = {
  picture: ['picture', 'pictures'],
  remove: ['name removed', 'names removed'],
  clear: ['value cleared', 'values cleared'],
  hold: ['scene waits for permission', 'scenes wait for permission'],
  set: ['value set', 'values set'],
  add: ['name added', 'names added'],
  left: ['difference left', 'differences left'],
  fail: ['scene not written', 'scenes not written'],
};

const FILTER_WORDS: Readonly<Record<Kind, string>> = {
  picture: 'pictures',
  remove: 'removals',
  clear: 'cleared',
  hold: 'waiting',
  set: 'set',
  add: 'added',
  left: 'left',
  fail: 'not written',
};

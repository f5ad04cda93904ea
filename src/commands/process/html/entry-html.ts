import type { PictureEdit } from '../../../core/model/picture.ts';
import { plainText } from '../../../core/text/sentence.ts';
import { webAddress } from '../../../core/text/without-query.ts';
import type { Change } from '../../../core/write/change.ts';
import { changeName } from '../../../terminal/log/field-words.ts';
import { pictureWords } from '../../../terminal/log/size-words.ts';
import type { Entry } from './entry.ts';
import { KINDS } from './entry.ts';
import { escaped } from './escape.ts';
import { marked } from './marked.ts';

/** The page of an item in Plex, if there is a link to it that holds no token. */
export type LinkTo = (ratingKey: string) => string | undefined;

/** What the page may lead to: `named` pages tell of no server. */
export type Links = { readonly linkTo: LinkTo; readonly pictures: 'linked' | 'named' };

/** One scene as a part of the page. */
export function entryHtml({ sceneId, item, changes, message, kinds }: Entry, links: Links): string {
  const link = item && links.linkTo(item.ratingKey);
  const title = item === undefined || item.title === '' ? `Scene ${sceneId}` : escaped(item.title);
  const head = link === undefined ? title : linked(link, title);
  const where = item && [`scene ${sceneId}`, `item ${escaped(item.ratingKey)}`, escaped(item.library)].join(' · ');
  const words = message === undefined ? '' : `<p class="why">${lead(kinds)}${escaped(plainText(message))}</p>`;
  return [
    `<article class="${KINDS.filter((kind) => kinds.has(kind)).join(' ')}">`,
    `<h2 dir="auto">${head}</h2>`,
    where === undefined ? words : `<p class="soft">${where}</p>${words}`,
    ...changes.map((change) => changeHtml(change, { link, pictures: links.pictures })),
    '</article>\n',
  ].join('\n');
}

function lead(kinds: Entry['kinds']): string {
  if (kinds.has('hold')) return 'Not without permission: ';
  return kinds.has('fail') ? 'Not written: ' : 'The picture is not written: ';
}

/** Where a change leads: to its item in Plex, and to the pictures. */
type Leads = Pick<Links, 'pictures'> & { readonly link: string | undefined };

function changeHtml(change: Change, leads: Leads): string {
  const { field, action, added, removed, why } = change;
  const words = added.length > 0 && removed.length > 0 ? 'names added and removed' : ACTION_WORDS[action];
  return [
    `<div class="change ${action}"><h3>${changeName(field)} <span>${words}</span></h3>`,
    bodyHtml(change, leads),
    `<p class="why" dir="auto">${escaped(plainText(why))}</p></div>`,
  ].join('\n');
}

const ACTION_WORDS: Readonly<Record<Change['action'], string>> = {
  set: 'set',
  clear: 'cleared',
  add: 'names added',
  remove: 'names removed',
  left: 'left as it is',
};

function bodyHtml({ action, before, after, added, removed, picture }: Change, leads: Leads): string {
  if (picture !== undefined) return pictureHtml(picture, leads);
  if (typeof before === 'string' && typeof after === 'string')
    return action === 'left'
      ? `<div class="sides">${side('', 'in Plex', escaped(before))}</div>`
      : sides(before, after);
  const names = [...added.map((name) => nameHtml('come', name)), ...removed.map((name) => nameHtml('gone', name))];
  return names.length === 0 ? '' : `<ul class="names">${names.join('')}</ul>`;
}

function sides(before: string, after: string): string {
  const [old, now] = marked(before, after);
  // A mask stands for the words, however they are spelled.
  const label = before === after ? 'after, spelled otherwise' : 'after';
  return `<div class="sides">${side('gone', 'before', old)}${side('come', label, now)}</div>`;
}

/** `value` is mark-up. */
function side(kind: 'gone' | 'come' | '', label: string, value: string): string {
  const shown = value === '' ? '<span class="none">nothing</span>' : value;
  return `<div class="${kind}"><small>${label}</small>${shown}</div>`;
}

function nameHtml(kind: 'come' | 'gone', name: string): string {
  const [sign, word] = kind === 'come' ? ['+', 'added'] : ['−', 'removed'];
  return `<li class="${kind}" dir="auto" title="${word}">${sign} ${escaped(name)}</li>`;
}

/** Both pictures, as links: a page with all of them inside would be as large as the library. */
function pictureHtml(edit: PictureEdit, { link, pictures }: Leads): string {
  const { source, before } = edit;
  const old =
    before === null ? '<span class="none">none</span>' : link === undefined ? 'another' : linked(link, 'in Plex');
  const words = `after, ${pictureWords(edit)}`;
  return `<div class="sides"><div class="gone"><small>before</small>${old}</div><div class="come"><small>${words}</small>${sourceHtml(source, pictures)}</div></div>`;
}

function sourceHtml(source: string | undefined, pictures: Links['pictures']): string {
  if (source === undefined) return 'new';
  const address = webAddress(source);
  if (address === undefined) return escaped(source);
  return pictures === 'linked' ? linked(address, 'from Stash') : 'from Stash';
}

/** A link to another page, which does not learn from where it was opened. `label` is mark-up. */
function linked(address: string, label: string): string {
  return `<a href="${escaped(address)}" rel="noreferrer noopener" target="_blank">${label}</a>`;
}

import { createHmac } from 'node:crypto';
import type { DrainReport } from '../../../core/drain/drain.ts';
import type { WorkerEvent } from '../../../core/drain/ports/events.ts';
import type { Foreign, Personal } from '../../../core/text/sentence.ts';
import { createLastingMask } from '../../../redact/mask.ts';
import { maskEvent } from '../../../redact/mask-event.ts';
import type { Totals } from './entry.ts';
import { comesFirst, counted, entryOf, NO_TOTALS } from './entry.ts';
import type { Links, LinkTo } from './entry-html.ts';
import { entryHtml } from './entry-html.ts';
import { openPageFile } from './page-file.ts';
import { pageHead, pageTail } from './page-html.ts';

/** The page of a preview: it is given every event, and remembers none. */
export type Page = {
  add(event: WorkerEvent): void;
  /** Puts the page in its place. @throws {UsageError} */
  finish(end: { readonly ends: DrainReport['ends']; readonly madeAt: string; readonly version: string }): void;
  discard(): void;
};

export type PageRequest = { readonly file: string; readonly names: 'shown' | 'masked' };

/**
 * Opens the page; `key` makes masks that cannot be reversed, and that are the same in every page of a data directory.
 * @throws {UsageError} when it cannot be written.
 */
export function openPage(
  { file, names }: PageRequest,
  { key, linkTo }: { readonly key: string; readonly linkTo: LinkTo },
): Page {
  const draft = openPageFile(file);
  const isMasked = names === 'masked';
  const mask = isMasked ? maskOf(key) : (event: WorkerEvent) => event;
  // A link would name the server.
  const links: Links = isMasked ? { linkTo: () => undefined, pictures: 'named' } : { linkTo, pictures: 'linked' };
  let totals: Totals = NO_TOTALS;
  return {
    add: (event) => {
      const entry = entryOf(mask(event));
      if (entry === undefined) return;
      totals = counted(totals, entry);
      if (entry === 'right' || entry === 'nothing') return;
      draft.add(comesFirst(entry) ? 'first' : 'rest', entryHtml(entry, links));
    },
    finish: ({ ends, madeAt, version }) => {
      const endedBy = ends.flatMap(({ kind }) => END_WORDS[kind] ?? []);
      draft.finish(pageHead({ totals, madeAt, version, endedBy, isMasked }), pageTail(totals));
    },
    discard: draft.discard,
  };
}

function maskOf(key: string): (event: WorkerEvent) => WorkerEvent {
  const maskAs = createLastingMask((text) => createHmac('sha256', key).update(text).digest('hex'));
  // What another program said may hold anything, so all of it goes.
  const change = (piece: Personal | Foreign): string =>
    'free' in piece ? maskAs('text', piece.free) : maskAs(piece.kind, piece.personal);
  return (event) => maskEvent(event, change);
}

/** Why a preview did not see everything. */
const END_WORDS: Partial<Readonly<Record<DrainReport['ends'][number]['kind'], string>>> = {
  limit: '--limit was reached',
  time_up: '--max-time was reached',
  signal: 'the preview was stopped',
  unauthorized: 'Plex refused the token',
  forbidden: 'Plex refuses the edits of this token',
  unreachable: 'Plex did not answer',
  failing: 'Plex did not answer as it should',
  breaker_open: 'Plex is left alone for now',
  stash_unauthorized: 'Stash refused the key, so what needs it is missing',
  stash_unreachable: 'Stash did not answer, so what needs it is missing',
  stash_breaker_open: 'Stash is left alone for now, so what needs it is missing',
  stash_misconfigured: 'the address of Stash is wrong, so what needs it is missing',
  misconfigured: 'the settings seem to be wrong',
};

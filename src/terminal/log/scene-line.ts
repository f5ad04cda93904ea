import type { WorkerEvent } from '../../core/drain/ports/events.ts';
import { isNothingToWrite } from '../../core/model/job.ts';
import { plainText } from '../../core/text/sentence.ts';
import type { EditPlan } from '../../core/write/edit-plan.ts';
import { removalWords } from '../../core/write/removals.ts';
import { sanitize } from '../sanitize.ts';
import { shortDuration } from '../time.ts';
import { cutToWidth, displayWidth } from '../width.ts';
import { fieldName, LIST_WORDS, NOTHING_WORDS } from './field-words.ts';
import type { Level } from './log-format.ts';

/** One line about one scene, for a person at a terminal. */
export type SceneLine = { readonly level: Level; readonly text: string };

/** What became of a scene, before it is fitted into a line. */
type Told = {
  readonly level: Level;
  /** `✓` written, `↷` waits or is left, `✗` failed. */
  readonly sign: '✓' | '↷' | '✗';
  readonly what: string;
  readonly ratingKey?: string | undefined;
};

/**
 * Words all events of one job as one line of at most `width` columns: `✓ 4711 Lantern Row  title, +1 tag → 106`.
 * `undefined` for a scene that is right already.
 */
export function sceneLine(events: readonly WorkerEvent[], width: number): SceneLine | undefined {
  const sceneId = events.map((event) => ('sceneId' in event ? event.sceneId : undefined)).find(Boolean);
  const told = events.map((event) => toldOf(event, events)).findLast((one) => one !== undefined);
  if (told === undefined || sceneId === undefined) return undefined;
  const key = told.ratingKey === undefined ? '' : ` → ${told.ratingKey}`;
  const text = fitted({ lead: `${told.sign} ${sceneId}`, name: nameIn(events), what: told.what, key }, width);
  return { level: told.level, text };
}

type Parts = { readonly lead: string; readonly name: string; readonly what: string; readonly key: string };

/** The name keeps at least this much, since it is what a person knows the scene by. */
const LEAST_NAME = 16;

/** When space is short, what happened is cut first, down to a few words, then the name. */
function fitted({ lead, name, what, key }: Parts, width: number): string {
  const gap = name === '' ? ' ' : '  ';
  const room = width - displayWidth(lead) - displayWidth(key) - gap.length - (name === '' ? 0 : 1);
  const forName = Math.min(displayWidth(name), Math.max(LEAST_NAME, room - displayWidth(what)));
  const shownName = cutToWidth(name, Math.max(0, Math.min(forName, room)));
  const shownWhat = cutToWidth(what, Math.max(0, room - displayWidth(shownName)));
  return `${lead}${shownName === '' ? '' : ` ${shownName}`}${shownWhat === '' ? '' : `${gap}${shownWhat}`}${key}`;
}

/** The title, once an item is known, else the name of the file. */
function nameIn(events: readonly WorkerEvent[]): string {
  const titles = events.flatMap((event) => (event.kind === 'written' || event.kind === 'found' ? event.title : []));
  const files = events.flatMap((event) =>
    event.kind === 'searching' || event.kind === 'low_confidence' ? (event.file.split(/[/\\]/).at(-1) ?? '') : [],
  );
  return sanitize(titles.at(-1) ?? files[0] ?? '').trim();
}

/** What one event tells of its scene; most are steps on the way and tell nothing. */
function toldOf(event: WorkerEvent, all: readonly WorkerEvent[]): Told | undefined {
  switch (event.kind) {
    case 'completed':
      if (isNothingToWrite(event.change)) return { level: 'info', sign: '↷', what: NOTHING_WORDS[event.change] };
      return event.change === 'unchanged' ? undefined : completed(all);
    case 'retrying':
      return event.reason === 'miss'
        ? { level: 'info', sign: '↷', what: `not in Plex yet, next try in ${shortDuration(event.waitMs)}` }
        : {
            level: 'warning',
            sign: '✗',
            what: `failed, next try in ${shortDuration(event.waitMs)}: ${spoken(event.message)}`,
          };
    case 'buried':
      return { level: 'error', sign: '✗', what: `dead letter ${event.errorType}: ${spoken(event.message)}` };
    case 'released':
      return { level: 'warning', sign: '↷', what: `given back, no attempt spent: ${spoken(event.message)}` };
    case 'removal_held':
      return { level: 'warning', sign: '↷', what: `waits for you: ${spoken(removalWords(event.values))}` };
    case 'undone':
      return { level: 'info', sign: '↷', what: `undone, and left: plexsync queue release ${event.sceneId}` };
    case 'gone':
      return { level: 'info', sign: '↷', what: 'Stash has no such scene, dropped' };
    case 'without_file':
      return { level: 'info', sign: '↷', what: 'has no file in Stash yet' };
    case 'skipped':
      return { level: 'info', sign: '↷', what: 'not in Plex, skipped' };
    case 'superseded':
      return { level: 'info', sign: '↷', what: 'goes on in a newer edit' };
    case 'lease_lost':
      return { level: 'warning', sign: '↷', what: 'taken over by another run' };
    default:
      return undefined;
  }
}

function spoken(sentence: Parameters<typeof plainText>[0]): string {
  return sanitize(plainText(sentence)).replace(/\s+/g, ' ');
}

function completed(all: readonly WorkerEvent[]): Told {
  const written = all.flatMap((event) => (event.kind === 'written' ? [event] : [])).at(-1);
  const what = [...(written === undefined ? [] : changesOf(written.plan)), ...all.flatMap(notesOf)].join(', ');
  return { level: 'info', sign: '✓', what, ratingKey: written?.ratingKey };
}

/** What was changed, in as few words as possible: `title, date, +2 tags, -1 performer, poster`. */
function changesOf({ fields, lists, pictures = [], locks = [] }: EditPlan): readonly string[] {
  const changed = [
    ...fields.map(({ field, value }) => `${bare(field)}${value === '' ? ' cleared' : ''}`),
    ...lists.flatMap(({ kind, add, remove }) => [
      ...counted('+', add.length, LIST_WORDS[kind]),
      ...counted('-', remove.length, LIST_WORDS[kind]),
    ]),
    ...pictures.map(({ field }) => bare(field)),
  ];
  return changed.length === 0 && locks.length > 0 ? ['locks'] : changed;
}

function bare(field: Parameters<typeof fieldName>[0]): string {
  return fieldName(field).replace(/^the /, '');
}

function counted(sign: '+' | '-', count: number, words: { readonly one: string; readonly many: string }): string[] {
  return count === 0 ? [] : [`${sign}${count} ${count === 1 ? words.one : words.many}`];
}

/** What is said beside the changes. */
function notesOf(event: WorkerEvent): readonly string[] {
  switch (event.kind) {
    case 'altered':
      return [`Plex keeps its own form of ${fieldName(event.altered.field)}`];
    case 'capped':
      return [`${event.dropped} more ${LIST_WORDS[event.list].many} cut`];
    case 'summary_cut':
      return ['summary cut'];
    case 'low_confidence':
      return event.taken ? ['LOW confidence'] : [];
    default:
      return [];
  }
}

import { RETRY_RULES } from '../../core/failures/retry-policy.ts';
import { plainText } from '../../core/text/sentence.ts';
import type { Change } from '../../core/write/change.ts';
import type { DiffDocument } from '../../documents/diff.ts';
import { changeName } from '../../terminal/log/field-words.ts';
import { pictureWords } from '../../terminal/log/size-words.ts';
import type { Paint, Reader } from '../../terminal/reader.ts';
import { sanitize } from '../../terminal/sanitize.ts';
import { localTime, utcTime } from '../../terminal/time.ts';
import type { Difference } from './difference.ts';
import type { LookedAt } from './job.ts';

/** The document of `diff --json`: keys are only ever added. */
export function differenceDocument(
  { verdict, item, match, changes, message, errorType, notes }: Difference,
  { job, state, syncedAt }: LookedAt,
): DiffDocument {
  return {
    scene_id: job.sceneId,
    rating_key: item?.ratingKey ?? null,
    confidence: match.confidence,
    changes: changes.map(({ field, action, before, after, added, removed, why }) => {
      return { field, action, before, after, added, removed, why: plainText(why) };
    }),
    verdict,
    message: message === undefined ? null : plainText(message),
    error_type: errorType ?? null,
    title: item?.title ?? null,
    library: item?.library ?? null,
    file: match.file ?? null,
    matched_by: match.by ?? null,
    job: state === 'made_up' ? null : { id: job.id, state },
    synced_at: syncedAt === undefined ? null : utcTime(syncedAt),
    notes: notes.map(plainText),
  };
}

/** The same for a person: what is changed or left, field by field, each with its reason. */
export function differenceText(difference: Difference, lookedAt: LookedAt & { readonly reader: Reader }): string {
  const { changes, notes } = difference;
  const blocks = [
    headOf(difference, lookedAt).join('\n'),
    ...changes.map(changeText),
    [...notes.map((note) => sanitize(plainText(note))), verdictWords(difference, lookedAt)].join('\n'),
  ];
  return paintChanges(blocks.filter((block) => block !== '').join('\n\n'), lookedAt.reader.paint);
}

/** The names that come and go, each on a line of its own. */
function paintChanges(text: string, paint: Paint | undefined): string {
  if (paint === undefined) return text;
  return text
    .replaceAll(/^ {2}\+ .*$/gm, (line) => paint('added', line))
    .replaceAll(/^ {2}- .*$/gm, (line) => paint('removed', line));
}

function headOf(
  { item, match, errorType }: Difference,
  { job, state, syncedAt, reader }: LookedAt & { readonly reader: Reader },
): readonly string[] {
  const time = reader.kind === 'person' ? localTime : utcTime;
  const scene = `Scene ${job.sceneId}`;
  const head =
    item === undefined
      ? scene
      : `${scene} → item ${item.ratingKey} "${sanitize(item.title)}" in "${sanitize(item.library)}"`;
  // A failure on the way says nothing about what would match.
  const isLookedFor = match.confidence !== 'none' || errorType === RETRY_RULES.plex_not_found.errorType;
  const by = match.by === undefined ? '' : `, ${MATCHED_BY[match.by]}`;
  return [
    head,
    ...(match.file === undefined ? [] : [`  file: ${sanitize(match.file)}`]),
    ...(isLookedFor ? [`  match: ${CONFIDENCE[match.confidence]}${by}`] : []),
    ...(syncedAt === undefined ? [] : [`  last synced: ${time(syncedAt)}`]),
    `  job: ${state === 'made_up' ? 'none waits; this is what Stash has now' : `${job.id}, ${STATES[state]}`}`,
  ];
}

const CONFIDENCE: Readonly<Record<Difference['match']['confidence'], string>> = {
  high: 'HIGH',
  low: 'LOW',
  none: 'none',
};

const MATCHED_BY = {
  pin: 'pinned by a person',
  record: 'the item of the last sync',
  index: 'found in the list of the library',
  look_up: 'found by looking it up',
} as const;

const STATES: Readonly<Record<Exclude<LookedAt['state'], 'made_up'>, string>> = {
  due: 'due',
  retry: 'waits to be tried again',
  not_found: 'waits for Plex to have the file',
  held: 'awaits Stash',
  removals: 'waits for permission to remove so much',
  undone: 'waits, since its scene is undone',
  pictures: 'written but for its picture',
  in_progress: 'a run is at work on it now',
};

function verdictWords({ verdict, changes, message }: Difference, { job, state }: LookedAt): string {
  const why = message === undefined ? '' : sanitize(plainText(message));
  switch (verdict) {
    case 'write':
      if (why !== '') return `All would be written but the picture: ${why}`;
      return state === 'made_up'
        ? `Nothing was written: plexsync enqueue ${job.sceneId}, then plexsync process, does it.`
        : 'Nothing was written: plexsync process does it.';
    case 'right':
      return changes.length > 0 ? 'Nothing would change: what differs is left.' : 'Nothing would change.';
    case 'hold':
      return `Not without permission: ${why} (plexsync process --allow-removals).`;
    case 'undone':
      return `Nothing would be written: plexsync queue release ${job.sceneId} takes the scene up again.`;
    case 'fail':
      return `Nothing would be written: ${why}`;
  }
}

function changeText(change: Change): string {
  return [changeName(change.field), ...valueLines(change), `  ${sanitize(plainText(change.why))}`].join('\n');
}

function valueLines({ action, before, after, added, removed, picture }: Change): readonly string[] {
  if (picture !== undefined)
    return [`  ${pictureWords(picture)}${typeof after === 'string' ? `: ${sanitize(after)}` : ''}`];
  if (typeof before === 'string' && typeof after === 'string')
    return action === 'left' ? [`  = ${quoted(before)}`] : textLines(before, after);
  return [...added.map((name) => `  + ${sanitize(name)}`), ...removed.map((name) => `  - ${sanitize(name)}`)];
}

/** Beyond this length two values do not fit side by side. */
const LONGEST_BESIDE = 60;

function textLines(before: string, after: string): readonly string[] {
  if (before.length + after.length <= LONGEST_BESIDE) return [`  ${quoted(before)} → ${quoted(after)}`];
  return [`  - ${quoted(before)}`, `  + ${quoted(after)}`];
}

function quoted(text: string): string {
  return `'${sanitize(text)}'`;
}

import type { SyncError } from '../../model/errors.ts';
import type { PictureBytes, PictureEdit, PictureField } from '../../model/picture.ts';
import type { PictureChoice } from '../../pictures/choice.ts';
import { selectedKey, uploadKey } from '../../pictures/choice.ts';
import type { PictureNeed } from '../../pictures/needs.ts';
import { isOverlaid, isOverlayLabel } from '../../pictures/needs.ts';
import { intendedRecord, recordAfter, refusedRecord } from '../../pictures/records.ts';
import type { PictureNote } from '../ports/pictures.ts';
import type { Answered, Decided, Place } from './picture-bench.ts';
import { askPlex, fail } from './picture-bench.ts';

type Change = Extract<PictureChoice, { kind: 'select' | 'upload' }>;

/** Selects or uploads a picture: noted first, so that a kill in between leaves no doubt whose it is. */
export async function change(
  { need, picture, list }: Decided,
  choice: Change,
  held: PictureBytes | undefined,
  { bench, context }: Place,
): Promise<void> {
  const { field } = need;
  const { item } = bench.work;
  const { options, queue } = context;
  const before = selectedKey(list);
  const how = choice.kind === 'upload' ? 'uploaded' : 'selected';
  const bytes = choice.kind === 'upload' ? picture.bytes : undefined;
  const { source } = picture;
  const edit: PictureEdit = { field, how, bytes, before, shownBefore: item.pictures[field], source };
  if (options.mode === 'write') {
    const record = intendedRecord(need, picture, before);
    if (!queue.intendPicture(noteOf(need, choice, { record, before, bench, context }), context.now()))
      return fail(bench, { kind: 'given_back' });
    bench.intended[field] = record;
    context.checkpoint('picture_intended');
    const sent = await send(field, choice, held, { bench, context });
    if (sent.kind === 'failure') {
      const isRefused = choice.kind === 'upload' && sent.failure.kind === 'failed' && isOfBytes(sent.failure.error);
      bench.records[field] = isRefused ? refusedRecord(need, picture, item) : record;
      return;
    }
    context.checkpoint('picture_written');
  }
  bench.edits.push(edit);
  bench.records[field] = recordAfter(choice, need, picture, item);
  if (options.rules.lockFields) bench.lock.push(field);
  releaseOverlay(field, { bench, context });
}

async function send(
  field: PictureField,
  choice: Change,
  held: PictureBytes | undefined,
  place: Place,
): Promise<Answered<void>> {
  const { plex } = place.context;
  const { ratingKey } = place.bench.work.item;
  if (choice.kind === 'select')
    return await askPlex('plex PUT picture', () => plex.selectPicture(ratingKey, field, choice.key), place);
  if (held === undefined) throw new Error('a picture was to be uploaded without its bytes');
  return await askPlex('plex POST picture', () => plex.uploadPicture(ratingKey, field, held), place);
}

/** Whether Plex, or a proxy before it, refuses the very bytes that were sent. */
function isOfBytes({ code }: SyncError): boolean {
  return code === 'plex_rejected' || code === 'plex_too_long';
}

/** Ours stands where Kometa had its overlay: without the label Kometa takes it for new, and lays one on it. */
export function releaseOverlay(field: PictureField, { bench, context }: Place): void {
  if (releases(field, { bench, context })) bench.overlay = 'released';
}

function releases(field: PictureField, { bench, context }: Place): boolean {
  return context.options.rules.pictures.overlay === 'release' && isOverlaid(field, bench.work.item);
}

function noteOf(
  { field }: PictureNeed,
  choice: Change,
  facts: Place & Pick<PictureNote, 'record' | 'before'>,
): PictureNote {
  const { record, before, bench } = facts;
  const { job, item } = bench.work;
  const { ratingKey, sectionKey, labels, locked } = item;
  const sha1 = record.intended?.sha1 ?? '';
  return {
    ...{
      sceneId: job.sceneId,
      lease: job.lease,
      ratingKey,
      sectionKey,
      title: item.fields.title,
      field,
      before,
      record,
    },
    after: choice.kind === 'select' ? choice.key : uploadKey(field, sha1),
    locked: locked.has(field),
    labels: releases(field, facts) ? { before: labels, remove: labels.filter(isOverlayLabel) } : undefined,
  };
}

import { SyncError } from '../../model/errors.ts';
import type { PictureEdit, PictureField, PictureRecord, PictureRecords } from '../../model/picture.ts';
import type { PlexItem } from '../../model/plex-item.ts';
import { asTitle, listed, ours, say } from '../../text/sentence.ts';
import type { PicturesDone } from '../ports/pictures.ts';
import type { Planned } from '../ports/stages.ts';

/** The job with its item as it is after the write. A picture whose path is still the old one was not kept, and fails. */
export function checkPictures(work: Planned, item: PlexItem): Planned {
  const { pictures: done, plan } = work;
  if (done === undefined) return { ...work, item };
  const lost = done.edits.filter(({ field, shownBefore }) => item.pictures[field] === shownBefore);
  const kept = done.edits.filter((edit) => !lost.includes(edit));
  const records = {
    ...done.records,
    ...recordsOf(kept, (field) => shownNow(done.records[field], item.pictures[field])),
    ...recordsOf(lost, (field) => done.intended[field]),
  };
  const failure = done.failure ?? (lost.length === 0 ? undefined : notKept(item, lost));
  return { ...work, item, plan: { ...plan, pictures: kept }, pictures: { ...done, records, failure } };
}

function recordsOf(
  edits: readonly PictureEdit[],
  recordOf: (field: PictureField) => PictureRecord | undefined,
): PictureRecords {
  return Object.fromEntries(
    edits.flatMap(({ field }) => {
      const record = recordOf(field);
      return record === undefined ? [] : [[field, record]];
    }),
  );
}

function shownNow(record: PictureRecord | undefined, shown: string): PictureRecord | undefined {
  return record && { ...record, shown };
}

function notKept(item: PlexItem, lost: readonly PictureEdit[]): PicturesDone['failure'] {
  const named = listed(lost.map(({ field }) => ours(WORDS[field])));
  const message = say`Plex took the picture of "${asTitle(item.fields.title)}" but shows the old one: ${named}`;
  return { kind: 'failed', error: new SyncError('plex_unverified', message) };
}

const WORDS: Readonly<Record<PictureField, string>> = { thumb: 'poster', art: 'background' };

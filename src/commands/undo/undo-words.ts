import type { UndoneItem } from '../../core/undo/ports.ts';
import type { LeftByUndo } from '../../core/undo/undo-types.ts';
import type { LeftDocument, UndoItemDocument } from '../../documents/undo.ts';
import { fieldName } from '../../terminal/log/field-words.ts';
import type { Reader } from '../../terminal/reader.ts';
import { sanitize } from '../../terminal/sanitize.ts';
import { renderFields } from '../../terminal/table.ts';
import { changeName, changeText } from '../shared/journal/change-words.ts';
import { changeDocument } from '../shared/journal/journal-documents.ts';

const ENDS = {
  undone: 'undone',
  would_undo: 'would be undone',
  already: 'nothing to put back',
  gone: 'left: the item is gone from Plex',
  another_item: 'left: another item is under its key by now',
  under_way: 'left: a run is working on its scene, so run undo again later',
  failed: 'not undone',
} as const satisfies Record<UndoneItem['kind'], string>;

/** What became of one item: a head, what was put back, and what was left. */
export function itemText(one: UndoneItem, reader: Reader): string {
  const why = one.kind === 'failed' ? `: ${one.message}. Run undo again, or plexsync queue release ${one.sceneId}` : '';
  const head = sanitize(
    `${one.title || '(no title)'}  scene ${one.sceneId}, item ${one.ratingKey}: ${ENDS[one.kind]}${why}`,
  );
  const rows = [
    ...changesOf(one).map((change): [string, string] => [`  ${changeName(change)}`, changeText(change)]),
    ...leftOf(one).map((left): [string, string] => [`  ${leftName(left)}`, leftText(left)]),
  ];
  return rows.length === 0 ? head : `${head}\n${renderFields(rows, reader)}`;
}

export function itemDocument(one: UndoneItem): UndoItemDocument {
  return {
    ...{ rating_key: one.ratingKey, scene_id: one.sceneId, title: one.title, outcome: one.kind },
    changes: changesOf(one).map(changeDocument),
    left: leftOf(one).map(leftDocument),
    message: one.kind === 'failed' ? one.message : null,
  };
}

export function changesOf(one: UndoneItem) {
  return 'plan' in one ? one.plan.changes : [];
}

export function leftOf(one: UndoneItem): readonly LeftByUndo[] {
  if ('plan' in one) return one.plan.left;
  return one.kind === 'already' ? one.left : [];
}

function leftDocument({ field, why, runId }: LeftByUndo): LeftDocument {
  return { field, why, ...(runId === undefined ? {} : { run: runId }) };
}

function leftName({ field }: LeftByUndo): string {
  return field === 'label' ? 'labels' : fieldName(field).replace(/^the /, '');
}

function leftText({ why, runId }: LeftByUndo): string {
  switch (why) {
    case 'changed_since':
      return 'left, since it was changed in Plex after that';
    case 'later_run':
      return `left, since run ${runId ?? '?'} has written it after that`;
    case 'never_empty':
      return 'left, since it had none before, and a title is never empty';
    case 'picture_gone':
      return 'left, since Plex no longer has the picture that was shown before';
  }
}

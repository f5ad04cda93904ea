import type { WorkerEvent } from '../../core/drain/ports/events.ts';
import type { PictureField } from '../../core/model/picture.ts';
import { PICTURE_FIELDS } from '../../core/model/picture.ts';
import type { ListKind, ScalarField } from '../../core/model/plex-item.ts';
import { plainText } from '../../core/text/sentence.ts';
import { shortened } from '../../core/text/shortened.ts';
import { lockChanges } from '../../core/write/explain-pictures.ts';
import { sanitize } from '../sanitize.ts';
import { changeName, fieldName, leftReason, NOTHING_WORDS } from './field-words.ts';
import { pictureWords } from './size-words.ts';

type Preview = Extract<WorkerEvent, { kind: 'would_write' | 'would_not_write' }>;

/** The text of a dry run for one job: field by field the value in Plex and the value it would get. */
export function previewText(event: Preview): string {
  if (event.kind === 'would_not_write') {
    return `Scene ${event.sceneId}: ${whyNot(event)}`;
  }
  const { sceneId, title, ratingKey, plan, message } = event;
  const fields = plan.fields.map(({ field, before, value }) => line(field, `${quoted(before)} → ${quoted(value)}`));
  const lists = plan.lists.map(({ kind, add, remove }) =>
    line(kind, [...add.map((name) => `+ ${quoted(name)}`), ...remove.map((name) => `- ${quoted(name)}`)].join('  ')),
  );
  const pictures = (plan.pictures ?? []).map((picture) => line(picture.field, pictureWords(picture)));
  const locks = lockChanges(plan).map(({ field }) => `  ${changeName(field).padEnd(12)}locked`);
  const labels = (plan.labels?.remove ?? []).map((label) => `  ${'label'.padEnd(12)}- ${quoted(label)}`);
  const left = plan.left.flatMap((one) => {
    const field = PICTURE_FIELDS.find((name) => name === one.field);
    return field === undefined ? [] : [line(field, `left: ${leftReason(one)}`)];
  });
  const head = `Scene ${sceneId} would be written to item ${ratingKey} ${quoted(title)}:`;
  const failed = message === undefined ? [] : [`  not its picture: ${sanitize(plainText(message))}`];
  return [head, ...fields, ...lists, ...pictures, ...locks, ...labels, ...left, ...failed].join('\n');
}

function whyNot({ reason, message }: Extract<Preview, { kind: 'would_not_write' }>): string {
  if (reason === 'unchanged') return 'already right in Plex';
  if (reason === 'nothing_given' || reason === 'all_left_out') return NOTHING_WORDS[reason];
  return sanitize(message === undefined ? 'not looked at' : plainText(message));
}

function line(field: ScalarField | ListKind | PictureField, change: string): string {
  return `  ${fieldName(field).replace(/^the /, '').padEnd(12)}${change}`;
}

function quoted(text: string): string {
  return `'${shortened(sanitize(text))}'`;
}

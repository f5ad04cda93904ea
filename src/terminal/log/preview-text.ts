import type { WorkerEvent } from '../../core/drain/ports/events.ts';
import type { ListKind, ScalarField } from '../../core/model/plex-item.ts';
import { plainText } from '../../core/text/sentence.ts';
import { sanitize } from '../sanitize.ts';
import { fieldName } from './field-words.ts';
import { shortened } from './shortened.ts';

type Preview = Extract<WorkerEvent, { kind: 'would_write' | 'would_not_write' }>;

/** The text of a dry run for one job: field by field the value in Plex and the value it would get. */
export function previewText(event: Preview): string {
  if (event.kind === 'would_not_write') {
    const why =
      event.reason === 'unchanged'
        ? 'already right in Plex'
        : sanitize(event.message === undefined ? 'not looked at' : plainText(event.message));
    return `Scene ${event.sceneId}: ${why}`;
  }
  const { sceneId, title, ratingKey, plan } = event;
  const fields = plan.fields.map(({ field, before, value }) => line(field, `${quoted(before)} → ${quoted(value)}`));
  const lists = plan.lists.map(({ kind, add, remove }) =>
    line(kind, [...add.map((name) => `+ ${quoted(name)}`), ...remove.map((name) => `- ${quoted(name)}`)].join('  ')),
  );
  return [`Scene ${sceneId} would be written to item ${ratingKey} ${quoted(title)}:`, ...fields, ...lists].join('\n');
}

function line(field: ScalarField | ListKind, change: string): string {
  return `  ${fieldName(field).replace(/^the /, '').padEnd(12)}${change}`;
}

function quoted(text: string): string {
  return `'${shortened(sanitize(text))}'`;
}

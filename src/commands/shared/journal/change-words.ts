import type { Change } from '../../../core/model/journal.ts';
import { fieldName } from '../../../terminal/log/field-words.ts';
import { namesOf } from './journal-documents.ts';

/** What a change is of: `title`, `tags`. */
export function changeName(change: Change): string {
  return change.kind === 'labels' ? 'labels' : fieldName(change.field).replace(/^the /, '');
}

/** A change in one line. */
export function changeText(change: Change): string {
  switch (change.kind) {
    case 'field':
      return `${quoted(change.before)} → ${quoted(change.kept ?? change.after)}`;
    case 'lock':
      return change.unlocked === true ? 'unlocked, as it was' : 'as it was';
    case 'picture':
      return `${change.before ?? 'none'} → ${change.after ?? 'none'}`;
    case 'list':
    case 'labels': {
      const { added, removed } = namesOf(change);
      return [...added.map((name) => `+ ${name}`), ...removed.map((name) => `− ${name}`)].join(', ');
    }
  }
}

function quoted(text: string): string {
  return text === '' ? 'empty' : `“${text}”`;
}

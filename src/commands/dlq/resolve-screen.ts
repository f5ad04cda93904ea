import type { DeadLetter } from '../../queue/tables/dead-letters/letter.ts';
import { letterChoicesOf, letterDataOf, letterPathOf } from '../../queue/tables/dead-letters/letter.ts';
import type { Reader } from '../../terminal/reader.ts';
import { renderFields } from '../../terminal/table.ts';
import { localTime } from '../../terminal/time.ts';
import { cureFor } from './cures.ts';
import type { Link } from './resolve-keys.ts';

/** Where a letter stands among those that were selected. */
export type Place = { readonly number: number; readonly total: number };

/** Everything a person needs in order to decide about a letter, candidates numbered; without control characters. */
export function letterScreen(letter: DeadLetter, place: Place, links: readonly Link[], reader: Reader): string {
  const title = letterDataOf(letter)?.['title'];
  const path = letterPathOf(letter);
  const head = `Dead letter ${letter.id} of scene ${letter.scene_id} (${place.number} of ${place.total})`;
  const fields: (readonly [string, string])[] = [
    ...(typeof title === 'string' && title !== '' ? [['  title', title] as const] : []),
    ...(path === undefined ? [] : [['  path', path] as const]),
    ['  error', letter.error_type],
    ['  reason', letter.error_message],
    ['  failed', `${localTime(Date.parse(letter.failed_at))}, ${retriesWords(letter.retry_count)}`],
    ['  helps', cureFor(letter.error_type, '').advice],
    ...links.filter(({ key }) => !/\d/.test(key)).map(({ name, url }) => [`  ${name}`, url] as const),
    ...letterChoicesOf(letter).map(
      ({ rating_key, title: name, library, file }, index) =>
        [`  ${index + 1}`, `"${name}" in ${library}, item ${rating_key}: ${file}`] as const,
    ),
  ];
  return `${head}\n${renderFields(fields, reader)}`;
}

function retriesWords(count: number): string {
  return count === 1 ? '1 retry' : `${count} retries`;
}

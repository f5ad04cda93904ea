import { basename } from 'node:path';
import { RETRY_RULES } from '../../core/failures/retry-policy.ts';
import { indexedLibraries } from '../../file-index/libraries.ts';
import type { LetterChoice } from '../../queue/tables/dead-letters/letter.ts';
import type { KnownId, KnownIdKind } from '../../queue/views/known-ids.ts';
import { readErrorTypes, readItemsFor, readKnownIds, readWrittenLibraries } from '../../queue/views/known-ids.ts';
import type { Setting } from '../../settings/setting.ts';
import { SETTING_NAMES, SETTINGS } from '../../settings/table.ts';
import { sanitize } from '../../terminal/sanitize.ts';
import { cutToWidth } from '../../terminal/width.ts';
import type { ValueSource, Word } from './source.ts';

/** What is known of a value that is typed: its beginning, and the operands before it. */
export type Asked = { readonly typed: string; readonly operands: readonly string[] };

/**
 * The words that a value may be, by what the data directory says now. What cannot be read counts as empty: whoever
 * presses a key in a shell asked for no report. Asks no server, and changes nothing.
 */
export function valuesOf(source: ValueSource, directory: string, { typed, operands }: Asked): readonly Word[] {
  const [first = ''] = operands;
  switch (source) {
    case 'settings':
      return SETTING_NAMES.map((name) => ({ word: name, help: SETTINGS[name].help }));
    case 'values_of_setting':
      return valuesOfSetting(first, directory);
    case 'error_types':
      return errorTypes(orNone(() => readErrorTypes(directory)));
    case 'libraries':
      return libraries(directory);
    case 'items_for_scene':
      return orNone(() => readItemsFor(directory, Number(first))).map(itemWord);
    case 'scenes':
      return unique(
        (['waiting_scenes', 'scenes_of_letters', 'known_scenes'] as const).flatMap((kind) =>
          ids(kind, directory, typed),
        ),
      );
    default:
      return unique(ids(source, directory, typed));
  }
}

function orNone<T>(read: () => readonly T[]): readonly T[] {
  try {
    return read();
  } catch {
    return [];
  }
}

const ids = (kind: KnownIdKind, directory: string, typed: string): readonly Word[] =>
  orNone(() => readKnownIds(directory, kind, typed)).map(idWord);

function idWord({ id, title, path, note }: KnownId): Word {
  const named = title === null || title === '' ? basename(path ?? '') : title;
  return {
    word: String(id),
    help: [named, note ?? '']
      .filter((part) => part !== '')
      .map(shown)
      .join(', '),
  };
}

const HELP_WIDTH = 50;

/** Text from outside, as a part of a line in a terminal. */
const shown = (text: string): string => cutToWidth(sanitize(String(text)).trim(), HELP_WIDTH);

function itemWord({ rating_key, title, file }: LetterChoice): Word {
  return { word: shown(rating_key), help: `${shown(title)}, ${shown(basename(file))}` };
}

function unique(words: readonly Word[]): readonly Word[] {
  return [...Map.groupBy(words, ({ word }) => word).values()].flatMap(([first]) => first ?? []);
}

/** Those that there are letters of come first. */
function errorTypes(counted: ReturnType<typeof readErrorTypes>): readonly Word[] {
  const there = counted.map(({ type, count }) => ({
    word: shown(type),
    help: count === 1 ? '1 dead letter' : `${count} dead letters`,
  }));
  const known = Object.values(RETRY_RULES).map(({ errorType }) => ({ word: errorType, help: 'no dead letter' }));
  return unique([...there, ...known]);
}

function libraries(directory: string): readonly Word[] {
  const titles = [...orNone(() => indexedLibraries(directory)), ...orNone(() => readWrittenLibraries(directory))];
  return unique(titles.filter((title) => title === sanitize(title)).map((word) => ({ word, help: '' })));
}

/** What `config set` takes for a setting. A token is nothing that a shell could know. */
function valuesOfSetting(name: string, directory: string): readonly Word[] {
  const setting: Setting | undefined = Object.entries(SETTINGS).find(([known]) => known === name)?.[1];
  const { type } = setting ?? {};
  if (type?.kind === 'switch') return ['true', 'false'].map((word) => ({ word, help: '' }));
  if (type?.kind === 'choice') return type.values.map((word) => ({ word, help: '' }));
  if (type?.kind === 'limit') return [{ word: 'off', help: '' }];
  return type?.kind === 'names' ? libraries(directory) : [];
}

import { createHmac, randomBytes } from 'node:crypto';
import { shellWord } from '../../core/text/shell-word.ts';
import type { LetterSummaryDocument } from '../../documents/letter.ts';
import { EXIT } from '../../exit.ts';
import { openStoresToRead } from '../../queue/store/stores.ts';
import type { DeadLetter } from '../../queue/tables/dead-letters/letter.ts';
import { letterChoicesOf, letterDataOf, letterPathOf } from '../../queue/tables/dead-letters/letter.ts';
import { createMasker } from '../../redact/mask.ts';
import { learnDocument, maskDocument } from '../../redact/personal-words.ts';
import { sanitize } from '../../terminal/sanitize.ts';
import { renderTable } from '../../terminal/table.ts';
import type { Context } from '../shared/context.ts';
import { letterDocument, warnOfDamage } from '../shared/letter-document.ts';
import { cureFor } from './cures.ts';
import type { LetterGroup } from './letter-summary.ts';
import { summariseLetters } from './letter-summary.ts';
import { withDeadLetters } from './open-letters.ts';
import { countOf } from './put-back.ts';
import type { Selection } from './selection.ts';
import { noLettersWords, selectToRead, toFilter } from './selection.ts';

/** Shows how many letters of which type are in which folder, and what probably helps. */
export async function summary({ selection }: { readonly selection: Selection }, context: Context): Promise<number> {
  return await withDeadLetters(context, openStoresToRead, (actions) => {
    const letters = actions.read(toFilter(actions, selection, context.now()));
    const groups = summariseLetters(mapLetters(letters));
    const { output } = context;
    if (output.json) output.resultJson(summaryDocument(groups), 2);
    else if (groups.length === 0) output.result(noLettersWords(actions, selection));
    else output.result(output.readerOf('stdout').kind === 'person' ? summaryText(groups) : summaryLines(groups));
    return EXIT.done;
  });
}

function* mapLetters(letters: Iterable<DeadLetter>) {
  for (const letter of letters) yield { errorType: letter.error_type, path: letterPathOf(letter) };
}

/** The options that select the letters of a group, including the folder if there is only one. */
function optionsOf({ errorType, folders }: LetterGroup): string {
  const [only, ...more] = folders;
  const folder = more.length === 0 && only?.folder !== '/' ? only?.folder : undefined;
  const prefix = folder === undefined ? '' : ` --path-prefix ${shellWord(folder)}`;
  return `--error-type ${shellWord(errorType)}${prefix}`;
}

function summaryDocument(groups: readonly LetterGroup[]): LetterSummaryDocument {
  return {
    count: groups.reduce((total, { count }) => total + count, 0),
    groups: groups.map((group) => ({
      error_type: group.errorType,
      count: group.count,
      folders: group.folders.map(({ folder, count }) => ({ path: folder ?? null, count })),
      cure: cureFor(group.errorType, optionsOf(group)),
    })),
  };
}

function summaryText(groups: readonly LetterGroup[]): string {
  const count = groups.reduce((total, group) => total + group.count, 0);
  const texts = groups
    .map((group) => {
      const { advice, command } = cureFor(group.errorType, optionsOf(group));
      const [only, ...more] = group.folders;
      const where = more.length === 0 ? ` ${placeOf(only?.folder)}` : '';
      const places = more.length === 0 ? [] : group.folders.map(({ folder, count }) => `  ${count} ${placeOf(folder)}`);
      return [`${group.count} ${group.errorType}${where}`, ...places, `  ${advice}`, `  ${command}`]
        .map((line) => sanitize(line))
        .join('\n');
    })
    .join('\n\n');
  return `${countOf(count)} by error, and what probably helps (plexsync dlq resolve goes through them):\n\n${texts}`;
}

function placeOf(folder: string | undefined): string {
  return folder === undefined ? 'without a path' : `under ${folder}`;
}

/** A line per type and folder: type, count, folder, advice, command. */
function summaryLines(groups: readonly LetterGroup[]): string {
  const rows = groups.flatMap((group) => {
    const { advice, command } = cureFor(group.errorType, optionsOf(group));
    return group.folders.map(({ folder, count }) => [group.errorType, count, folder ?? '-', advice, command]);
  });
  return renderTable([], rows, { kind: 'pipe' });
}

export type ExportOptions = { readonly selection: Selection; readonly names: 'shown' | 'masked' };

/** Writes every letter as one line of JSON, with the keys of `dlq list --json`. */
export async function exportLetters({ selection, names }: ExportOptions, context: Context): Promise<number> {
  return await withDeadLetters(context, openStoresToRead, (actions) => {
    const now = context.now();
    const letters =
      selection.ids.length > 0
        ? selectToRead(actions, selection, now)
        : actions.read(toFilter(actions, selection, now));
    const shown = names === 'masked' ? redacted([...letters]) : letters;
    for (const letter of shown) {
      context.output.resultJson(letterDocument(letter));
      warnOfDamage(letter, context);
    }
    return EXIT.done;
  });
}

/**
 * Letters without private names, for others to see: within one export a name always becomes the same word, in another
 * export a different one.
 */
function* redacted(letters: readonly DeadLetter[]): Generator<DeadLetter> {
  const key = randomBytes(32);
  const digest = (text: string): string => createHmac('sha256', key).update(text).digest('hex');
  const masker = createMasker(
    letters.flatMap(({ error_message, stack_trace }) => [error_message, stack_trace ?? '']),
    digest,
  );
  for (const letter of letters) learnDocument([letterDataOf(letter), ...letterChoicesOf(letter)], masker);
  for (const letter of letters) {
    yield {
      ...letter,
      error_message: masker.mask(letter.error_message),
      stack_trace: letter.stack_trace === null ? null : masker.mask(letter.stack_trace),
      job_data: JSON.stringify(maskDocument(letterDataOf(letter) ?? null, masker)),
      choices: JSON.stringify(maskDocument(letterChoicesOf(letter), masker)),
    };
  }
}

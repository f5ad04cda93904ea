import { UsageError } from '../../core/model/errors.ts';
import { nearest } from '../../core/text/nearest.ts';
import type { LetterFilter } from '../../queue/tables/dead-letters/dead-letters.ts';
import type { DeadLetter } from '../../queue/tables/dead-letters/letter.ts';
import type { DeadLetterActions } from '../../queue/work/dead-letter-actions.ts';
import { parseDurationMs } from '../../settings/duration.ts';
import { toId, toIds } from '../shared/typed-values.ts';
import { ERROR_TYPES } from './cures.ts';

/** The letters a person selected: by id, by filter, or all. As typed. */
export type Selection = {
  readonly ids: readonly string[];
  readonly errorType: string | undefined;
  readonly scene: string | undefined;
  readonly pathPrefix?: string | undefined;
  readonly olderThan?: string | undefined;
  readonly since?: string | undefined;
  readonly all: boolean;
};

/**
 * The letters to change; one of ids, filter and `--all` is required.
 * @throws {UsageError}
 */
export function selectToChange(
  actions: DeadLetterActions,
  selection: Selection,
  request: { readonly verb: string; readonly now: number },
): readonly DeadLetter[] {
  if (selection.ids.length === 0 && !hasFilter(selection) && !selection.all) {
    throw new UsageError(
      `Which dead letters to ${request.verb} was not said.`,
      'Give their ids (plexsync dlq list shows them), a filter such as --error-type or --scene, or --all.',
    );
  }
  return selectToRead(actions, selection, request.now);
}

/**
 * The letters to show: all of them unless some were selected.
 * @throws {UsageError}
 */
export function selectToRead(actions: DeadLetterActions, selection: Selection, now: number): readonly DeadLetter[] {
  return selection.ids.length > 0 ? selectNamed(actions, selection) : actions.list(toFilter(actions, selection, now));
}

/**
 * Exactly the letters with these ids.
 * @throws {UsageError} naming the first that does not exist.
 */
function selectNamed(actions: DeadLetterActions, selection: Selection): readonly DeadLetter[] {
  if (hasFilter(selection) || selection.all) throw new UsageError('Give ids or filters, not both.');
  const ids = toIds(selection.ids, 'dead letter');
  const letters = actions.list({ ids });
  const found = new Set(letters.map(({ id }) => id));
  const missing = ids.find((id) => !found.has(id));
  if (missing === undefined) return letters;
  throw new UsageError(`There is no dead letter ${missing}.`, 'plexsync dlq list shows those there are.');
}

/** The sentence for a selection without letters: there are none at all, or none that match. */
export function noLettersWords(actions: DeadLetterActions, selection: Selection): string {
  const areThere = hasFilter(selection) && actions.errorTypes().length > 0;
  return areThere ? 'No dead letter matches.' : 'No dead letters.';
}

function hasFilter({ errorType, scene, pathPrefix, olderThan, since }: Selection): boolean {
  return [errorType, scene, pathPrefix, olderThan, since].some((value) => value !== undefined);
}

/**
 * Converts the typed filters to the queue's.
 * @throws {UsageError}
 */
export function toFilter(actions: DeadLetterActions, selection: Selection, now: number): LetterFilter {
  const { errorType, scene, pathPrefix, olderThan, since } = selection;
  if (errorType !== undefined) refuseUnknownType(errorType, actions);
  if (pathPrefix?.trim() === '')
    throw new UsageError('--path-prefix is empty.', 'Give a folder as Stash sees it, such as /data/old.');
  return {
    errorType,
    sceneId: scene === undefined ? undefined : toId(scene, 'scene', '--scene'),
    pathPrefix,
    before: olderThan === undefined ? undefined : toPast(olderThan, now),
    since: since === undefined ? undefined : toInstant(since, now),
  };
}

/** A known type without letters is no error. */
function refuseUnknownType(errorType: string, actions: DeadLetterActions): void {
  const present = actions.errorTypes();
  const known = [...new Set([...present, ...ERROR_TYPES])];
  if (known.some((type) => type.toLowerCase() === errorType.toLowerCase())) return;
  const meant = nearest(errorType, known);
  throw new UsageError(
    `--error-type must be one that there is, not "${errorType}".`,
    meant !== undefined ? `Did you mean ${meant}?` : `Known: ${(present.length > 0 ? present : known).join(', ')}.`,
  );
}

function toPast(text: string, now: number): number {
  const ms = parseDurationMs(text, 'd');
  if (ms === undefined) throw new UsageError(`--older-than must be a duration such as 7d or 12h, not "${text}".`);
  return Math.max(0, now - ms);
}

function toInstant(text: string, now: number): number {
  const ms = parseDurationMs(text, 'd');
  const at = ms === undefined ? parseTime(text.trim()) : Math.max(0, now - ms);
  if (at !== undefined) return at;
  throw new UsageError(
    `--since must be a duration such as 7d, a date or a time such as 2026-05-01T18:00:00Z, not "${text}".`,
  );
}

/** Parses RFC 3339, or a date, which means its first moment in local time. */
function parseTime(text: string): number | undefined {
  const isDate = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const isTime = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/.test(text);
  if (!isDate && !isTime) return undefined;
  // Date turns the 31st of February into a day in March.
  const day = text.slice(0, 10);
  const noon = Date.parse(`${day}T12:00:00Z`);
  if (Number.isNaN(noon) || new Date(noon).toISOString().slice(0, 10) !== day) return undefined;
  const at = isDate ? new Date(`${day}T00:00:00`).getTime() : Date.parse(text.toUpperCase().replace(' ', 'T'));
  return Number.isNaN(at) || at < 0 ? undefined : at;
}

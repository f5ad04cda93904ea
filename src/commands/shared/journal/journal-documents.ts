import type { Change, JournalEntry } from '../../../core/model/journal.ts';
import type { ChangeDocument, EditDocument, RunDocument } from '../../../documents/runs.ts';
import type { ListedRun } from '../../../queue/views/runs.ts';
import { utcTime } from '../../../terminal/time.ts';

/** A run in `runs --json`: keys are only ever added. */
export function runDocument(run: ListedRun): RunDocument {
  return {
    id: run.id,
    command: run.command as RunDocument['command'],
    started_by: run.started_by as RunDocument['started_by'],
    started_at: utcTime(run.started_at),
    ended_at: run.ended_at === null ? null : utcTime(run.ended_at),
    exit_code: run.exit_code,
    done: run.done,
    failed: run.failed,
    items: run.items,
    fields: run.fields,
    ...(run.undone_by === null ? {} : { undone_by: run.undone_by }),
  };
}

/** An edit in `runs show --json`. */
export function editDocument(entry: JournalEntry): EditDocument {
  return {
    job_id: entry.jobId === 0 ? null : entry.jobId,
    scene_id: entry.sceneId,
    rating_key: entry.ratingKey,
    title: entry.title,
    at: utcTime(entry.at),
    state: entry.state === 'closed' ? 'written' : 'unfinished',
    ...(entry.undoneBy === undefined ? {} : { undone_by: entry.undoneBy }),
    changes: entry.changes.map(changeDocument),
  };
}

/** A change as documents show it. */
export function changeDocument(change: Change): ChangeDocument {
  const { field } = change;
  switch (change.kind) {
    case 'field':
      return { field, before: change.before, after: change.kept ?? change.after, added: [], removed: [] };
    case 'lock':
      return { field, before: null, after: null, added: [], removed: [] };
    case 'picture':
      return { field, before: change.before, after: change.after, added: [], removed: [] };
    case 'list':
    case 'labels': {
      const { before, added, removed } = namesOf(change);
      const after = [...before.filter((name) => !removed.includes(name)), ...added];
      return { field, before, after, added, removed };
    }
  }
}

type Names = {
  readonly before: readonly string[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
};

/** The names of a list before an edit, and those that it added and removed, as Plex spells them. */
export function namesOf(change: Extract<Change, { kind: 'list' | 'labels' }>): Names {
  const { add, remove } = change;
  if (change.kind === 'labels') return { before: change.before, added: add, removed: remove };
  const added = add.map((name) => change.kept?.[name] ?? name);
  return { before: change.before.map(({ tag }) => tag), added, removed: remove };
}

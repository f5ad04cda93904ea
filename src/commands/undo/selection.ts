import { UsageError } from '../../core/model/errors.ts';
import { nearest } from '../../core/text/nearest.ts';
import type { Stores } from '../../queue/store/stores.ts';
import type { JournalQuery } from '../../queue/tables/journal/journal-entries.ts';
import { readRun } from '../../queue/views/runs.ts';
import { parseDurationMs } from '../../settings/duration.ts';
import { toId } from '../shared/typed-values.ts';

/** What to undo, as typed: exactly one of these. */
export type UndoSelection = {
  readonly run: string | undefined;
  readonly job: string | undefined;
  readonly scene: string | undefined;
  readonly since: string | undefined;
  readonly library: string | undefined;
};

/** What was selected, and its name in a question. */
export type Selected = { readonly query: JournalQuery; readonly words: string };

/** @throws {UsageError} for anything but one well-formed selection, and for a run that cannot be undone */
export function select(stores: Stores, typed: UndoSelection, now: number): Selected {
  const given = Object.entries(typed).filter((entry): entry is [keyof UndoSelection, string] => entry[1] !== undefined);
  const [only, ...more] = given;
  if (only === undefined || more.length > 0)
    throw new UsageError(
      only === undefined
        ? 'What to undo was not said.'
        : 'Only one of --run, --job, --scene, --since and --library can be given.',
      'Give one of --run N, --job ID, --scene ID, --since 1h or --library NAME; plexsync runs lists the runs.',
    );
  const [kind, text] = only;
  switch (kind) {
    case 'run':
      return ofRun(stores, toId(text, 'run', '--run'));
    case 'job':
      return { query: { jobId: toId(text, 'job', '--job') }, words: `job ${text}` };
    case 'scene':
      return { query: { sceneId: toId(text, 'scene', '--scene') }, words: `scene ${text}` };
    case 'since':
      return since(text, now);
    case 'library':
      return ofLibrary(stores, text);
  }
}

function ofRun(stores: Stores, id: number): Selected {
  const found = readRun(stores, id);
  if (found === undefined)
    throw new UsageError(
      `There is no run ${id}, or it is forgotten by now.`,
      'plexsync runs lists those that are remembered.',
    );
  if (found.run.end === 'going')
    throw new UsageError(
      `Run ${id} is still going (pid ${found.run.pid}).`,
      'Wait for its end, or stop it, and undo it then.',
    );
  return { query: { runId: id }, words: `run ${id}` };
}

function since(text: string, now: number): Selected {
  const ms = parseDurationMs(text, 'h');
  if (ms === undefined || ms <= 0) throw new UsageError(`--since must be a duration such as 1h or 2d, not "${text}".`);
  return { query: { since: now - ms }, words: `the last ${text}` };
}

/** A library is known by what was written to it: by name, as the last sync of a scene told it, or by key. */
function ofLibrary({ queueDb }: Stores, name: string): Selected {
  if (name.trim() === '') throw new UsageError('--library is empty.', 'Give the name of a library.');
  const rows = queueDb
    .prepare<[], { key: string; title: string }>(
      `SELECT DISTINCT section_key AS key, section_title AS title FROM scenes WHERE section_title IS NOT NULL`,
    )
    .all();
  const wanted = name.trim().toLowerCase();
  const keys = new Set(
    rows.filter(({ title, key }) => title.toLowerCase() === wanted || key === wanted).map(({ key }) => key),
  );
  const [key, ...more] = keys;
  if (key !== undefined && more.length === 0) return { query: { sectionKey: key }, words: `library ${name}` };
  const titles = [...new Set(rows.map(({ title }) => title))];
  const meant = nearest(name, titles);
  throw new UsageError(
    key === undefined ? `Nothing was written to a library named "${name}".` : `Several libraries are named "${name}".`,
    key !== undefined
      ? `Give its key: one of ${[key, ...more].join(', ')}.`
      : meant === undefined
        ? `Known: ${titles.join(', ') || 'none'}.`
        : `Did you mean "${meant}"?`,
  );
}

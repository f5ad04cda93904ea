import { UsageError } from '../../core/model/errors.ts';
import type { JournalEntry } from '../../core/model/journal.ts';
import { say } from '../../core/text/sentence.ts';
import { EXIT } from '../../exit.ts';
import type { Stores } from '../../queue/store/stores.ts';
import { openStoresToRead } from '../../queue/store/stores.ts';
import { readJournal } from '../../queue/tables/journal/journal-entries.ts';
import type { ListedRun } from '../../queue/views/runs.ts';
import { readRun } from '../../queue/views/runs.ts';
import type { Reader } from '../../terminal/reader.ts';
import { sanitize } from '../../terminal/sanitize.ts';
import { renderFields } from '../../terminal/table.ts';
import { localTime, shortDuration } from '../../terminal/time.ts';
import type { Context } from '../shared/context.ts';
import { counted } from '../shared/counted.ts';
import { changeName, changeText } from '../shared/journal/change-words.ts';
import { editDocument, runDocument } from '../shared/journal/journal-documents.ts';

/** Shows what a run changed, item by item, before and after. */
export function show(id: number, { dataDir, output }: Context): number {
  const stores = openStoresToRead(dataDir);
  try {
    const found = readRun(stores, id);
    if (found === undefined)
      throw new UsageError(
        `There is no run ${id}, or it is forgotten by now.`,
        'plexsync runs lists those that are remembered.',
      );
    const { run, pruned } = found;
    const isPruned = pruned !== undefined && id <= pruned.runId;
    if (output.json) {
      const edits = [...pagesOf(stores, id)].flat().map(editDocument);
      output.resultJson({ ...runDocument(run), pruned: isPruned, edits }, 2);
      return EXIT.done;
    }
    output.result(headOf(run));
    for (const page of pagesOf(stores, id))
      output.result(page.map((entry) => editText(entry, output.readerOf('stdout'))).join('\n'));
    if (isPruned)
      output.log(
        'warning',
        say`Edits of run ${id} have left the journal, which keeps them for journal_days: they are not shown, and cannot be undone.`,
      );
    if (run.end === 'going')
      output.log('info', say`Run ${id} is still going (pid ${run.pid}): there may be more of it soon.`);
    return EXIT.done;
  } finally {
    stores.close();
  }
}

const PAGE_ROWS = 500;

/** The edits of a run, newest first, a page at a time. */
function* pagesOf({ queueDb }: Stores, runId: number): Generator<readonly JournalEntry[]> {
  let before: number | undefined;
  for (;;) {
    const page = readJournal(queueDb, { runId }, { before, limit: PAGE_ROWS });
    if (page.length === 0) return;
    yield page;
    before = page.at(-1)?.id;
  }
}

function headOf(run: ListedRun): string {
  const { id, started_at, ended_at, items, fields, done, failed } = run;
  const took = ended_at === null ? '' : `, ${shortDuration(ended_at - started_at)}`;
  const end = { ended: `exit code ${run.exit_code ?? 0}`, going: 'still going', killed: 'killed' }[run.end];
  const undone = run.undone_by === null ? '' : `; undone by run ${run.undone_by}`;
  return `Run ${id} (${run.command}) of ${localTime(started_at)}${took}: ${done} done, ${failed} failed, ${end}\n${counted(items, 'item')} and ${counted(fields, 'field')} changed${undone}`;
}

function editText(entry: JournalEntry, reader: Reader): string {
  const state = entry.state === 'open' ? ' (cut short: may not have been written)' : '';
  const undone = entry.undoneBy === undefined ? '' : ` (undone by run ${entry.undoneBy})`;
  const head = `\n${sanitize(entry.title)}  scene ${entry.sceneId}, item ${entry.ratingKey}${state}${undone}`;
  const rows = entry.changes.map((change): [string, string] => [`  ${changeName(change)}`, changeText(change)]);
  return `${head}\n${renderFields(rows, reader)}`;
}

import { UsageError } from '../../core/model/errors.ts';
import { say } from '../../core/text/sentence.ts';
import { EXIT } from '../../exit.ts';
import { openStoresToRead } from '../../queue/store/stores.ts';
import type { ListedRun } from '../../queue/views/runs.ts';
import { readRunList } from '../../queue/views/runs.ts';
import type { Reader } from '../../terminal/reader.ts';
import { renderTable } from '../../terminal/table.ts';
import { shortDuration, utcTime } from '../../terminal/time.ts';
import type { Context } from '../shared/context.ts';
import { runDocument } from '../shared/journal/journal-documents.ts';
import { toId, toLimit } from '../shared/typed-values.ts';
import { show } from './show.ts';

export type RunsOptions = {
  /** As typed: nothing, or `show` and an id. */
  readonly operands: readonly string[];
  readonly limit: string | undefined;
};

const ROWS = 20;

/** Lists the latest runs, newest first, or shows what one of them changed. */
export function run({ operands, limit }: RunsOptions, context: Context): number {
  const [action, id, ...more] = operands;
  if (action === undefined) return list(toLimit(limit) ?? ROWS, context);
  if (action !== 'show' || id === undefined || more.length > 0)
    throw new UsageError(
      'plexsync runs takes nothing, or "show" and the number of a run.',
      'Try: plexsync runs show 12',
    );
  return show(toId(id, 'run'), context);
}

function list(limit: number, { dataDir, output, now }: Context): number {
  const stores = openStoresToRead(dataDir);
  try {
    const runs = readRunList(stores, limit);
    if (output.json) output.resultJson(runs.map(runDocument), 2);
    else if (runs.length === 0) output.log('info', say`There was no run yet that had something to do.`);
    else output.result(runTable(runs, { now: now(), reader: output.readerOf('stdout') }));
    return EXIT.done;
  } finally {
    stores.close();
  }
}

function runTable(
  runs: readonly ListedRun[],
  { now, reader }: { readonly now: number; readonly reader: Reader },
): string {
  const rows = runs.map((row) => [
    row.id,
    reader.kind === 'person' ? `${shortDuration(now - row.started_at)} ago` : utcTime(row.started_at),
    tookOf(row, now),
    row.done,
    row.failed,
    row.items,
    row.fields,
    row.end === 'ended' ? (row.exit_code ?? '-') : row.end,
    starterOf(row),
    row.undone_by === null ? '-' : `run ${row.undone_by}`,
  ]);
  return renderTable(
    [
      'RUN',
      'WHEN',
      { name: 'TOOK', rank: 3 },
      'DONE',
      'FAILED',
      { name: 'ITEMS', rank: 2 },
      'FIELDS',
      'EXIT',
      { name: 'BY', rank: 1 },
      { name: 'UNDONE BY', rank: 4 },
    ],
    rows,
    reader,
  );
}

/** Nobody knows when a killed run ended. */
function tookOf({ end, started_at, ended_at }: ListedRun, now: number): string {
  if (end === 'killed') return '-';
  return shortDuration((ended_at ?? now) - started_at);
}

/** What ran, and what started it: `process, cron`. */
export function starterOf({ command, started_by }: ListedRun): string {
  return started_by === null ? command : `${command}, ${started_by}`;
}

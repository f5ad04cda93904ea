import { EXIT } from '../../exit.ts';
import { lastEventAt } from '../../queue/intake.ts';
import { openStoresToRead } from '../../queue/stores.ts';
import { spoolOf } from '../../spool/layout.ts';
import type { SpoolLook } from '../../spool/look.ts';
import { lookAtSpool } from '../../spool/look.ts';
import { readerOf } from '../../terminal/reader.ts';
import { renderTable } from '../../terminal/table.ts';
import { localTime, utcTime } from '../../terminal/time.ts';
import type { Context } from '../context.ts';

const HOUR_MS = 3_600_000;

/** Tells whether what changes in Stash arrives; exit code 1 when it does not, or not all of it. */
export function run({ dataDir, output, now }: Context): number {
  const stores = openStoresToRead(dataDir);
  let lastAt: number | undefined;
  try {
    lastAt = lastEventAt(stores);
  } finally {
    stores.close();
  }
  const spool = spoolOf(dataDir.path);
  const look = lookAtSpool(spool);
  const problems = problemsOf(look, { lastAt, now: now() });
  if (output.json) {
    output.resultJson(
      {
        ok: problems.length === 0,
        spool: { path: spool.path, present: look.isThere },
        events_waiting: look.waiting ?? null,
        oldest_waiting_at: look.oldestAt === undefined ? null : utcTime(look.oldestAt),
        last_event_at: lastAt === undefined ? null : utcTime(lastAt),
        bad: look.bad,
        problems,
      },
      2,
    );
    return problems.length === 0 ? EXIT.done : EXIT.jobsFailed;
  }
  const reader = readerOf('stdout');
  const time = reader.kind === 'person' ? localTime : utcTime;
  const lines = [
    ['spool', look.isThere ? spool.path : `none at ${spool.path}`],
    ['events waiting', look.waiting === undefined ? 'cannot be read' : String(look.waiting)],
    ...(look.oldestAt === undefined ? [] : [['oldest', time(look.oldestAt)]]),
    ['last taken in', lastAt === undefined ? 'never' : time(lastAt)],
    ['set aside', String(look.bad)],
    ['arriving', problems.length === 0 ? 'yes' : 'see below'],
  ];
  output.result(renderTable([], lines, reader));
  for (const problem of problems) output.log('warning', problem);
  return problems.length === 0 ? EXIT.done : EXIT.jobsFailed;
}

function problemsOf(
  { isThere, waiting, oldestAt, bad }: SpoolLook,
  { lastAt, now }: { readonly lastAt: number | undefined; readonly now: number },
): readonly string[] {
  const problems: string[] = [];
  const hasArrived = lastAt !== undefined || (waiting ?? 0) > 0;
  if (!hasArrived && !isThere)
    problems.push('Nothing has ever come from Stash. Run plexsync plugin install, and reload the plugins in Stash.');
  else if (!hasArrived)
    problems.push(
      'Nothing has come from Stash yet. Reload the plugins there, edit a scene, and look into its log for [PlexSync Hook].',
    );
  if (waiting === undefined)
    problems.push('The events in the spool cannot be read. Make its folders readable for this user.');
  if (oldestAt !== undefined && now - oldestAt > HOUR_MS)
    problems.push('Events have waited for more than an hour. Run plexsync process, best by cron.');
  if (bad > 0)
    problems.push(
      `${bad === 1 ? '1 event' : `${bad} events`} could not be used: spool/bad says why. Remove what is settled there.`,
    );
  return problems;
}

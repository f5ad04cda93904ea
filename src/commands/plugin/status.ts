import { EXIT } from '../../exit.ts';
import { lastEventAt } from '../../queue/intake.ts';
import { openStoresToRead } from '../../queue/stores.ts';
import { spoolOf } from '../../spool/layout.ts';
import type { SpoolLook } from '../../spool/look.ts';
import { lookAtSpool } from '../../spool/look.ts';
import { readerOf } from '../../terminal/reader.ts';
import { renderTable } from '../../terminal/table.ts';
import { localTime, shortDuration, utcTime } from '../../terminal/time.ts';
import type { Context } from '../context.ts';

const HOUR_MS = 3_600_000;
/** Whoever curates does so most days: an event this young speaks for the plugin, an older one for that day alone. */
const RECENT_MS = 24 * HOUR_MS;

/** What can be said of events that arrive; that none came lately may mean that nobody edited anything. */
type Arrival =
  | { readonly kind: 'never' }
  | { readonly kind: 'recent'; readonly agoMs: number }
  | { readonly kind: 'long_ago'; readonly agoMs: number };

/** Tells whether what changes in Stash arrives; exit code 1 when it does not, or not all of it. */
export function run({ dataDir, output, now: clock }: Context): number {
  const now = clock();
  const lastAt = readLastEventAt(dataDir);
  const spool = spoolOf(dataDir.path);
  const look = lookAtSpool(spool);
  const arrival = arrivalOf(look, { lastAt, now });
  const problems = problemsOf(look, arrival, now);
  const found: Found = { path: spool.path, look, lastAt, arrival, problems, now };
  const exitCode = problems.length === 0 ? EXIT.done : EXIT.jobsFailed;
  if (output.json) {
    output.resultJson(documentOf(found), 2);
    return exitCode;
  }
  const reader = readerOf('stdout');
  output.result(renderTable([], linesOf(found, reader.kind === 'person' ? localTime : utcTime), reader));
  for (const problem of problems) output.log('warning', problem);
  if (problems.length === 0 && arrival.kind === 'long_ago')
    output.log('info', 'Whether events still arrive shows when a scene is edited in Stash: do so, and look again.');
  return exitCode;
}

type Found = {
  /** The spool's. */
  readonly path: string;
  readonly look: SpoolLook;
  readonly lastAt: number | undefined;
  readonly arrival: Arrival;
  readonly problems: readonly string[];
  readonly now: number;
};

function readLastEventAt(dataDir: Context['dataDir']): number | undefined {
  const stores = openStoresToRead(dataDir);
  try {
    return lastEventAt(stores);
  } finally {
    stores.close();
  }
}

function documentOf({ path, look, lastAt, arrival, problems }: Found): object {
  return {
    ok: problems.length === 0,
    spool: { path, present: look.isThere },
    events_waiting: look.waiting ?? null,
    oldest_waiting_at: look.oldestAt === undefined ? null : utcTime(look.oldestAt),
    last_event_at: lastAt === undefined ? null : utcTime(lastAt),
    seconds_since_last_event: arrival.kind === 'never' ? null : Math.round(arrival.agoMs / 1_000),
    arriving: ARRIVING[arrival.kind],
    bad: look.bad,
    problems,
  };
}

function linesOf({ path, look, lastAt, arrival, problems, now }: Found, time: (at: number) => string): string[][] {
  return [
    ['spool', look.isThere ? path : `none at ${path}`],
    ['events waiting', look.waiting === undefined ? 'cannot be read' : String(look.waiting)],
    ...(look.oldestAt === undefined ? [] : [['oldest', time(look.oldestAt)]]),
    ['last taken in', lastAt === undefined ? 'never' : `${time(lastAt)} (${shortDuration(now - lastAt)} ago)`],
    ['set aside', String(look.bad)],
    ['arriving', problems.length === 0 ? wordsOf(arrival) : 'see below'],
  ];
}

function arrivalOf(
  { newestAt }: SpoolLook,
  { lastAt, now }: { readonly lastAt: number | undefined; readonly now: number },
): Arrival {
  const latestAt = Math.max(lastAt ?? 0, newestAt ?? 0);
  if (latestAt === 0) return { kind: 'never' };
  const agoMs = Math.max(0, now - latestAt);
  return { kind: agoMs <= RECENT_MS ? 'recent' : 'long_ago', agoMs };
}

const ARRIVING: Readonly<Record<Arrival['kind'], string>> = { never: 'no', recent: 'yes', long_ago: 'unknown' };

function wordsOf(arrival: Arrival): string {
  if (arrival.kind === 'never') return 'no';
  const ago = `last event ${shortDuration(arrival.agoMs)} ago`;
  return arrival.kind === 'recent' ? `yes, ${ago}` : ago;
}

function problemsOf({ isThere, waiting, oldestAt, bad }: SpoolLook, arrival: Arrival, now: number): readonly string[] {
  const problems: string[] = [];
  if (arrival.kind === 'never' && !isThere)
    problems.push('Nothing has ever come from Stash. Run plexsync plugin install, and reload the plugins in Stash.');
  else if (arrival.kind === 'never')
    problems.push(
      'Nothing has come from Stash yet. Reload the plugins there, edit a scene, and look into its log for [PlexSync Hook].',
    );
  if (waiting === undefined)
    problems.push('The events in the spool cannot be read. Make its folders readable for this user.');
  if (oldestAt !== undefined && now - oldestAt > HOUR_MS)
    problems.push(
      'Events have waited for more than an hour. Run plexsync process, best by cron: it takes them in, or says why not.',
    );
  if (bad > 0)
    problems.push(
      `${bad === 1 ? '1 event' : `${bad} events`} could not be used: spool/bad says why. Remove what is settled there.`,
    );
  return problems;
}
